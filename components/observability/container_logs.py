"""`ContainerLogs`: the log groups of a cluster's containers, made before the agent makes ones that keep logs for ever.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-logs-FluentBit.html
"""

from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component

GROUPS: Final = ("application", "dataplane", "host", "performance")
"""What the add-on `amazon-cloudwatch-observability` writes: of containers, nodes' programs, nodes, and measurements."""


class ContainerLogsArgs(TypedDict):
    """Whose logs are kept for how long."""

    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster, which need not be there yet."""
    days: NotRequired[int]
    """For how many days. Default: 30."""


class ContainerLogs(Component):
    """Log groups that end. The cluster depends on them, or its agent would be the first to write."""

    application: pulumi.Output[str]
    """Name of the group with what containers write."""

    def __init__(self, name: str, args: ContainerLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:observability:ContainerLogs")
        made = {
            kind: aws.cloudwatch.LogGroup(
                f"{name}-{kind}",
                name=pulumi.Output.concat("/aws/containerinsights/", args["cluster_name"], f"/{kind}"),
                retention_in_days=int(args.get("days", 30)),
                opts=self._after,
            )
            for kind in GROUPS
        }
        self.application = made["application"].name
        self.register_outputs({"application": self.application})
