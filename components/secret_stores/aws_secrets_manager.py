"""AWS Secrets Manager: one IAM role per team, which only the team's ServiceAccount can assume (IRSA).

No secret and no version of one is made here: `longshore secrets push` owns both, so no value passes through Pulumi.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from longshore.components.policies import read_secrets, trust_service_account
from longshore.components.secret_stores.interface import let_operator_act_as

if TYPE_CHECKING:
    from longshore.components.secret_stores.interface import Reader


class AwsSecretsIdentity(pulumi.ComponentResource):
    """The role that reads `<environment>/<team>/*`, and what lets the operator use it."""

    def __init__(self, name: str, reader: Reader, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("longshore:secrets:AwsSecretsIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings, oidc = reader.settings, reader.cluster.oidc
        secrets, account = settings.secrets, settings.aws
        # A role named in the stack file is somebody else's; a cluster that IAM does not trust can't assume one.
        if oidc and account and not secrets.role:
            role = aws.iam.Role(
                f"{name}-role",
                name=settings.store_role_name,
                description=f"Secrets of team {settings.team} in {settings.environment}",
                assume_role_policy=pulumi.Output.all(oidc.arn, oidc.issuer).apply(
                    lambda trusted: json.dumps(
                        trust_service_account(trusted[0], trusted[1], settings.team_namespace, reader.account)
                    )
                ),
                opts=child,
            )
            arns = f"arn:{account.partition}:secretsmanager:{account.region}:{account.account_id}:secret:"
            prefix = f"{secrets.prefix}{settings.environment}/{settings.team}"
            aws.iam.RolePolicy(
                f"{name}-read",
                name="read-secrets",
                role=role.name,
                policy=json.dumps(read_secrets(arns, prefix, settings.team, reader.others, secrets.kms_key)),
                opts=child,
            )
        let_operator_act_as(reader, child)
        self.register_outputs({"role": settings.store_role})


def identity(reader: Reader, opts: pulumi.ResourceOptions) -> AwsSecretsIdentity:
    """Make the identity of the team's store."""
    return AwsSecretsIdentity(f"{reader.settings.team}-secrets", reader, opts)
