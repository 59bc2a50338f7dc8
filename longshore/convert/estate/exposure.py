"""Which ports of a service the stack opens to the outside; compose's `ports` alone open nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.ports import Port, declared, every, port_name, target_port

if TYPE_CHECKING:
    from longshore.convert.estate import Service

LOOPBACK = ("127.", "::1", "localhost")


def exposed(service: Service) -> tuple[Port, ...]:
    """The container ports that `exposure` opens; empty where it is not set, or where there is no port to open."""
    exposure = service.settings.exposure
    if exposure is None or service.host is not service:
        return ()
    if exposure.port:
        named = tuple(port for port in every(service) if port.number == exposure.port)
        if exposure.kind == "ingress":
            named = tuple(port for port in named if port.protocol == "TCP")
        return named or (Port(exposure.port, "TCP", port_name(exposure.port, "TCP")),)
    # Nothing is opened that nobody wrote down: what others dial, or an image serves, may be meant for them alone.
    ports = declared(service)
    if exposure.kind == "ingress":
        return tuple(port for port in ports if port.protocol == "TCP")[:1]
    public = published(service)
    return tuple(port for port in ports if (port.number, port.protocol) in public) or ports[:1]


def published(service: Service) -> dict[tuple[int, str], str]:
    """(container port, protocol) → published port or range, of those that Docker opens beyond the host itself."""
    return {
        port: str(entry["published"])
        for entry in reversed(service.model.get("ports") or [])
        if (port := target_port(entry)) and entry.get("published") and not is_loopback(str(entry.get("host_ip") or ""))
    }


def is_loopback(address: str) -> bool:
    """Is a `host_ip` one that only the Docker host itself reaches?"""
    return address.strip("[]").startswith(LOOPBACK)
