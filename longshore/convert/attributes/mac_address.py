"""`mac_address` has no equivalent: a pod's interface gets its address from the cluster's network.

It matters to programs whose licence is bound to it; those need another kind of licence, or their VM.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#mac_address
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.mac_address")
def mac_address(_value: str, _service: Service) -> Iterator[Effect]:
    """Report it."""
    yield Unsupported(
        "a pod's hardware address cannot be chosen",
        "if a licence is bound to it, ask for one that is not, and drop the attribute",
        code="fixed-address",
    )
