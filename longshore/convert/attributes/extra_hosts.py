"""`extra_hosts` → `hostAliases` of the pod, one entry per address.

Names become lower case, and blanks around name and address go. What is lost: `host-gateway` is the Docker host, which
a cluster does not have; a program that calls it must call something else. A pod's hosts file takes addresses and DNS
names only; an entry of anything else, which Docker writes down all the same, is left out.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extra_hosts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.addresses import is_address
from longshore.convert.estate.docker_host import is_docker_host
from longshore.convert.estate.networks import owner_of
from longshore.convert.estate.texts import mentions, places
from longshore.convert.kubernetes.names import valid_domain
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.extra_hosts")
def extra_hosts(entries: View, service: Service) -> Iterator[Effect]:
    """Translate `name=address` entries, or the mapping name → addresses."""
    found: dict[str, list[str]] = {}
    for at, name, address in _pairs(entries):
        if address == "host-gateway" or is_docker_host(service.estate, address):
            yield _gateway(service, name, at)
        elif not is_address(address):
            yield Unsupported(f"`{address}` is no IP address", "write an IPv4 or IPv6 address", at, "extra-host")
        elif owner := owner_of(service.estate, address):
            yield Unsupported(
                f"`{name}` is {address}, which was the address of `{owner.name}`; a pod has no fixed address",
                f"call `{owner.host.slug}` instead",
                at,
                "fixed-address",
                Severity.WARNING if name in {owner.name, owner.host.slug} else Severity.ERROR,
            )
        elif not valid_domain(name):
            yield _no_name(service, name, at)
        elif name not in found.setdefault(address, []):
            found[address].append(name)
    value = [{"ip": address, "hostnames": names} for address, names in found.items()]
    if value:
        yield from service.share_pod("hostAliases", value=value, attribute="extra_hosts")


def _pairs(entries: View) -> Iterator[tuple[Path, str, str]]:
    """(place, name, address) of each entry, as a hosts file would have them."""
    plain = entries.plain()
    if isinstance(plain, dict):
        for name, addresses in plain.items():
            for address in [addresses] if isinstance(addresses, str) else addresses:
                yield (name,), _name(name), _address(address)
        return
    for index, entry in enumerate(plain):
        name, separator, address = str(entry).partition("=")
        if not separator:
            name, _, address = str(entry).partition(":")
        yield (index,), _name(name), _address(address)


def _name(text: str) -> str:
    return text.strip().lower()


def _address(text: str) -> str:
    return str(text).strip().removeprefix("[").removesuffix("]")


def _no_name(service: Service, name: str, at: Path) -> Unsupported:
    own = [path for path in mentions(service.estate, name) if path[:2] == service.path]
    called = f", and {places(own)} calls it" if own else ""
    return Unsupported(
        f"`{name}` cannot stand in a pod's hosts file: it is no DNS name{called}",
        "use letters, digits, `-` and `.` only",
        at,
        "extra-host",
        Severity.ERROR if own else Severity.WARNING,
    )


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
