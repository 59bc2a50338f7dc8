"""A service that calls itself by its own name reaches itself: the pod's host name becomes that of its Service.

On Docker the name leads to the container from its first moment. In Kubernetes it leads to the Service, which answers
only when the pod is ready: a health check that calls the own name would wait for itself for ever, and a program that
listens on the own name (Kafka) finds no address of its own there. A pod finds its host name in its own hosts file.

Only where one pod runs: copies that call the name may well mean each other. A StatefulSet gives its pods names itself.
Source: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/#default-hosts-file-content
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.dials import dials_itself
from longshore.convert.estate.health import called, request, target
from longshore.convert.estate.network_names import hosts
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect, Path


@service_policy
def own_name(service: Service) -> Iterator[Effect]:
    """Call the pod like its Service, or tell why a health check cannot work."""
    test = _tested(service)
    found = test or dials_itself(service)
    if not found or service.workload.kind == "Job":
        return
    at, name = found
    alone = service.workload.kind == "Deployment" and service.replicas <= 1
    known = name in {service.name, service.slug} and service.host is service
    if alone and known and not service.model.get("hostname"):
        yield Default(service.workload, (*POD, "hostname"), service.slug)
    elif test and str(service.host.model.get("hostname", "")) != name:
        yield Problem(
            "own-name",
            Severity.WARNING,
            f"the test calls `{name}`, which is this service itself: the name leads to pods that are ready, and this "
            "one waits for the test",
            "call `localhost`",
            at,
        )


def _tested(service: Service) -> tuple[Path, str] | None:
    """The own name that a command of the health check calls, and where; the kubelet's own requests need no name."""
    test = service.health_test or ()
    names = service.estate.memo(hosts)
    own = next((name for name in called(test) if names.get(name) == service.name), "")
    return (("healthcheck", "test"), own) if own and not request(test, target(service)) else None
