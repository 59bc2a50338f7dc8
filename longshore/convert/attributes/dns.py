"""`dns` → `dnsConfig.nameservers` of the pod, after the cluster's own server.

The cluster's DNS stays first, since service names are known to it alone: the servers listed are asked only when it does
not answer, not when it knows no such name. Kubernetes takes three servers in all. A server that is a service of the
project, by a fixed address on Docker's network, cannot be asked: a pod has no such address.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#dns
and https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from longshore.convert.estate.networks import owner_of
from longshore.convert.registry import attribute
from longshore.model import Approximated, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect

ROOM = 2
"""Of the three servers that a resolver takes, the cluster's own is one."""


@attribute("services.*.dns")
def dns(servers: View, service: Service) -> Iterator[Effect]:
    """Keep the first two servers, and say when they are asked."""
    kept: list[str] = []
    for index, server in enumerate(servers):
        if not _is_address(str(server)):
            yield Unsupported(f"`{server}` is no IP address", at=(index,))
        elif owner := owner_of(service.estate, str(server)):
            yield Unsupported(
                f"`{server}` was the address of `{owner.name}`; a pod has no fixed address, so the cluster's DNS is "
                "asked",
                f"the cluster's DNS knows every service; zones that only `{owner.name}` knows are forwarded there",
                (index,),
            )
        elif len(kept) == ROOM:
            yield Unsupported("a pod takes three DNS servers, and the cluster's own is one of them", at=(index,))
        else:
            kept.append(str(server))
    if not kept:
        return
    yield from service.share_pod("dnsConfig", "nameservers", value=kept, attribute="dns")
    yield Approximated(
        "the cluster's DNS is asked first, and these servers only if it does not answer",
        "names of your own network belong in the cluster's DNS: forward their zone there",
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
