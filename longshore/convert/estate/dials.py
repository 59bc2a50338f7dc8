"""Who dials whom: the places where one service names another as a host, and the ports that it dials there.

Settings, commands, health checks, labels and mounted files are read alike. A URL without a port has that of its scheme;
a host without either is dialled at a port that only the program knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.configs import consumers
from longshore.convert.estate.made_names import made_name
from longshore.convert.estate.network_names import TASKS, hosts
from longshore.convert.estate.texts import calling, files, is_file, labels, without_comments
from longshore.convert.kubernetes.host_places import PORTS, HostPlace, host_places, is_dialled
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.texts import Text
    from longshore.model import Path

SCHEMES: Final = {
    "amqp": 5672, "amqps": 5671, "bolt": 7687, "clickhouse": 9000, "ftp": 21, "gcomm": 4567, "git": 9418, "http": 80,
    "https": 443, "imap": 143, "imaps": 993, "kafka": 9092, "ldap": 389, "ldaps": 636, "mariadb": 3306,
    "memcache": 11211, "memcached": 11211, "mongodb": 27017, "mqtt": 1883, "mqtts": 8883, "mssql": 1433, "mysql": 3306,
    "nats": 4222, "neo4j": 7687, "postgres": 5432, "postgresql": 5432, "pulsar": 6650, "redis": 6379,
    "rediss": 6379, "rtmp": 1935, "rtsp": 554, "sftp": 22, "smtp": 25, "smtps": 465, "sqlserver": 1433, "ssh": 22,
    "stomp": 61613, "valkey": 6379, "ws": 80, "wss": 443,
}  # fmt: skip
"""URL scheme → the port that programs dial when the URL names none."""

_UPSTREAM: Final = Regex(r"(?m)^[ \t]{0,40}upstream[ \t]{1,9}([\w.-]{1,200})[ \t]{0,9}\{")
_BRACES: Final = Regex(r"//([A-Za-z0-9_][\w-]{0,200})\{(\d{1,3})\.\.\.(\d{1,3})\}([\w-]{0,200})(?::(\d{2,5}))?")
"""Several hosts by one pattern, which MinIO reads: `http://minio{1...4}:9000/data`."""

_MOST: Final = 99
_HOST_SUFFIX: Final = Regex(
    r"(?i)(?:host|hostname|host_name|server|address|addr|ip|hosts|servers|broker|endpoint|url)$"
)
_SERVER_PORT: Final = Regex(r"(?i)(?:traefik\.(?:.{1,200}\.)?|.{0,100}[./_])port")
"""Labels by which a proxy is told where to dial: Traefik's `….loadbalancer.server.port`, `prometheus.io/port`."""

_UPSTREAMS: Final = Regex(r"\{\{[ \t]{0,9}upstreams[ \t]{1,9}(?:https?[ \t]{1,9})?(\d{2,5})[ \t]{0,9}\}\}")
"""The same for Caddy: `caddy.reverse_proxy: "{{upstreams 8080}}"`."""


class Call(NamedTuple):
    """A place where a service is named as a host.

    by: the services whose setting or file it is; several where they share a config. number: the port that is dialled;
    0 where only the program knows it. host: the name that stands there. key: what it is the value of: a variable, a
    flag, a line of a file; empty where nothing says so. relied: does who dials count on an answer? Who only watches
    (Prometheus, a dashboard that reads labels) does not.
    """

    path: Path
    host: str
    number: int
    by: tuple[str, ...]
    key: str = ""
    relied: bool = True


class Dials(NamedTuple):
    """Service → the first place in another service that dials a port of it, by port; 0 is one that nobody tells.

    own: service → the first place where it names itself, and the name by which it does.
    """

    others: dict[str, dict[int, Path]]
    own: dict[str, tuple[Path, str]]


def dialled(service: Service) -> Mapping[int, Path]:
    """Ports that other services dial by a name of this one → the first place that does; 0: a port that nobody tells."""
    return service.estate.memo(_dialled).others.get(service.name, {})


def is_called(service: Service) -> bool:
    """Does any other service name this one as a host?"""
    return bool(dialled(service)) or any(
        call.by != (service.name,) for call in calls(service.estate).get(service.name, ())
    )


def relied_on(service: Service) -> int | None:
    """The one port at which all others dial the service and count on an answer; None where they are several, or none.

    In a pod of several services nobody knows whose port it is.
    """
    found = {
        call.number
        for call in calls(service.estate).get(service.name, ())
        if call.relied and call.number and call.by != (service.name,) and not call.host.startswith(TASKS)
    }
    alone = len(service.estate.pods.get(service.name, ())) == 1
    return found.pop() if alone and len(found) == 1 else None


def dials_itself(service: Service) -> tuple[Path, str] | None:
    """The first place where a service dials itself by a name that others know it by, and that name."""
    return service.estate.memo(_dialled).own.get(service.name)


def calls(estate: Estate) -> Mapping[str, tuple[Call, ...]]:
    """Service → the places that name it as a host, its own too."""
    return estate.memo(_calls)


