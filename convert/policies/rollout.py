"""How pods are replaced: a new one is ready before an old one goes, and a rollout that does not work stops.

Where the pod mounts a volume that one node has at a time, the old pod must go first (`Recreate`), or the new one
would wait for the volume for ever. A new pod must be ready for 10 s to count. A rollout that makes no progress fails
after ten minutes, or later where the startup probe alone gives the program longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.facts import recreates, startup_budget
from convert.model import Default
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect, ObjectKey


PROGRESS, MARGIN, READY, HISTORY = 600, 60, 10, 5
"""Seconds, seconds, seconds, and a number of old versions to keep."""


@service_policy
def rollout(service: Service) -> Iterator[Effect]:
    """Set strategy and patience of the workload."""
    workload = service.workload
    if service.host is not service or workload.kind == "Job":
        return
    yield Default(workload, ("spec", "revisionHistoryLimit"), HISTORY)
    yield Default(workload, ("spec", "minReadySeconds"), READY)
    if workload.kind == "Deployment":
        yield from _deployment(service, workload)
    elif workload.kind == "StatefulSet":
        yield Default(workload, ("spec", "serviceName"), service.slug)
        yield Default(workload, ("spec", "updateStrategy", "type"), "RollingUpdate")
    else:
        surge = any(port.get("mode") == "host" for port in service.model.get("ports") or ())
        yield Default(workload, ("spec", "updateStrategy", "type"), "RollingUpdate")
        yield Default(workload, ("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), 1 if surge else 0)
        yield Default(workload, ("spec", "updateStrategy", "rollingUpdate", "maxSurge"), 0 if surge else 1)


def _deployment(service: Service, workload: ObjectKey) -> Iterator[Effect]:
    yield Default(workload, ("spec", "progressDeadlineSeconds"), _patience(service))
    if recreates(service):
        yield Default(workload, ("spec", "strategy", "type"), "Recreate")
        return
    yield Default(workload, ("spec", "strategy", "type"), "RollingUpdate")
    yield Default(workload, ("spec", "strategy", "rollingUpdate", "maxUnavailable"), 0)
    yield Default(workload, ("spec", "strategy", "rollingUpdate", "maxSurge"), 1)


def _patience(service: Service) -> int:
    return max(PROGRESS, max(startup_budget(member) for member in service.estate.pods[service.name]) + MARGIN)
