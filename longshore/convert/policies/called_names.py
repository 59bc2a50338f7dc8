"""Names by which services are called and which no Service has: what cannot be rewritten, and what may be no host.

`hostname-rewritten` tells what was rewritten. A second container of a service (`shop-web-2`) has no name of its own in
a cluster. A name that stands alone, where nothing says that it is a host, may be that of a module, a queue or a group:
it is left as it is, and told, unless its key says that it is something else or the service speaks of itself.
Source: https://docs.docker.com/compose/how-tos/networking/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.dials import calls
from longshore.convert.estate.made_names import container_prefixes, made_name
from longshore.convert.estate.network_names import TASKS, hosts
from longshore.convert.estate.texts import calling, holding, is_file, readers
from longshore.convert.kubernetes.host_places import host_places, means_other
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.made_names import Made
    from longshore.convert.estate.texts import Text
    from longshore.model import Path

_LINE: Final = Regex(
    r"(?m)^[ \t]{0,80}[\"']?([\w.-]{1,80})[\"']?[ \t]{0,9}[=:][ \t]{0,9}[\"']?([A-Za-z0-9_][\w.-]{0,253})[\"']?"
    r"[ \t]{0,9}[,;]?[ \t]{0,9}$"
)
_HOSTLIKE: Final = Regex(r"[\w.-]+")
_WORD: Final = Regex(r"[^\s\"'`;|&<>()]{1,300}")


@service_policy
def called_names(service: Service) -> Iterator[Problem]:
    """Report what this service calls by a name that leads nowhere, or may do so."""
    for at, (name, made) in service.estate.memo(_numbered).get(service.name, {}).items():
        yield Problem(
            "container-number",
            Severity.ERROR,
            f"`{name}` is container {made.number} of `{made.service.name}`; pods have no numbers, and the Service "
            "leads to any of them",
            f"call `{made.service.host.slug}` for any of them; who must be told apart is a service of its own",
            at,
        )
    for at, (name, target) in service.estate.memo(_doubtful).get(service.name, {}).items():
        yield Problem(
            "doubtful-host",
            Severity.WARNING,
            f"no Service is called `{name}`, which stands here alone: nothing says that it is a host, so it is left",
            f"if it means the service, write `{target.host.slug}`; if it does not, allow `doubtful-host`",
            at,
        )


def _numbered(estate: Estate) -> dict[str, dict[Path, tuple[str, Made]]]:
    """Service → the places in it that call one of several containers, and which."""
    found: dict[str, dict[Path, tuple[str, Made]]] = {}
    known = hosts(estate)
    for call in (call for places in calls(estate).values() for call in places if call.host not in known):
        made = made_name(estate, call.host)
        if made and not made.whole:
            for name, at in readers(estate, call.path):
                found.setdefault(name, {})[at] = call.host, made
    return found


def _doubtful(estate: Estate) -> dict[str, dict[Path, tuple[str, Service]]]:
    """Service → the places in it where a name stands alone that no Service has, and whose it is."""
    found: dict[str, dict[Path, tuple[str, Service]]] = {}
    known = hosts(estate)
    old = {name: known[name] for name in estate.hostnames if name in known and not name.startswith(TASKS)}
    prefixes = container_prefixes(estate)
    for text in calling(estate) if old else holding(estate, *prefixes):
        if not any(part in text.text for part in prefixes) and old.keys().isdisjoint(_hostlike(text.text, old)):
            continue
        for position, key, name in _alone(text):
            made = None if name in old or "." in name else made_name(estate, name)
            target = estate.services[old[name]] if name in old else made.service if made else None
            if target and not means_other(key):
                for reader, at in readers(estate, text.at(position)):
                    if reader != target.name:
                        found.setdefault(reader, {})[at] = name, target
    return found


def _hostlike(text: str, old: Mapping[str, str]) -> list[str]:
    """The words of a text that could be among the old names; they are as many as the services."""
    return _HOSTLIKE.findall(text) if old else []


def _alone(text: Text) -> Iterator[tuple[int, str, str]]:
    """(position, key, name) of what may be a host, and does not stand where one does; the key or flag before it."""
    placed = {place.start for place in host_places(text.text, text.key)}
    return (each for each in _words(text) if each[0] not in placed)


def _words(text: Text) -> Iterator[tuple[int, str, str]]:
    if is_file(text.path):
        for match in _LINE.finditer(text.text):
            yield match.start(2), match[1], match[2]
    elif text.starts:
        yield from _arguments(text.text)
    elif "labels" not in text.path:
        yield 0, text.key, text.text


def _arguments(command: str) -> Iterator[tuple[int, str, str]]:
    before = ""
    for match in _WORD.finditer(command):
        key, equals, value = match[0].partition("=")
        if equals:
            yield match.start() + len(key) + 1, key, value
        elif match.start():  # the first word is a program
            yield match.start(), before, key
        before = match[0] if match[0].startswith("-") else ""
