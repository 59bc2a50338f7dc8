"""What is seen of a cluster and a team: log groups before the cluster, alarms after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.components import (
    ClusterAlarms,
    ClusterAlarmsArgs,
    ContainerLogs,
    ContainerLogsArgs,
    TeamAlarms,
    TeamAlarmsArgs,
)

if TYPE_CHECKING:
    import pulumi

    from longshore.stack.settings import Settings


def logs_of(settings: Settings, opts: pulumi.ResourceOptions) -> ContainerLogs | None:
    """The log groups of the stack's own cluster; None where its logs go nowhere."""
    if settings.observability is None:
        return None
    args = ContainerLogsArgs(cluster_name=settings.cluster_name, days=settings.observability.log_days)
    return ContainerLogs(settings.environment, args, opts)


def watch_cluster(
    settings: Settings,
    cluster_name: pulumi.Input[str],
    certificate: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> None:
    """Make the alarms of a platform, where somebody wants to be told."""
    seen = settings.observability
    if seen is None or not (seen.notify or seen.topic):
        return
    args = ClusterAlarmsArgs(cluster_name=cluster_name, notify=seen.notify, topic=seen.topic)
    if certificate:
        args["certificate_arn"] = certificate
    ClusterAlarms(settings.environment, args, opts)


def watch_team(
    settings: Settings, cluster_name: pulumi.Input[str], opts: pulumi.ResourceOptions, *, secrets: bool
) -> pulumi.Output[str] | None:
    """Make the alarms of a team, and give the name of its dashboard; None where nobody wants to be told."""
    if settings.alarms is None or settings.aws is None:
        return None
    args = TeamAlarmsArgs(
        cluster_name=cluster_name,
        namespace=settings.team_namespace,
        region=settings.aws.region,
        notify=settings.alarms.notify,
        topic=settings.alarms.topic,
        secrets=secrets,
    )
    return TeamAlarms(settings.team, args, opts).dashboard
