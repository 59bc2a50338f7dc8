"""`dns_opt` → `dnsConfig.options` of the pod: `ndots:1` is `{name: ndots, value: "1"}`. Nothing is lost.

An option given here beats the cluster's own of the same name (`ndots:5`).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#dns_opt
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.dns_opt")
def dns_opt(options: View, service: Service) -> Iterator[Effect]:
    """Split each option at its colon; the last of one name holds, as in a resolver's own file."""
    named = dict(str(option).partition(":")[::2] for option in options if option)
    value = [{"name": name, **({"value": value} if value else {})} for name, value in named.items()]
    if value:
        yield from service.share_pod("dnsConfig", "options", value=value, attribute="dns_opt")
