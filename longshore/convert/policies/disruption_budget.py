"""A PodDisruptionBudget from two replicas on: when nodes are drained, one pod of a service goes at a time.

With one replica there is none: it would stop every upgrade of the nodes. What an autoscaler may make several of has
one, which lets the last pod go too: `maxUnavailable`, where `minAvailable` would hold it.
Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.kinds import new
from longshore.convert.registry import service_policy
from longshore.model import Emit, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def disruption_budget(service: Service) -> Iterator[Effect]:
    """Allow one pod at a time to be away; those that are not healthy may always be moved."""
    if not service.copied:
        return
    budget = new(
        ObjectKey("PodDisruptionBudget", service.slug),
        spec={
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": service.selector},
        },
    )
    budget["metadata"]["labels"] = service.labels
    yield Emit(budget)
