"""Copies of a service run apart: in different zones and on different nodes, as far as there are any.

From two replicas on; preferences, not demands, so that a small cluster still runs everything.
Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def spread(service: Service) -> Iterator[Effect]:
    """Spread over zones, and prefer a node without another pod of the service."""
    workload = service.workload
    if not service.copied:
        return
    zones = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": service.selector},
    }
    if workload.kind == "Deployment":
        # Else pods of the last version, about to go, would count as neighbours.
        zones["matchLabelKeys"] = ["pod-template-hash"]
    yield Default(workload, (*POD, "topologySpreadConstraints"), [zones])
    term = {"labelSelector": {"matchLabels": service.selector}, "topologyKey": "kubernetes.io/hostname"}
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]}
    yield Default(workload, (*POD, "affinity", "podAntiAffinity"), preferred)
