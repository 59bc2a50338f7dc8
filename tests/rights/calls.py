"""What is asked of AWS as resources are made, and of S3 as state is written, held against the policies of a role."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from longshore.stack.rights.kinds import KINDS, changes
from tests.rights.evaluator import allowed
from tests.rights.handlers import COUNTERPARTS, NOT_OURS, asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.rights.evaluator import Context

Policies = list[dict[str, Any]]
_LEFT_OUT: Final = [pattern for patterns in NOT_OURS.values() for pattern in patterns.split()]

NAMED: Final = {
    "budgets:Budget": ("budgets", "", "budget/{name}"),
    "cloudwatch:Dashboard": ("cloudwatch", "", "dashboard/{dashboardName}"),
    "cloudwatch:LogGroup": ("logs", "region", "log-group:{name}"),
    "cloudwatch:MetricAlarm": ("cloudwatch", "region", "alarm:{name}"),
    "codebuild:Project": ("codebuild", "region", "project/{name}"),
    "codebuild:Webhook": ("codebuild", "region", "project/{projectName}"),
    "eks:AccessEntry": ("eks", "region", "access-entry/{clusterName}/role/x/y"),
    "eks:AccessPolicyAssociation": ("eks", "region", "access-entry/{clusterName}/role/x/y"),
    "eks:Addon": ("eks", "region", "addon/{clusterName}/{addonName}/x"),
    "eks:Cluster": ("eks", "region", "cluster/{name}"),
    "eks:NodeGroup": ("eks", "region", "nodegroup/{clusterName}/{nodeGroupName}/x"),
    "eks:PodIdentityAssociation": ("eks", "region", "podidentityassociation/{clusterName}/a-x"),
    "iam:OpenIdConnectProvider": ("iam", "", "oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X"),
    "iam:Role": ("iam", "", "role/{name}"),
    "iam:RolePolicy": ("iam", "", "role/{role}"),
    "iam:RolePolicyAttachment": ("iam", "", "role/{role}"),
    "kms:Alias": ("kms", "region", "{name}"),
}
"""Kinds that IAM knows by name → service, whether its ARN has a region, and what comes last, of its properties."""


def refused(
    calls: Iterable[Mapping[str, Any]], account: str, region: str, tags: Mapping[str, str], policies: Policies
) -> list[str]:
    """Name what a role with these policies would not get to do as resources are made and deleted.

    calls: of the journal of the AWS that is played: `op`, `type`, `name`, `inputs`. tags: those that all carries.
    What a call asks for is said by AWS's own handlers of CloudFormation; where there is none, by our table.
    """
    found = []
    for one in calls:
        module, kind = one["type"].split(":")[1:]
        kind = f"{module.partition('/')[0]}:{kind}"
        actions = (
            asked(kind, one["op"], "read")
            if kind in COUNTERPARTS
            else changes([kind])
            if kind in KINDS
            else {f"{kind}?"}
        )
        for action in sorted(actions):
            if any(fnmatchcase(action, pattern) for pattern in _LEFT_OUT) or _of_another_kind(kind, action):
                continue
            resource, context = _target(kind, action, one, account, region)
            if not allowed(policies, action, resource, {**_tagged(tags), **context}):
                found.append(f"{kind} {one['name']}: {action} on {resource}")
    return found


def _of_another_kind(kind: str, action: str) -> bool:
    """CloudFormation makes some kinds with others that are kinds of their own here."""
    others = {
        "iam:Role": ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
        "acm:Certificate": ("route53:ChangeResourceRecordSets",),
        "ec2:FlowLog": ("s3:PutBucketPolicy", "s3:GetBucketPolicy"),
        "s3:Bucket": ("iam:PassRole", "s3:Put*"),
        "sns:Topic": ("iam:*",),
        "sns:TopicSubscription": ("iam:*",),
        "efs:FileSystem": ("iam:PassRole", "kms:CreateGrant"),
        "cloudwatch:LogGroup": ("logs:CreateLogDelivery",),
    }
    return any(fnmatchcase(action, pattern) for pattern in others.get(kind, ()))


def _tagged(tags: Mapping[str, str]) -> Context:
    return {f"aws:{key}/{name}": value for key in ("RequestTag", "ResourceTag") for name, value in tags.items()}


def _target(kind: str, action: str, one: Mapping[str, Any], account: str, region: str) -> tuple[str, Context]:
    """The resource that an action is on, and what IAM knows of the request."""
    service = action.partition(":")[0]
    inputs = {key: value for key, value in one["inputs"].items() if isinstance(value, str)}
    context: Context = {"aws:RequestedRegion": region}
    if action == "iam:PassRole":
        context["iam:PassedToService"] = {"ec2": "vpc-flow-logs.amazonaws.com"}.get(kind[:3], "eks.amazonaws.com")
        return f"arn:aws:iam::{account}:role/longshore-dev-x", context
    if action == "iam:CreateServiceLinkedRole":
        context["iam:AWSServiceName"] = (
            "elasticfilesystem.amazonaws.com" if kind.startswith("efs") else "eks.amazonaws.com"
        )
        return f"arn:aws:iam::{account}:role/aws-service-role/x", context
    if "InstanceProfile" in action:
        return f"arn:aws:iam::{account}:instance-profile/eks-x", context
    if kind == "iam:Role":
        context["iam:PermissionsBoundary"] = inputs.get("permissionsBoundary")
    if kind in {"iam:RolePolicy", "iam:RolePolicyAttachment"}:
        context["iam:PermissionsBoundary"] = f"arn:aws:iam::{account}:policy/longshore-ci/longshore-boundary-dev"
    if kind in NAMED and NAMED[kind][0] == service:
        _, regional, last = NAMED[kind]
        known = {"nodeGroupName": "x", **inputs}
        return f"arn:aws:{service}:{region if regional else ''}:{account}:{last.format(**known)}", context
    if service == "ec2":
        return f"arn:aws:ec2:{region}:{account}:x/x", context
    return "*", context


def refused_by_state(requests: Sequence[tuple[str, str]], bucket: str, policies: Policies) -> list[str]:
    """Name what a role would not get to do of what was asked of S3: (method, path behind the bucket)."""
    verbs = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
    found = []
    for method, path in requests:
        key = path.partition("?")[0].strip("/")
        arn = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
        if not key and method == "POST":  # several objects are deleted by one request, which the log does not name
            continue
        action = verbs[method] if key else "s3:ListBucket"
        if not allowed(policies, action, arn):
            found.append(f"{method} {arn}")
    return sorted(set(found))
