"""`ClusterAlarms`: what wakes those who run a platform: nodes that fail, and a certificate that nobody renews."""

from collections.abc import Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.components.observability.topic import topic_for

MINUTE, DAY = 60, 86400
RENEWAL: Final = 30
"""Days before its end at which ACM has renewed a certificate long since: it begins at 60.

Source: https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""


class ClusterAlarmsArgs(TypedDict):
    """What is watched, and who is told."""

    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster."""
    notify: NotRequired[Sequence[str]]
    """Mail addresses, which AWS asks to confirm."""
    topic: NotRequired[str]
    """ARN of a topic of SNS."""
    certificate_arn: NotRequired[pulumi.Input[str]]
    """ARN of the certificate of the domain."""


class ClusterAlarms(Component):
    """Alarms over the nodes of a cluster and its certificate."""

    topics: Sequence[pulumi.Output[str]]
    """ARNs of the topics that are told."""

    def __init__(self, name: str, args: ClusterAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:observability:ClusterAlarms")
        told = topic_for(name, args.get("topic", ""), args.get("notify", ()), self._child)
        common: dict[str, Any] = {"alarm_actions": told, "ok_actions": told, "opts": self._child}
        aws.cloudwatch.MetricAlarm(
            f"{name}-nodes",
            name=pulumi.Output.concat(args["cluster_name"], "-nodes"),
            alarm_description="A node has failed: `kubectl describe node` says of what",
            namespace="ContainerInsights",
            metric_name="cluster_failed_node_count",
            dimensions={"ClusterName": args["cluster_name"]},
            statistic="Maximum",
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            period=MINUTE,
            evaluation_periods=10,
            treat_missing_data="notBreaching",
            **common,
        )
        if "certificate_arn" in args:
            aws.cloudwatch.MetricAlarm(
                f"{name}-certificate",
                name=pulumi.Output.concat(args["cluster_name"], "-certificate"),
                alarm_description="The certificate was not renewed: its record in the zone is gone, or another",
                namespace="AWS/CertificateManager",
                metric_name="DaysToExpiry",
                dimensions={"CertificateArn": args["certificate_arn"]},
                statistic="Minimum",
                comparison_operator="LessThanThreshold",
                threshold=RENEWAL,
                period=DAY,
                evaluation_periods=1,
                treat_missing_data="notBreaching",
                **common,
            )
        self.topics = [pulumi.Output.from_input(topic) for topic in told]
        self.register_outputs({"topics": self.topics})
