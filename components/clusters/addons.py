"""EKS add-ons, each with what it is told, and with an IAM role of its own where it needs rights.

EKS Pod Identity gives the role to one ServiceAccount, so that no right lies on the nodes, where every pod has it.
Source: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.convert.kubernetes.names import digest, label
from longshore.stack.addons import IDENTITIES, Identity
from longshore.stack.iam_policies import managed_policy, trust
from longshore.stack.overlay import laid_over

ROLE_NAME = 56
"""Characters of a role's name that are ours; Pulumi adds eight, and IAM takes 64."""


class AddonArgs(TypedDict):
    """What one add-on is, beside its name."""

    version: NotRequired[str]
    """Exact version, `v1.23.0-eksbuild.1`; an empty one leaves the add-on out. Default: the one that is pinned here."""
    configuration: NotRequired[Mapping[str, Any]]
    """What it is told, as `aws eks describe-addon-configuration` has it."""
    policies: NotRequired[Sequence[str]]
    """IAM policies of its role, names of AWS's or ARNs, beside those that it is known to need."""
    service_account: NotRequired[str]
    """The ServiceAccount that gets the role. Default: the one that it is known to have."""


def eks_addon(
    name: str,
    addon: str,
    version: str,
    *,
    cluster_name: pulumi.Input[str],
    args: AddonArgs,
    partition: str,
    opts: pulumi.ResourceOptions,
    configuration: Mapping[str, Any] | None = None,
) -> "aws.eks.Addon":
    """Install the add-on `addon` of an EKS cluster, as the resource `name`.

    opts: its parent, and what it comes after. configuration: ours, under that of `args`.
    """
    told = laid_over(configuration or {}, args.get("configuration", {}))
    known = IDENTITIES.get(addon, Identity("", ()))
    identity = Identity(args.get("service_account", known.account), (*known.policies, *args.get("policies", ())))
    role = _role(name, addon, identity, partition, pulumi.ResourceOptions(parent=opts.parent))
    associations = [aws.eks.AddonPodIdentityAssociationArgs(role_arn=role, service_account=identity.account)]
    return aws.eks.Addon(
        name,
        cluster_name=cluster_name,
        addon_name=addon,
        addon_version=version,
        configuration_values=json.dumps(told, sort_keys=True) if told else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        pod_identity_associations=associations if role else None,
        opts=opts,
    )


def _role(
    name: str, addon: str, identity: Identity, partition: str, opts: pulumi.ResourceOptions
) -> pulumi.Output[str] | None:
    """ARN of the role of an add-on; None where it needs no rights."""
    if not identity.policies:
        return None
    role = aws.iam.Role(
        label(name, ROLE_NAME),
        description=f"Add-on {addon}",
        assume_role_policy=json.dumps(trust("pods.eks.amazonaws.com", "sts:TagSession")),
        opts=opts,
    )
    # The first was called as the role before there were several; under another name it would be detached again.
    formerly = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)])
    attached = [
        aws.iam.RolePolicyAttachment(
            f"{name}-{digest(policy)}",
            role=role.name,
            policy_arn=managed_policy(policy, partition),
            opts=opts if index else pulumi.ResourceOptions.merge(opts, formerly),
        )
        for index, policy in enumerate(dict.fromkeys(identity.policies))
    ]
    # By way of the attachments, so that the add-on starts with its rights.
    return pulumi.Output.all(role.arn, *(one.id for one in attached)).apply(lambda values: str(values[0]))
