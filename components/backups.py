"""`Backups`: what a cluster keeps, kept again by AWS Backup: volumes of claims, and shared file systems.

They are found by a tag, which `EksCluster` puts on what holds data where `backups` says so.
Source: https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""

import json
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.stack.backup_settings import SNAPSHOT_DAYS, TAG
from longshore.stack.iam_policies import managed_policy, trust

POLICIES: Final = ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores")
"""Of AWS's own, what https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html names."""
HOUR: Final = 60


class BackupsArgs(TypedDict):
    """Of which cluster, how often, and for how long."""

    cluster_name: pulumi.Input[str]
    """The cluster; the vault is called as it, and the tag has it as its value."""
    schedule: NotRequired[str]
    """When, as AWS Backup's cron expression in UTC. Default: every night at three."""
    keep_days: NotRequired[int]
    """For how many days each backup is kept. Default: 35."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    production: NotRequired[bool]
    """Whether the vault is protected, and stays as long as there is a backup in it. Default: no."""


class Backups(Component):
    """A vault, a plan that fills it, and the role and selection by which the plan finds what a cluster keeps."""

    vault: pulumi.Output[str]
    """Name of the vault."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:aws:Backups")
        production, partition = args.get("production", False), args.get("partition", "aws")
        called = pulumi.Output.concat(args["cluster_name"], "-backups")
        vault = aws.backup.Vault(
            f"{name}-backups",
            name=called,
            force_destroy=not production,
            opts=pulumi.ResourceOptions(parent=self, protect=production or None),
        )
        plan = aws.backup.Plan(
            f"{name}-backups",
            name=called,
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="regular",
                    target_vault_name=vault.name,
                    schedule=args.get("schedule", "cron(0 3 * * ? *)"),
                    start_window=HOUR,
                    completion_window=12 * HOUR,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=int(args.get("keep_days", SNAPSHOT_DAYS))),
                )
            ],
            opts=self._child,
        )
        role, allowed = self._role(name, called, partition)
        aws.backup.Selection(
            f"{name}-backups",
            name=called,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            selection_tags=[
                aws.backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key=TAG, value=args["cluster_name"])
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
        )
        self.vault = vault.name
        self.register_outputs({"vault": self.vault})

    def _role(
        self, name: str, called: pulumi.Output[str], partition: str
    ) -> "tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]":
        """As whom AWS Backup reads and restores, with the rights to."""
        role = aws.iam.Role(
            f"{name}-backups",
            name=called,
            assume_role_policy=json.dumps(trust("backup.amazonaws.com")),
            opts=self._child,
        )
        allowed = [
            aws.iam.RolePolicyAttachment(
                f"{name}-backups-{number}",
                role=role.name,
                policy_arn=managed_policy(f"service-role/{policy}", partition),
                opts=self._child,
            )
            for number, policy in enumerate(POLICIES, 1)
        ]
        return role, allowed
