"""`dns_search` → `dnsConfig.searches` of the pod, after the cluster's own domains. Nothing is lost.

`.` or an empty text turns searching off for Docker; a pod needs the cluster's domains to find services, so it is left
out.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#dns_search
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.names import valid_domain
from longshore.convert.registry import attribute
from longshore.model import Approximated, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.dns_search")
def dns_search(domains: View, service: Service) -> Iterator[Effect]:
    """Keep all domains, but for `.` and the empty one."""
    kept: list[str] = []
    for index, domain in enumerate(domains):
        if domain in {"", "."}:
            yield Approximated(
                "a pod searches the cluster's domains, or it would find no service", at=(index,), code="dns-search"
            )
            continue
        name = str(domain).rstrip(".").lower()
        # Kubernetes takes `_` here, unlike in the names of its own objects.
        if valid_domain(name.replace("_", "x")):
            kept.append(name)
        else:
            yield Unsupported(f"`{domain}` is no DNS name", at=(index,), code="dns-search")
    if kept:
        yield from service.share_pod("dnsConfig", "searches", value=kept, attribute="dns_search")
