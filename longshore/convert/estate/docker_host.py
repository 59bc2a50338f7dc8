"""The Docker host as a container calls it: by the names of Docker Desktop and Podman, and by the address of a bridge.

What listens on the machine itself no pod finds: nodes of a cluster run none of it, and pods have other networks.
Source: https://docs.docker.com/desktop/features/networking/networking-how-tos/,
https://docs.podman.io/en/latest/markdown/podman-run.1.html and https://docs.docker.com/engine/network/#subnet-allocation
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.dials import port_of
from longshore.convert.estate.texts import holding, is_file, span, without_comments
from longshore.convert.kubernetes.host_places import host_places, is_dialled
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path, Span

_NAMES: Final = (
    r"(?:host|gateway)\.docker\.internal|docker\.for\.(?:mac|win)\.(?:host\.internal|localhost)"
    r"|host\.(?:containers|lima)\.internal"
)
_BRIDGES: Final = r"172\.(?:1[7-9]|2[0-9]|3[01])\.0\.1"
"""The addresses that the host has on the bridges which Docker makes by itself: 172.17.0.1, 172.18.0.1 and so on."""

_PARTS: Final = ("docker", "172.", ".internal")
"""One of these is in each of those names."""

_SUBNET: Final = Regex(r"(\d{1,3}\.\d{1,3}\.\d{1,3})\.0/\d{1,2}")


class Named(NamedTuple):
    """A place that names the Docker host. port: the one that is called there; 0 where none is known.

    apart: does the port stand elsewhere, in a variable or a word beside this one?
    """

    path: Path
    name: str
    port: int
    span: Span | None = None
    apart: bool = False


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
    host = Regex(rf"(?<![\w.-])(?P<name>{_NAMES}|(?:{addresses})(?!/\d))(?![\w-]|\.\w)")
    for text in holding(estate, *_PARTS, *own):
        if not is_dialled(text.key) or "labels" in text.path:
            continue
        written = without_comments(text.text) if is_file(text.path) else text.text
        places = {place.start: place for place in host_places(written, text.key)}
        seen: set[tuple[Path, str]] = set()
        for match in host.finditer(written):
            place = text.at(match.start("name"))
            if (place, match["name"]) not in seen:
                seen.add((place, match["name"]))
                at = places.get(match.start("name"))
                port = port_of(estate, text, at) if at else 0
                apart = bool(at and at.key and not written.startswith(f":{port}", at.end))
                yield Named(place, match["name"], port, span(text, *match.span("name")), apart)


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
