"""`extra_hosts` → `hostAliases` of the pod, one entry per address.

What is lost: `host-gateway` is the Docker host, which a cluster does not have; a program that calls it must call
something else.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extra_hosts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.model import Severity, Unsupported
from convert.registry import attribute
from convert.texts import mentions, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect, Path
    from convert.view import View


@attribute("services.*.extra_hosts")
def extra_hosts(entries: View, service: Service) -> Iterator[Effect]:
    """Translate `name=address` entries, or the mapping name → addresses."""
    found: dict[str, list[str]] = {}
    for at, name, address in _pairs(entries):
        if address == "host-gateway":
            yield _gateway(service, name, at)
        else:
            names = found.setdefault(address.strip("[]"), [])
            if name.lower() not in names:
                names.append(name.lower())
    value = [{"ip": address, "hostnames": names} for address, names in found.items()]
    if value:
        yield from service.share_pod("hostAliases", value=value, attribute="extra_hosts")


def _pairs(entries: View) -> Iterator[tuple[Path, str, str]]:
    if isinstance(entries.plain(), dict):
        for name, addresses in entries.items():
            for address in [addresses] if isinstance(addresses, str) else addresses:
                yield (name,), name, str(address)
        return
    for index, entry in enumerate(entries):
        name, separator, address = str(entry).partition("=")
        if not separator:
            name, _, address = str(entry).partition(":")
        yield (index,), name, address


def _gateway(service: Service, name: str, at: Path) -> Unsupported:
    own = [path for path in mentions(service.estate, name) if path[:2] == service.path]
    called = f", and {places(own)} calls it" if own else ""
    return Unsupported(
        f"`{name}` is the Docker host, which a cluster does not have{called}",
        f"give `{name}` a real address here, or make what runs on the host a service",
        at,
        "host-gateway",
        Severity.ERROR if own else Severity.WARNING,
    )
