"""Readiness where compose has no health check: that of the image, or a connection to the first TCP port. No liveness.

Docker runs the `HEALTHCHECK` of an image, Kubernetes knows of none: where it is known, it is the readiness probe, so
that who waits for `service_healthy` waits for the same.

A database or a cache that names no port is asked at the one that its image is known for, unless a setting of it speaks
of ports: else `depends_on` and a rollout would wait for nothing. So is a service that names no port at the one at which
all others dial it; who only watches it (Prometheus) does not count, since nothing may listen there.
A pod without a readiness probe is sent requests before its program listens, and a rollout goes on before it works.
Without a health check nobody knows when the program is broken, so nothing restarts it but its own end.
A port is asked every five seconds, so that those who wait for it wait no longer, and half a minute of silence counts.
Where compose turns the health check off (`disable: true`, `test: [NONE]`) there is no probe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import asked_port, image_test
from longshore.convert.estate.health import request, target
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from longshore.convert.estate import Service
    from longshore.model import Effect

TIMEOUT = 30
"""Seconds that Docker gives the test of an image, unless the image says another number."""


@service_policy
def probes(service: Service) -> Iterator[Effect]:
    """Ask the image's own test every ten seconds, or the first port every five."""
    test, port = image_test(service), asked_port(service)
    if test:
        times = {"periodSeconds": 10, "timeoutSeconds": TIMEOUT, "failureThreshold": 3}
        yield Default(service.workload, (*service.container, "readinessProbe"), {**_asked(test, service), **times})
    elif port:
        probe = {"tcpSocket": {"port": port}, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 6}
        yield Default(service.workload, (*service.container, "readinessProbe"), probe)


def _asked(test: list[str], service: Service) -> dict[str, Any]:
    found = request(test, target(service))
    if found:
        return found.handler
    return {"exec": {"command": ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]}}
