"""How pods are replaced: a new one is ready before an old one goes, and a rollout that does not work stops.

Where the pod mounts a volume that one node has at a time, the old pod must go first (`Recreate`), or the new one
would wait for the volume for ever. A new pod must be ready for 10 s to count. A rollout that makes no progress fails
after ten minutes, or later where the startup probe alone gives the program longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.facts import recreates, startup_budget
from convert.model import Default, Each
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


PROGRESS, MARGIN, READY, HISTORY = 600, 60, 10, 5
"""Seconds, seconds, seconds, and a number of old versions to keep."""


@service_policy
def rollout(service: Service) -> Iterator[Effect]:
    """Set strategy and patience of the workload."""
    workload = service.workload
    if service.host is not service or workload.kind == "Job":
        return
    spec = Each({"revisionHistoryLimit": HISTORY, "minReadySeconds": READY})
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


def _patience(service: Service) -> int:
    return max(PROGRESS, max(startup_budget(member) for member in service.estate.pods[service.name]) + MARGIN)