def named(estate: Estate, text: str) -> frozenset[str]:
    """The services that a text speaks of by any of their names, as a host or (`set $upstream web;`) as a word alone."""
    names = hosts(estate)
    return frozenset(names[word] for word in re.findall(r"(?<![\w.-])[A-Za-z0-9_][\w-]*", text) if word in names)


def _dialled(estate: Estate) -> Dials:
    found = Dials({}, {})
    for target, places in calls(estate).items():
        for call in places:
            if call.host.startswith(TASKS):
                continue  # it has the addresses of the pods, where every port can be reached
            if call.by != (target,):
                found.others.setdefault(target, {}).setdefault(call.number, call.path)
            elif "labels" not in call.path:
                found.own.setdefault(target, (call.path, call.host))
    for service in estate:
        for number, path in _told_to_proxies(service):
            found.others.setdefault(service.name, {}).setdefault(number, path)
    return found


def _told_to_proxies(service: Service) -> Iterator[tuple[int, Path]]:
    """Ports at which a proxy that reads labels, or `VIRTUAL_PORT`, dials the service."""
    told = [(path, key, str(value)) for path, values in labels(service) for key, value in values.items()]
    own = (service.model.get("environment") or {}).get("VIRTUAL_PORT")
    numbers = [((*path, key), value if _SERVER_PORT.fullmatch(key) else _upstream(value)) for path, key, value in told]
    for path, number in (*numbers, ((*service.path, "environment", "VIRTUAL_PORT"), str(own or ""))):
        if number.isdecimal() and 0 < int(number) < PORTS:
            yield int(number), path


def _upstream(value: str) -> str:
    match = _UPSTREAMS.search(value)
    return match[1] if match else ""


def _calls(estate: Estate) -> dict[str, tuple[Call, ...]]:
    names: dict[str, str] = _Owners(estate, hosts(estate))
    found: dict[str, dict[Call, None]] = {}
    read: dict[tuple[str, str], list[HostPlace]] = {}
    groups = server_groups(estate)
    for text in calling(estate):
        kind = (text.key, text.text)
        places = read.get(kind)
        if places is None:
            places = read[kind] = [place for place in _placed(text) if names[place.name]]
        for place in places:
            # What a file calls `http://web` may be a name of its own (`upstream web` of nginx).
            if not (place.may_be_group and place.name in groups and is_file(text.path)):
                number = port_of(estate, text, place)
                key = text.key or place.key
                relied = "labels" not in text.path and "scrape_configs" not in text.text
                call = Call(text.at(place.start), place.name, number, _by(estate, text), key, relied)
                found.setdefault(names[place.name], {})[call] = None
    return {target: tuple(places) for target, places in found.items()}


class _Owners(dict[str, str]):
    """Name of a host → the service that has it, or Docker gives it to; empty for a host elsewhere."""

    def __init__(self, estate: Estate, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self._estate = estate

    def __missing__(self, name: str) -> str:
        made = made_name(self._estate, name)
        self[name] = owner = made.service.name if made else ""
        return owner


def _by(estate: Estate, text: Text) -> tuple[str, ...]:
    if text.path[0] == "services":
        return (str(text.path[1]),)
    return tuple(service.name for service in consumers(estate, str(text.path[1])))


def _placed(text: Text) -> Iterator[HostPlace]:
    written = without_comments(text.text) if is_file(text.path) else text.text
    yield from (place for place in host_places(written, text.key) if is_dialled(place.key))
    for match in _BRACES.finditer(written) if "..." in written else ():
        first, last = int(match[2]), int(match[3])
        for number in range(first, min(last, first + _MOST) + 1):
            name = f"{match[1]}{number}{match[4]}"
            yield HostPlace(*match.span(1), name, int(match[5] or 0) % PORTS, "http")


def port_of(estate: Estate, text: Text, place: HostPlace) -> int:
    """The port that is dialled there: by its number, the URL's scheme, or the variable beside it; 0: nobody tells.

    `DB_PORT` stands beside `DB_HOST`.
    """
    if place.port:
        return place.port
    if place.scheme:
        return SCHEMES.get(place.scheme, 0)
    if place.key == "reverse_proxy" or (place.key == "server" and "upstream" in text.text):
        return SCHEMES["http"]
    if not place.key or place.key != text.key or text.path[2] != "environment":
        return 0
    environment = estate.services[str(text.path[1])].model["environment"]
    stem = _HOST_SUFFIX.sub("", text.key)
    number = str(
        environment.get(f"{stem}PORT") or environment.get(f"{stem}port") or environment.get(f"{stem}Port") or ""
    )
    return int(number) if number.isdecimal() and int(number) < PORTS else 0


def server_groups(estate: Estate) -> frozenset[str]:
    """Names that files give to groups of servers, and which are no hosts where a URL in a file has them."""
    return estate.memo(_server_groups)


def _server_groups(estate: Estate) -> frozenset[str]:
    return frozenset(
        match[1] for file in files(estate) if "upstream" in file.text for match in _UPSTREAM.finditer(file.text)
    )
