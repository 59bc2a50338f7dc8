"""Readiness where compose has no health check: the first TCP port accepts a connection. No liveness.

A database or a cache that names no port is asked at the one that its image is known for, unless a setting of it speaks
of ports: else `depends_on` and a rollout would wait for nothing.
A pod without a readiness probe is sent requests before its program listens, and a rollout goes on before it works.
Without a health check nobody knows when the program is broken, so nothing restarts it but its own end.
Where compose turns the health check off (`disable: true`, `test: [NONE]`) there is no probe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.ports import usual_port
from convert.model import Default
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


@service_policy
def probes(service: Service) -> Iterator[Effect]:
    """Ask the first port, every ten seconds."""
    check = service.model.get("healthcheck") or {}
    if service.workload.kind == "Job" or check.get("disable") or check.get("test"):
        return
    port = next((number for number, protocol in service.container_ports if protocol == "TCP"), None)
    port = port or usual_port(service)
    if port:
        probe = {"tcpSocket": {"port": port}, "periodSeconds": 10, "timeoutSeconds": 3, "failureThreshold": 3}
        yield Default(service.workload, (*service.container, "readinessProbe"), probe)
