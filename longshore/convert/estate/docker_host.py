"""The Docker host as a container calls it: by the names of Docker Desktop and Podman, and by the address of a bridge.

What listens on the machine itself no pod finds: nodes of a cluster run none of it, and pods have other networks.
Source: https://docs.docker.com/desktop/features/networking/networking-how-tos/,
https://docs.podman.io/en/latest/markdown/podman-run.1.html and https://docs.docker.com/engine/network/#subnet-allocation
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.texts import holding, is_file, without_comments
from longshore.convert.kubernetes.host_places import PORTS, is_dialled
from longshore.model import Span
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.texts import Text
    from longshore.model import Path

_NAMES: Final = (
    r"(?:host|gateway)\.docker\.internal|docker\.for\.(?:mac|win)\.(?:host\.internal|localhost)"
    r"|host\.(?:containers|lima)\.internal"
)
_BRIDGES: Final = r"172\.(?:1[7-9]|2[0-9]|3[01])\.0\.1"
"""The addresses that the host has on the bridges which Docker makes by itself: 172.17.0.1, 172.18.0.1 and so on."""

_PARTS: Final = ("docker", "172.", ".internal")
"""One of these is in each of those names."""

_SCHEMES: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_SUBNET: Final = Regex(r"(\d{1,3}\.\d{1,3}\.\d{1,3})\.0/\d{1,2}")


class Named(NamedTuple):
    """A place that names the Docker host. port: the one that is called there; 0 where none is known."""

    path: Path
    name: str
    port: int
    span: Span | None = None


def is_docker_host(estate: Estate, address: str) -> bool:
    """Is it an address of the Docker host: on a bridge that Docker makes, or on a network of the project?"""
    return bool(re.fullmatch(_BRIDGES, address)) or address in estate.memo(_gateways)


def _gateways(estate: Estate) -> frozenset[str]:
    """The host's addresses on networks of the project: the gateway given, else the first of the subnet."""
    found: set[str] = set()
    for network in (estate.project.model.get("networks") or {}).values():
        for pool in ((network or {}).get("ipam") or {}).get("config") or ():
            subnet = _SUBNET.fullmatch(str(pool.get("subnet") or ""))
            found.add(str(pool.get("gateway") or (f"{subnet[1]}.1" if subnet else "")))
    return frozenset(found - {""})


def docker_host(estate: Estate) -> Iterator[Named]:
    """Every setting, command and mounted file that names the Docker host, each of its names once in each place."""
    own = estate.memo(_gateways)
    addresses = "|".join((_BRIDGES, *map(re.escape, sorted(own))))
    host = Regex(
        rf"(?:(?P<scheme>https?|wss?)://)?(?<![\w.-])(?P<name>{_NAMES}|(?:{addresses})(?!/\d))"
        r"(?::(?P<port>\d{2,5}))?(?![\w-]|\.\w)"
    )
    for text in holding(estate, *_PARTS, *own):
        if not is_dialled(text.key) or "labels" in text.path:
            continue
        written = without_comments(text.text) if is_file(text.path) else text.text
        seen: set[tuple[Path, str]] = set()
        for match in host.finditer(written):
            place = text.at(match.start("name"))
            if (place, match["name"]) not in seen:
                seen.add((place, match["name"]))
                port = int(match["port"] or _SCHEMES.get(match["scheme"] or "", 0)) % PORTS
                yield Named(place, match["name"], port, _span(text, match))


def _span(text: Text, match: re.Match[str]) -> Span | None:
    """The line of the file; None for what stands in a compose file."""
    if not text.file:
        return None
    start = match.start("name")
    line = text.text.rfind("\n", 0, start) + 1
    return Span(text.file, text.text.count("\n", 0, start) + 1, start - line + 1, len(match["name"]))


def published(estate: Estate) -> dict[int, tuple[Service, int]]:
    """Port of the Docker host → the first service that publishes it, and the port of its container."""
    return estate.memo(_published)


def _published(estate: Estate) -> dict[int, tuple[Service, int]]:
    found: dict[int, tuple[Service, int]] = {}
    for service in estate:
        for entry in service.model.get("ports") or ():
            number = str(entry.get("published") or "")
            if number.isdigit():
                found.setdefault(int(number), (service, int(entry["target"])))
    return found
