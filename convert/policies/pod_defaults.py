"""What every pod gets: no token, no variables about other Services, the runtime's system call filter, no new rights.

Kubernetes puts `REDIS_PORT=tcp://…` into every pod beside a Service `redis`, and breaks programs that read
`REDIS_PORT`; `enableServiceLinks: false` stops it. A container that is known not to run as root is held to it
(`runAsNonRoot`), loses all capabilities that compose does not add, and may listen on ports below 1024 as it may in
Docker.
Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.facts import container_security, run_as
from convert.estate.ports import every
from convert.kubernetes.pod import POD, POD_SECURITY
from convert.model import Default, Each, Item
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


@service_policy
def pod_defaults(service: Service) -> Iterator[Effect]:
    """Set the defaults of the pod, and of this service's container in it."""
    workload = service.workload
    if service.host is service:
        yield Default(workload, POD, Each({"enableServiceLinks": False, "automountServiceAccountToken": False}))
        yield Default(workload, (*POD_SECURITY, "seccompProfile"), {"type": "RuntimeDefault"})
        if service.options.image_pull_secrets:
            secrets = [{"name": name} for name in service.options.image_pull_secrets]
            yield Default(workload, (*POD, "imagePullSecrets"), secrets)
        if _opens_low_ports(service):
            name = "net.ipv4.ip_unprivileged_port_start"
            yield Default(workload, (*POD_SECURITY, "sysctls", Item("name", name), "value"), "0")
    yield Default(workload, (*service.container, "securityContext"), container_security(service))


def _opens_low_ports(owner: Service) -> bool:
    """Does a container that is not root listen below 1024? Docker lets it; a node's runtime does by version only."""
    return not owner.host.model.get("network_mode") and any(
        port.number < 1024 and run_as(member)  # noqa: PLR2004  the first port that everybody may open
        for member in owner.estate.pods[owner.name]
        for port in every(owner)
    )
