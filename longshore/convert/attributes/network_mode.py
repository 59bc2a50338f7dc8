"""`network_mode`: `service:x` puts the container into the pod of x; `none` gets a policy that lets nothing through.

`host` would put the pod on the node's own network, past every policy, and is refused by the Pod Security level
`baseline`: an error, unless the owner allows `host-network`. `bridge` is Docker's own network: services that ask for it
reach each other. `container:x` is `service:…` of the service whose container is called x (`container_name`, or a name
that Docker would give it); another one is not of this project, and an error.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#network_mode
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.networks import BRIDGE, membership
from longshore.convert.kubernetes.pod import POD_LABELS
from longshore.convert.registry import attribute
from longshore.model import Approximated, Put, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect

NETWORK_MODE = "network-mode"
HOST_NETWORK = "host-network"


@attribute("services.*.network_mode")
def network_mode(mode: str, service: Service) -> Iterator[Effect]:
    """Translate the mode; `none`, `service:x` and `container:x` are carried out by those who name pods and policies."""
    if mode == "host":
        yield from _host(service)
    elif mode in {"bridge", "default"}:
        yield Put(service.workload, (*POD_LABELS, membership(service.estate, BRIDGE)), "true")
    elif mode == "none":
        if not service.options.network_policies:
            yield Unsupported(
                "`none` cuts the container off, and `networkPolicies` is off: it is on the network like any other",
                "set `networkPolicies: true` in the stack file",
                code="network-isolation",
            )
    elif mode.startswith("service:"):
        if service.host is service:
            yield Unsupported(
                f"there is no service `{mode.removeprefix('service:')}`", code=NETWORK_MODE, severity=Severity.ERROR
            )
    elif service.host is service:
        yield Unsupported(
            f"`{mode}` is the network of a container outside this project",
            "make that container a service here and write `service:<name>`, or put both on one network",
            code=NETWORK_MODE,
            severity=Severity.ERROR,
        )


def _host(service: Service) -> Iterator[Effect]:
    yield Approximated(
        "the host's network: the pod would listen on the node itself, reach its loopback, and pass by all policies",
        "publish ports instead; if it must be so, allow `host-network` and set the namespace's Pod Security level to "
        "`privileged`",
        code=HOST_NETWORK,
        severity=Severity.ERROR,
    )
    if HOST_NETWORK in service.allowed:
        yield service.put_pod("hostNetwork", value=True)
        yield service.put_pod("dnsPolicy", value="ClusterFirstWithHostNet")
