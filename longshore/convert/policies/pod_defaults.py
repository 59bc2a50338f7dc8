"""What every pod gets: no token, no variables about other Services, the runtime's system call filter, no new rights.

Kubernetes puts `REDIS_PORT=tcp://…` into every pod beside a Service `redis`, and breaks programs that read
`REDIS_PORT`; `enableServiceLinks: false` stops it. A container that is known not to run as root is held to it
(`runAsNonRoot`), and may listen on ports below 1024 and send pings as it may in Docker.

Rights are taken away by what the image does. Where it is known to need none but those that it starts with, privilege
escalation is off, and a user who is not root loses all capabilities. An image that nobody knows, one whose program has
capabilities on its file, and one beside which compose says `cap_add`, `sudo` or `ping` keep what Docker gives; the
level `restricted` (`workloads.podSecurity`) takes it from all, `no-new-privileges` of compose from one.
Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import run_as
from longshore.convert.estate.ports import every
from longshore.convert.estate.rights import container_security, raises
from longshore.convert.estate.seen import seen, source
from longshore.convert.kubernetes.pod import POD, POD_SECURITY
from longshore.convert.registry import service_policy
from longshore.model import Default, Each, Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect

LOW_PORTS = ("net.ipv4.ip_unprivileged_port_start", "0")
PINGS = ("net.ipv4.ping_group_range", "0 2147483647")
"""Kernel settings that Docker gives every container: who may listen below 1024, and who may send a ping."""


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
        for (name, value), needed in ((LOW_PORTS, _opens_low_ports(service)), (PINGS, _pings(service))):
            if needed:
                yield Default(workload, (*POD_SECURITY, "sysctls", Item("name", name), "value"), value)
    found = seen(service)
    setting = source(service) if found and found.own and found.user and found.user == run_as(service) else ""
    yield Default(workload, (*service.container, "securityContext"), container_security(service), setting)


def _opens_low_ports(owner: Service) -> bool:
    """Does one that may not be root listen below 1024? Docker lets it; a node's runtime does by version only."""
    return (
        not owner.host.model.get("network_mode")
        and any(run_as(member) != 0 for member in owner.estate.pods[owner.name])
        and any(port.number < 1024 for port in every(owner))  # noqa: PLR2004  the first port that everybody may open
    )


def _pings(owner: Service) -> bool:
    """Does a container that may not be root send pings? Docker lets every group do it without a raw socket."""
    return not owner.host.model.get("network_mode") and any(
        run_as(member) != 0 and (raises(member) or ("", ""))[1].startswith("ping")
        for member in owner.estate.pods[owner.name]
    )
