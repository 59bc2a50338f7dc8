"""Readiness where compose has no health check: that of the image, or a connection to the first TCP port. No liveness.

Docker runs the `HEALTHCHECK` of an image, Kubernetes knows of none: where it is known, it is the readiness probe, so
that who waits for `service_healthy` waits for the same.

A database or a cache that names no port is asked at the one that its image is known for, unless a setting of it speaks
of ports: else `depends_on` and a rollout would wait for nothing. So is a service that names no port at the one at which
all others dial it; who only watches it (Prometheus) does not count, since nothing may listen there.
A pod without a readiness probe is sent requests before its program listens, and a rollout goes on before it works.
Without a health check nobody knows when the program is broken, so nothing restarts it but its own end.
An image's test is asked as often as the image says, but every half minute at least, since nothing else notices that the
program is up; ten seconds where it says nothing. It has to fail for as long as it would have to in Docker.
A port is asked every five seconds, so that those who wait for it wait no longer, and half a minute of silence counts.
Where compose turns the health check off (`disable: true`, `test: [NONE]`) there is no probe.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from longshore.convert.estate.facts import DEFAULT_RETRIES, DEFAULT_TIMEOUT, asked_port, health_times, image_test
from longshore.convert.estate.health import request, target
from longshore.convert.estate.seen import open_ports, seen, source
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from longshore.convert.estate import Service
    from longshore.model import Effect

USUAL_PERIOD, LONGEST_PERIOD = 10.0, 30.0
"""Seconds between two questions to an image's test: where the image says nothing, and at most."""


@service_policy
def probes(service: Service) -> Iterator[Effect]:
    """Ask the image's own test, or the first port every five seconds."""
    test, port = image_test(service), asked_port(service)
    found = seen(service)
    if test:
        probe = {**_asked(test, service), **_times(service)}
        setting = source(service) if found and found.check and tuple(test) == found.check.test else ""
        yield Default(service.workload, (*service.container, "readinessProbe"), probe, setting)
    elif port:
        setting = source(service) if port in (open_ports(service) or ()) else ""
        probe = {"tcpSocket": {"port": port}, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 6}
        yield Default(service.workload, (*service.container, "readinessProbe"), probe, setting)


def _times(service: Service) -> dict[str, int]:
    times = health_times(service)
    interval = times.interval or USUAL_PERIOD
    period = ceil(min(interval, LONGEST_PERIOD))
    return {
        "periodSeconds": period,
        "timeoutSeconds": ceil(times.timeout or DEFAULT_TIMEOUT),
        "failureThreshold": ceil((times.retries or DEFAULT_RETRIES) * max(1, interval / period)),
    }


def _asked(test: list[str], service: Service) -> dict[str, Any]:
    found = request(test, target(service))
    if found:
        return found.handler
    return {"exec": {"command": ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]}}
