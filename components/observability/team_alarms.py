"""`TeamAlarms`: what wakes a team, and what it looks at then, from the first day.

All is measured by Container Insights with enhanced observability (the add-on `amazon-cloudwatch-observability`); an
alarm asks for the sum over the pods of a namespace, whichever there are. How full a volume is, it does not measure.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.components.observability.topic import topic_for

MINUTE: Final = 60
PODS, CLAIMS = "ClusterName, Namespace, PodName", "ClusterName, Namespace, PersistentVolumeClaimName"


class Signal(NamedTuple):
    """What an alarm goes by.

    metric: of Container Insights. by: the dimensions of the series that are summed. above: what is too many. minutes:
    for how long it must be so. said: what it means.
    """

    metric: str
    by: str
    above: int
    minutes: int
    said: str


SIGNALS: Final[Mapping[str, Signal]] = {
    "restarts": Signal("pod_number_of_container_restarts", PODS, 2, 5, "Containers are started again and again"),
    "out-of-memory": Signal(
        "pod_container_status_terminated_reason_oom_killed", PODS, 0, 1, "A container was ended at its memory limit"
    ),
    "crash-loop": Signal(
        "pod_container_status_waiting_reason_crash_loop_back_off", PODS, 0, 5, "A container ends whenever it starts"
    ),
    "image-missing": Signal(
        "pod_container_status_waiting_reason_image_pull_error", PODS, 0, 10, "An image cannot be pulled"
    ),
    "not-ready": Signal("status_replicas_unavailable", PODS, 0, 15, "A Deployment lacks pods that are ready"),
    "no-room": Signal("pod_status_pending", PODS, 0, 15, "A pod finds no node"),
    "volume-pending": Signal("persistent_volume_claim_status_pending", CLAIMS, 0, 15, "A claim gets no volume"),
    "volume-lost": Signal("persistent_volume_claim_status_lost", CLAIMS, 0, 1, "The volume of a claim is gone"),
}
"""Name of the alarm → what it goes by. Metrics and dimensions are those that the agent declares for EKS:
https://github.com/aws/amazon-cloudwatch-agent/blob/main/translator/translate/otel/exporter/awsemf/kubernetes.go."""


class TeamAlarmsArgs(TypedDict):
    """Whose pods are watched, and who is told."""

    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster."""
    namespace: str
    """The namespace of the team."""
    region: str
    """Region of the cluster."""
    notify: NotRequired[Sequence[str]]
    """Mail addresses, which AWS asks to confirm."""
    topic: NotRequired[str]
    """ARN of a topic of SNS."""
    secrets: NotRequired[bool]
    """Whether the team has secrets that could fail to come. Default: no."""


class TeamAlarms(Component):
    """Alarms over the pods, claims and secrets of one namespace, and a dashboard with the same.

    It depends on `ContainerLogs`, where the same program makes them.
    """

    dashboard: pulumi.Output[str]
    """Name of the dashboard."""

    def __init__(self, name: str, args: TeamAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:observability:TeamAlarms")
        self._prefix, self._cluster, self._namespace = name, args["cluster_name"], args["namespace"]
        self._called = pulumi.Output.concat(self._cluster, "-", self._namespace)
        told = topic_for(name, args.get("topic", ""), args.get("notify", ()), self._child)
        for what, signal in SIGNALS.items():
            self._alarm(
                what,
                signal.said,
                signal.above,
                signal.minutes,
                told,
                metric_queries=[
                    aws.cloudwatch.MetricAlarmMetricQueryArgs(
                        id="pods", expression=self._query(signal), period=MINUTE, return_data=True
                    )
                ],
            )
        if args.get("secrets", False):
            self._secrets(told)
        board = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=self._called,
            dashboard_body=pulumi.Output.json_dumps({"widgets": self._widgets(args["region"])}),
            opts=self._child,
        )
        self.dashboard = board.dashboard_name
        self.register_outputs({"dashboard": self.dashboard})

    def _query(self, signal: Signal) -> pulumi.Output[str]:
        series = f'SCHEMA("ContainerInsights", {signal.by})'
        where = f"' AND Namespace = '{self._namespace}'"
        start = ("SELECT SUM(", signal.metric, ") FROM ", series, " WHERE ClusterName = '")
        return pulumi.Output.concat(*start, self._cluster, where)

    def _alarm(
        self, what: str, said: str, above: int, minutes: int, told: "list[pulumi.Input[str]]", **measured: Any
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{self._prefix}-{what}",
            name=pulumi.Output.concat(self._called, "-", what),
            alarm_description=f"{said}: `longshore status` says which, and why",
            comparison_operator="GreaterThanThreshold",
            threshold=above,
            evaluation_periods=minutes,
            datapoints_to_alarm=minutes,
            # A namespace in which nothing happens measures nothing.
            treat_missing_data="notBreaching",
            alarm_actions=told,
            ok_actions=told,
            opts=self._child,
            **measured,
        )

    def _secrets(self, told: "list[pulumi.Input[str]]") -> None:
        """Count what the secrets operator complains of in this namespace, in its own log."""
        name = pulumi.Output.concat(self._called, "-secrets")
        kept = aws.cloudwatch.LogMetricFilter(
            f"{self._prefix}-secrets",
            name=name,
            log_group_name=pulumi.Output.concat("/aws/containerinsights/", self._cluster, "/application"),
            pattern=f'"Reconciler error" externalsecret "{self._namespace}"',
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                name=name, namespace="Longshore", value="1", default_value="0"
            ),
            opts=self._after,
        )
        self._alarm(
            "secrets",
            "A secret does not come from the store",
            0,
            3,
            told,
            namespace="Longshore",
            metric_name=kept.name,
            statistic="Sum",
            period=5 * MINUTE,
        )

    def _widgets(self, region: str) -> list[dict[str, Any]]:
        """A graph for each alarm, two in a row, and below them what containers wrote last."""
        graphs = [
            {
                "type": "metric",
                "x": 12 * (index % 2),
                "y": 6 * (index // 2),
                "width": 12,
                "height": 6,
                "properties": {
                    "title": signal.said,
                    "region": region,
                    "metrics": [[{"expression": self._query(signal), "label": what, "id": f"q{index}"}]],
                    "period": MINUTE,
                    "stat": "Sum",
                },
            }
            for index, (what, signal) in enumerate(SIGNALS.items())
        ]
        asked = pulumi.Output.concat(
            "SOURCE '/aws/containerinsights/",
            self._cluster,
            f"/application' | fields @timestamp, kubernetes.pod_name, log | filter kubernetes.namespace_name = "
            f"'{self._namespace}' | sort @timestamp desc | limit 100",
        )
        logs = {
            "type": "log",
            "x": 0,
            "y": 6 * ((len(graphs) + 1) // 2),
            "width": 24,
            "height": 8,
            "properties": {"title": "Logs", "region": region, "query": asked, "view": "table"},
        }
        return [*graphs, logs]
