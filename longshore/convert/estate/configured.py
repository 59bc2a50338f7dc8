"""Whether the project's own configuration of a program tells it another port than the one its image is known for.

A connection to the known port is what shows that a program is ready; where a mounted `grafana.ini` says
`http_port = 4000`, nobody would ever answer there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.compose.files import clean
from longshore.convert.estate.configs import config
from longshore.convert.estate.content import texts_in
from longshore.convert.estate.service_images import of
from longshore.convert.estate.storage import config_target
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

_NUMBER: Final = Regex(r"\d+")
_WORDS: Final = ("port", "listen")


def says_another_port(service: Service, port: int) -> bool:
    """Do files that are mounted where the image is configured speak of ports, and none of `port`?"""
    said = [number for text in _configuration(service) for line in text.splitlines() for number in _ports(line)]
    return bool(said) and str(port) not in said


def _ports(line: str) -> list[str]:
    text = line.partition("#")[0].strip()
    spoken = not text.startswith((";", "//")) and any(word in text.lower() for word in _WORDS)
    return _NUMBER.findall(text) if spoken else []


def _configuration(service: Service) -> Iterator[str]:
    """Texts that are mounted at the places where the program of the image reads how to listen."""
    places, estate = of(service).configuration, service.estate
    if not places:
        return
    for mount in service.model.get("volumes") or ():
        if mount.get("type") == "bind" and _configures(clean(str(mount.get("target") or "/")), places):
            yield from texts_in(estate, str(mount.get("source") or ""))
    for mount in service.model.get("configs") or ():
        if _configures(config_target(mount), places):
            for data in config(estate, str(mount["source"])).files.values():
                yield data.decode(errors="ignore")


def _configures(target: str, places: tuple[str, ...]) -> bool:
    return any(target == place.rstrip("/") or f"{target}/".startswith(place) for place in places)
