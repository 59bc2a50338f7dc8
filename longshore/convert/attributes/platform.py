"""`platform` → `nodeSelector` on `kubernetes.io/os` and `kubernetes.io/arch`: which nodes the pod may run on.

A variant (`linux/arm/v7`) cannot be selected by; `linux/arm64/v8` is what every arm64 node is.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#platform
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import Approximated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


SYSTEMS = frozenset({"linux", "windows"})
ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"}
COMMON_VARIANTS = frozenset({"", "v8"})


@attribute("services.*.platform")
def platform(value: str, service: Service) -> Iterator[Effect]:
    """Translate `os[/architecture[/variant]]`, or an architecture alone, as Docker reads it."""
    first, _, rest = value.lower().partition("/")
    architecture, _, variant = rest.partition("/") if first in SYSTEMS else (first, "", rest)
    selector = {"kubernetes.io/os": first if first in SYSTEMS else "linux"}
    if architecture:
        selector["kubernetes.io/arch"] = ARCHITECTURES.get(architecture, architecture)
    yield from service.share_pod("nodeSelector", value=selector, attribute="platform")
    if variant not in COMMON_VARIANTS:
        yield Approximated(
            f"nodes cannot be selected by the variant `{variant}`, only by `{architecture}`",
            "use an image for all variants of the architecture",
        )
