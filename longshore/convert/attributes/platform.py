"""`platform` → `nodeSelector` on `kubernetes.io/os` and `kubernetes.io/arch`: which nodes the pod may run on.

A variant (`linux/arm/v7`) cannot be selected by; `linux/arm64/v8` is what every arm64 node is.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#platform
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.node_choice import platform_of
from longshore.convert.registry import attribute
from longshore.model import Approximated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


COMMON_VARIANTS = frozenset({"", "v8"})


@attribute("services.*.platform")
def platform(value: str, service: Service) -> Iterator[Effect]:
    """Translate `os[/architecture[/variant]]`, or an architecture alone, as Docker reads it."""
    wanted = platform_of(value)
    selector = {"kubernetes.io/os": wanted.system}
    if wanted.architecture:
        selector["kubernetes.io/arch"] = wanted.architecture
    if service.host is service:
        for key, each in selector.items():
            yield service.put_pod("nodeSelector", key, value=each)
    else:
        yield from service.share_pod("nodeSelector", value=selector, attribute="platform")
    if wanted.variant not in COMMON_VARIANTS:
        yield Approximated(
            f"nodes cannot be selected by the variant `{wanted.variant}`, only by `{wanted.architecture}`",
            "use an image for all variants of the architecture",
        )
