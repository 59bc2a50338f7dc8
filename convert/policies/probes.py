"""Readiness where compose has no health check: that of the image, or a connection to the first TCP port. No liveness.

Docker runs the `HEALTHCHECK` of an image, Kubernetes knows of none: where it is known, it is the readiness probe, so
that who waits for `service_healthy` waits for the same.

A database or a cache that names no port is asked at the one that its image is known for, unless a setting of it speaks
of ports: else `depends_on` and a rollout would wait for nothing.
A pod without a readiness probe is sent requests before its program listens, and a rollout goes on before it works.
Without a health check nobody knows when the program is broken, so nothing restarts it but its own end.
Where compose turns the health check off (`disable: true`, `test: [NONE]`) there is no probe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.health import request, target
from convert.estate.ports import usual_port
from convert.model import Default
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from convert.estate import Service
    from convert.model import Effect

TIMEOUT = 30
"""Seconds that Docker gives the test of an image, unless the image says another number."""


@service_policy
def probes(service: Service) -> Iterator[Effect]:
    """Ask the image's own test or the first port, every ten seconds."""
    check = service.model.get("healthcheck") or {}
    if service.workload.kind == "Job" or service.health_test or check.get("disable") or check.get("test"):
        return
    port = next((number for number, protocol in service.container_ports if protocol == "TCP"), None)
    port = port or usual_port(service)
    asked = {"periodSeconds": 10, "failureThreshold": 3}
    if service.image_test:
        probe = {**_asked(service.image_test, service), **asked, "timeoutSeconds": TIMEOUT}
        yield Default(service.workload, (*service.container, "readinessProbe"), probe)
    elif port:
        probe = {"tcpSocket": {"port": port}, **asked, "timeoutSeconds": 3}
        yield Default(service.workload, (*service.container, "readinessProbe"), probe)


def _asked(test: list[str], service: Service) -> dict[str, Any]:
    found = request(test, target(service))
    if found:
        return found.handler
    return {"exec": {"command": ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]}}
