"""`expose` → `containerPort` and a port of the service's Service, like `ports`; ranges are written out.

Nothing is lost: `expose` never opened anything to the outside.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#expose
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.ports import declared, exposed_ports, listen
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.expose")
def expose(entries: View, service: Service) -> Iterator[Effect]:
    """Translate `"3000"`, `"7000-7002"`, `"53/udp"`."""
    known = {(port.number, port.protocol): port for port in declared(service.host)}
    for index, text in enumerate(entries):
        ports = exposed_ports(str(text))
        if not ports:
            yield Unsupported(
                f"`{text}` is no port: no Service can forward it",
                "write a number or a range, and its protocol if it is not TCP: `53/udp`",
                (index,),
                severity=Severity.ERROR,
            )
        for pair in ports:
            yield from listen(service, known[pair])
