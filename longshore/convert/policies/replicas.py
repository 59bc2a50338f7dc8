"""How many pods run where compose says nothing: one. A number that nobody asked for is not made up.

In production it is told when a service that others reach runs once and could run twice: the upgrade of a node stops it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import recreates
from longshore.convert.kubernetes.kinds import REPLICATED
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def replicas(service: Service) -> Iterator[Effect]:
    """Write the number out, or take the stack's."""
    if service.host is not service or service.settings.scale:
        return
    setting = f"{service.setting}.replicas" if service.settings.replicas is not None else ""
    kind, count = service.workload.kind, service.replicas
    if kind in REPLICATED:
        yield Default(service.workload, ("spec", "replicas"), count, setting)
    elif kind == "Job" and setting and count != 1:
        yield Default(service.workload, ("spec", "completions"), count, setting)
        yield Default(service.workload, ("spec", "parallelism"), count, setting)
    alone = kind == "Deployment" and count == 1 and not setting and bool(service.container_ports)
    if service.options.production and alone and not recreates(service):
        yield Problem(
            "single-replica",
            Severity.INFO,
            f"`{service.name}` runs once: it is away for a moment when its node is upgraded or lost",
            f"if it can run twice, write `services: {{{service.name}: {{replicas: 2}}}}` in the stack file",
        )
