"""`expose` → `containerPort` and a port of the service's Service, like `ports`; ranges are written out.

Nothing is lost: `expose` never opened anything to the outside.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#expose
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.ports import declared, exposed_ports, listen
from convert.model import Severity, Unsupported
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
