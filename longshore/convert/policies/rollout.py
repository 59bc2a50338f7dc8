"""How pods are replaced: a new one is ready before an old one goes, and a rollout that does not work stops.

The old pod goes first (`Recreate`) where the pod mounts a volume that one node has at a time, or the new one would
wait for it for ever; and where two at once do harm, even for seconds: `order: stop-first`, a scheduler (`celery beat`,
cron), and one copy that nobody calls, a bot or a consumer. Workers in several copies are replaced one by one.

A new pod counts as soon as its own health check says that it works. Where only a port is asked, or nothing, it must
last 10 s before the old one goes, and where it is open to the outside too: a load balancer takes a moment to know it.
A rollout that makes no progress fails after ten minutes, or later where the startup probe alone gives the program
longer.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from longshore.convert.estate.facts import asked_port, health_times, image_test, recreates, startup_budget
from longshore.convert.registry import service_policy
from longshore.model import Default, Each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


PROGRESS, MARGIN, LASTING, HISTORY = 600, 60, 10, 5
"""Seconds, seconds, seconds, and a number of old versions to keep."""


@service_policy
def rollout(service: Service) -> Iterator[Effect]:
    """Set strategy and patience of the workload."""
    workload = service.workload
    if service.host is not service or workload.kind == "Job":
        return
    spec = Each({"revisionHistoryLimit": HISTORY})
    if _must_last(service):
        spec["minReadySeconds"] = LASTING
    if workload.kind == "Deployment":
        spec["progressDeadlineSeconds"] = _patience(service)
        spec["strategy"] = Each({"type": "Recreate"}) if recreates(service) else _rolling(unavailable=0)
    elif workload.kind == "StatefulSet":
        spec["serviceName"] = service.slug
        spec["updateStrategy"] = Each({"type": "RollingUpdate"})
    else:
        taken = any(port.get("mode") == "host" for port in service.model.get("ports") or ())
        spec["updateStrategy"] = _rolling(unavailable=1 if taken else 0)
    yield Default(workload, ("spec",), spec)


def _rolling(unavailable: int) -> Each:
    """Replace pods one after the other: the new one beside the old, or, where that cannot be, in its place."""
    rolling = Each({"maxUnavailable": unavailable, "maxSurge": 1 - unavailable})
    return Each({"type": "RollingUpdate", "rollingUpdate": rolling})


def _must_last(service: Service) -> bool:
    """Is it by lasting a while that a new pod shows that it works?"""
    pod = service.estate.pods[service.name]
    checked = [bool(member.health_test or image_test(member)) for member in pod]
    if all(checked):
        return service.settings.exposure is not None
    probed = all(known or asked_port(member) for known, member in zip(checked, pod, strict=True))
    return not (probed and service.workload.kind == "Deployment" and recreates(service))


def _patience(service: Service) -> int:
    pod = service.estate.pods[service.name]
    slowest = max(startup_budget(member) or ceil(health_times(member).start_period) for member in pod)
    return max(PROGRESS, slowest + MARGIN)
