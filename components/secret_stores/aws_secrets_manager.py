"""`AwsSecretsIdentity`: one IAM role per team, which only the team's ServiceAccount can assume (IRSA).

No secret and no version of one is made here: `longshore secrets push` owns both, so no value passes through Pulumi.
"""

import json
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.components.secret_stores.operator import ACCOUNT, NAMESPACE, let_operator_act_as
from longshore.stack.iam_policies import read_secrets, trust_service_account


class AwsSecretsIdentityArgs(TypedDict):
    """Who reads which secrets, and how IAM knows them."""

    team: str
    """Name of the team: its secrets carry it as the tag `team`."""
    environment: str
    """Name of the environment: secrets are called `<environment>/<team>/<service>`."""
    namespace: pulumi.Input[str]
    """The team's namespace; `TeamAccess` gives it."""
    region: str
    """The AWS region of the secrets."""
    account_id: pulumi.Input[str]
    """The AWS account of the secrets."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """The identity provider of the cluster; `EksCluster` gives it. Without it no role is made."""
    oidc_issuer: NotRequired[pulumi.Input[str]]
    """Who signs the tokens of the cluster, without `https://`; `EksCluster` gives it."""
    role_arn: NotRequired[pulumi.Input[str]]
    """A role that somebody else made for this; then none is made."""
    role_name: NotRequired[str]
    """Name of the role, unique in its account; one that is there keeps its own. Default: that of the component."""
    service_account: NotRequired[str]
    """Who assumes the role. Default: `longshore-secrets`, as the store of an `Application` has it."""
    prefix: NotRequired[str]
    """What the names of all secrets begin with. Default: nothing."""
    others: NotRequired[Sequence[str]]
    """Names of secrets elsewhere that the team may read."""
    kms_key_arn: NotRequired[pulumi.Input[str]]
    """The key with which the secrets are encrypted, where it is not that of AWS."""
    operator_namespace: NotRequired[pulumi.Input[str]]
    """Where the operator runs; `SecretsOperator` gives it. Default: `external-secrets`."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    several: NotRequired[bool]
    """Whether the program makes more than one of these: names of resources then begin with its own. Default: no."""


class AwsSecretsIdentity(Component):
    """The role that reads `<environment>/<team>/*`, and what lets the operator use it."""

    role_arn: pulumi.Output[str]
    """ARN of the role; empty where there is none."""

    def __init__(self, name: str, args: AwsSecretsIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:secrets:AwsSecretsIdentity")
        account = args.get("service_account", ACCOUNT)
        self.role_arn = pulumi.Output.from_input(args.get("role_arn", ""))
        if "role_arn" not in args and "oidc_provider_arn" in args and "oidc_issuer" in args:
            role = aws.iam.Role(
                f"{name}-role",
                name=args.get("role_name", name),
                description=f"Secrets of team {args['team']} in {args['environment']}",
                assume_role_policy=pulumi.Output.all(
                    args["oidc_provider_arn"], args["oidc_issuer"], args["namespace"]
                ).apply(lambda given: json.dumps(trust_service_account(given[0], given[1], given[2], account))),
                opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(ignore_changes=["name"])),
            )
            aws.iam.RolePolicy(
                f"{name}-read", name="read-secrets", role=role.name, policy=_reading(args), opts=self._child
            )
            self.role_arn = role.arn
        prefix = f"{name}/" if args.get("several", False) else ""
        let_operator_act_as(
            account, args["namespace"], self._after, args.get("operator_namespace", NAMESPACE), prefix=prefix
        )
        self.register_outputs({"roleArn": self.role_arn})


def _reading(args: AwsSecretsIdentityArgs) -> pulumi.Output[str]:
    """The policy that lets the role read the team's secrets."""
    prefix = f"{args.get('prefix', '')}{args['environment']}/{args['team']}"

    def policy(given: Sequence[str]) -> str:
        account_id, key = given
        arns = f"arn:{args.get('partition', 'aws')}:secretsmanager:{args['region']}:{account_id}:secret:"
        return json.dumps(read_secrets(arns, prefix, args["team"], args.get("others", ()), key))

    return pulumi.Output.all(args["account_id"], args.get("kms_key_arn", "")).apply(policy)
