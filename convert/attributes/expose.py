"""`expose` → `containerPort` and a port of the service's Service, like `ports`; ranges are written out.

Nothing is lost: `expose` never opened anything to the outside.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#expose
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.ports import declared, expose_range, listen
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect
    from convert.view import View


@attribute("services.*.expose")
def expose(entries: View, service: Service) -> Iterator[Effect]:
    """Translate `"3000"`, `"7000-7002"`, `"53/udp"`."""
    known = {(port.number, port.protocol): port for port in declared(service.host)}
    for text in entries:
        for pair in expose_range(str(text)):
            yield from listen(service, known[pair])
