"""`memswap_limit`: pods do not swap. What a container was given beyond its memory limit is gone.

Nothing is lost where it equals the memory limit (no swap), or is 0 (unset).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#memswap_limit
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.units import bytes_of
from longshore.convert.estate.facts import resources
from longshore.convert.kubernetes.quantity import memory
from longshore.convert.registry import attribute
from longshore.model import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.memswap_limit")
def memswap_limit(value: str, service: Service) -> Iterator[Effect]:
    """Compare with the memory limit."""
    total, limit = bytes_of(value), resources(service).memory_limit
    if total == 0 or 0 < total <= limit:
        return
    swap = f"{memory(total - limit)} of" if total > 0 else "unlimited"
    yield Unsupported(
        f"pods do not swap: the service loses {swap} swap and is killed above {memory(limit)}",
        "raise the memory limit by what it really swapped",
        code="memswap-limit",
    )
