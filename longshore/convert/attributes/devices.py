"""`devices`: a pod gets devices from a device plugin, as a resource it asks for; a path on the host it cannot have.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#devices
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.devices")
def devices(value: View, service: Service) -> Iterator[Effect]:
    """Report each device."""
    del service
    for index, device in enumerate(value):
        source = device if isinstance(device, str) else device.get("source")
        if not isinstance(device, str):
            device.plain()
        yield Unsupported(
            f"a pod cannot have the device `{source}` of its node",
            "a GPU is asked for by `gpus`; for others install a device plugin and ask for its resource in a patch; if "
            "the program runs without, `x-longshore: {allow: [devices]}`",
            (index,),
            severity=Severity.ERROR,
        )
