"""The ports of each service: those that compose declares, and those that others dial without being told.

On a Docker network every port of a container can be reached, declared or not. A Kubernetes Service forwards the ports
it lists and no other, so one that lists some must list all that are used. A service without any declared port gets a
headless Service, which forwards everything.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from convert.estate.images import parse
from convert.estate.texts import is_file, texts
from convert.model import Item, Put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from convert.estate import Estate, Service
    from convert.model import Path


class Port(NamedTuple):
    """One port of a Service and of the container behind it; they are the same, as on a Docker network."""

    number: int
    protocol: str
    name: str
    app_protocol: str = ""

    def entry(self) -> dict[str, Any]:
        """Write it for `spec.ports` of a Service, without its key, the name."""
        wanted = {"appProtocol": self.app_protocol} if self.app_protocol else {}
        return {"port": self.number, "targetPort": self.number, "protocol": self.protocol, **wanted}


PORTS: Final = 1 << 16
PROTOCOLS: Final = frozenset({"TCP", "UDP", "SCTP"})

SCHEMES: Final = {
    "amqp": 5672, "amqps": 5671, "http": 80, "https": 443, "kafka": 9092, "ldap": 389, "ldaps": 636, "memcached": 11211,
    "mongodb": 27017, "mqtt": 1883, "mysql": 3306, "mariadb": 3306, "nats": 4222, "postgres": 5432, "postgresql": 5432,
    "pulsar": 6650, "redis": 6379, "rediss": 6379, "smtp": 25, "smtps": 465, "ws": 80, "wss": 443,
}  # fmt: skip
"""URL scheme → the port that programs dial when the URL names none."""

IMAGES: Final = {
    "cassandra": 9042, "clickhouse": 8123, "clickhouse-server": 9000, "cockroach": 26257, "consul": 8500,
    "elasticsearch": 9200, "emqx": 1883, "etcd": 2379, "influxdb": 8086, "kafka": 9092, "keycloak": 8080,
    "mariadb": 3306, "memcached": 11211, "minio": 9000, "mongo": 27017, "mongodb": 27017, "mosquitto": 1883,
    "mysql": 3306, "nats": 4222, "neo4j": 7687, "opensearch": 9200, "percona": 3306, "pgvector": 5432, "postgis": 5432,
    "postgres": 5432, "postgresql": 5432, "pulsar": 6650, "rabbitmq": 5672, "redis": 6379,
    "redis-stack": 6379, "redis-stack-server": 6379, "scylla": 9042, "solr": 8983, "timescaledb": 5432,
    "valkey": 6379, "vault": 8200, "zookeeper": 2181,
}  # fmt: skip
"""Last part of an image's repository → the port its program serves, which its users seldom write down."""

ANSWERS: Final = frozenset(
    "cassandra clickhouse-server influxdb mariadb memcached mongo mongodb mysql nats neo4j opensearch elasticsearch "
    "percona pgvector postgis postgres postgresql rabbitmq redis redis-stack redis-stack-server scylla solr "
    "timescaledb valkey zookeeper".split()
)
"""Those of IMAGES that answer at their port without being configured to."""

SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "python", "python3", "node", "curl"})
"""Programs that do something else than what an image is made for."""

_NAME: Final = re.compile(r"(?!(?:tcp|udp|sctp)-\d+$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?").fullmatch
_SHORT: Final = re.compile(r"(?=.{1,15}$)(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?").fullmatch
_PROTOCOL: Final = re.compile(
    r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
).fullmatch
_DIALLED: Final = re.compile(r"([A-Za-z0-9][\w.-]*):(\d{2,5})(?!\w|[.-]\w)")
_BY_SCHEME: Final = re.compile(
    r"([a-z][a-z0-9]*)(?:\+[a-z0-9.]+)?://(?:[^\s/@]*@)?([A-Za-z0-9][\w.-]*)(?=[/?#\s\"',;]|$)"
)
_HOST_KEYS: Final = ("HOST", "HOSTNAME", "SERVER", "ADDRESS", "ADDR")


def valid_container_name(name: str) -> bool:
    """May a port of a container be called so (15 characters, one letter at least)?"""
    return bool(_SHORT(name))


def valid_protocol(name: str) -> bool:
    """Is it an application protocol in Kubernetes' syntax (`http`, `example.com/custom`)?"""
    return bool(_PROTOCOL(name))


def port_name(number: int, protocol: str) -> str:
    """Name a port that compose gives no name: `tcp-80`; no other port may be called so."""
    return f"{protocol.lower()}-{number}"


def target_port(entry: Mapping[str, Any]) -> tuple[int, str] | None:
    """(container port, protocol) of an entry of `ports`; None where a Service can have no such port."""
    number, protocol = int(entry["target"]), str(entry.get("protocol") or "tcp").upper()
    return (number, protocol) if 0 < number < PORTS and protocol in PROTOCOLS else None


def exposed_ports(text: str) -> tuple[tuple[int, str], ...]:
    """(container port, protocol) pairs of an entry of `expose`, such as `"7000-7002/udp"`; none where it is no port."""
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?", text)
    protocol = (match[3] or "tcp").upper() if match else ""
    if match is None or protocol not in PROTOCOLS:
        return ()
    first, last = int(match[1]), int(match[2] or match[1])
    return tuple((number, protocol) for number in range(first, last + 1)) if 0 < first <= last < PORTS else ()


def declared(service: Service) -> tuple[Port, ...]:
    """Ports that `ports` and `expose` name, of all containers in the service's pod, each once, in order."""
    return service.memo(_declared)


def _declared(service: Service) -> tuple[Port, ...]:
    found: dict[tuple[int, str], Port] = {}
    names: set[str] = set()
    for member in service.estate.pods.get(service.name, (service,)):
        wishes: dict[tuple[int, str], dict[str, Any]] = {}
        for entry in member.model.get("ports") or []:
            port = target_port(entry)
            if port:
                wishes.setdefault(port, entry)
        for number, protocol in member.container_ports:
            if (number, protocol) in found:
                continue
            wish = wishes.get((number, protocol), {})
            name = str(wish.get("name") or "")
            if not _NAME(name) or name in names:
                name = port_name(number, protocol)
            names.add(name)
            kind = str(wish.get("app_protocol") or "")
            found[number, protocol] = Port(number, protocol, name, kind if valid_protocol(kind) else "")
    return tuple(found.values())


def listen(service: Service, port: Port) -> Iterator[Put]:
    """Let the container of `service` say that it listens on `port`, and its Service forward it."""
    listed = {"containerPort": port.number, "protocol": port.protocol}
    if valid_container_name(port.name):
        field = (*service.container, "ports", Item("name", port.name))
    else:
        field = (*service.container, "ports", Item("name", port_name(port.number, port.protocol)))
    yield Put(service.workload, field, listed)
    if service.host.model.get("network_mode") != "none":
        yield Put(service.host.service, ("spec", "ports", Item("name", port.name)), port.entry())


class Found(NamedTuple):
    """A port that compose does not declare. path: who dials it; empty when it is known of the image."""

    port: Port
    path: Path


class Dials(NamedTuple):
    """Who dials whom by name. others: service → port → the first place in another service that dials it.

    own: service → the first place where it dials itself, and the name by which it does.
    """

    others: dict[str, dict[int, Path]]
    own: dict[str, tuple[Path, str]]


def dialled(service: Service) -> Mapping[int, Path]:
    """Ports that other services dial by a name of this one → the first place that does."""
    return service.estate.memo(_dialled).others.get(service.name, {})


def dials_itself(service: Service) -> tuple[Path, str] | None:
    """The first place where a service dials itself by a name that others know it by, and that name."""
    return service.estate.memo(_dialled).own.get(service.name)


def undeclared(service: Service) -> tuple[Found, ...]:
    """Ports that a Service must list beside the declared ones; none where it is headless."""
    return service.memo(_undeclared)


def _undeclared(service: Service) -> tuple[Found, ...]:
    known = {(port.number, port.protocol) for port in declared(service)}
    if not known:
        return ()
    found = {
        number: path
        for member in service.estate.pods.get(service.name, (service,))
        for number, path in dialled(member).items()
    }
    usual = IMAGES.get(image_name(service))
    if usual and usual not in found:
        found[usual] = ()
    return tuple(
        Found(Port(number, "TCP", port_name(number, "TCP")), path)
        for number, path in sorted(found.items())
        if (number, "TCP") not in known
    )


def runs_its_program(service: Service) -> bool:
    """Does the container run what its image is made for, as far as `entrypoint` and `command` tell?"""
    words = " ".join(map(str, service.model.get("command") or [])).split(None, 1)
    return not service.model.get("entrypoint") and not (words and basename(words[0]) in SHELLS)


def usual_port(service: Service) -> int | None:
    """The port at which the service's program answers, where its image is known for it and nothing says another."""
    image = image_name(service)
    if image not in ANSWERS or not runs_its_program(service):
        return None
    settings = (*(service.model.get("environment") or ()), *(service.model.get("command") or ()))
    return None if any("port" in str(text).lower() for text in settings) else IMAGES[image]


def image_name(service: Service) -> str:
    """The last part of the repository that the service's image comes from."""
    return basename(parse(service.settings.image or str(service.model.get("image") or "")).repository)


def every(service: Service) -> tuple[Port, ...]:
    """All ports of a service's Service; empty: it is headless, and every port can be reached."""
    return declared(service) + tuple(found.port for found in undeclared(service))


def _dialled(estate: Estate) -> Dials:
    """Search all text of the project for names of services with a port."""
    from convert.estate.aliases import hosts  # noqa: PLC0415  which needs the ports of its targets
    from convert.estate.tasks import TASKS  # noqa: PLC0415

    names = hosts(estate)
    found = Dials({}, {})
    read: dict[str, list[tuple[str, int]]] = {}
    for path, text in texts(estate, ":"):
        calls = read.get(text)
        if calls is None:
            # What a file calls `http://web` may be a name of its own (`upstream web` of nginx).
            found_here = _explicit(text) if is_file(path) else _calls(text)
            calls = read[text] = [(host, number) for host, number in found_here if host in names]
        for host, number in calls:
            target = names[host]
            if target != path[1]:
                found.others.setdefault(target, {}).setdefault(number, path)
            elif path[0] == "services" and not host.startswith(TASKS):
                found.own.setdefault(target, (path, host))
    for service in estate:
        for path, host, number in _pairs(service):
            owner = names.get(host)
            if owner and owner != service.name:
                found.others.setdefault(owner, {}).setdefault(number, path)
    return found


def _explicit(text: str) -> Iterator[tuple[str, int]]:
    """(host, port) pairs as they stand in a text."""
    for match in _DIALLED.finditer(text):
        if 0 < int(match[2]) < PORTS:
            yield match[1], int(match[2])


def _calls(text: str) -> Iterator[tuple[str, int]]:
    """(host, port) pairs in a text, the port by the scheme where a URL gives none."""
    yield from _explicit(text)
    if "://" in text:
        for match in _BY_SCHEME.finditer(text):
            if match[1] in SCHEMES:
                yield match[2], SCHEMES[match[1]]


def _pairs(service: Service) -> Iterator[tuple[Path, str, int]]:
    """`DB_HOST: db` beside `DB_PORT: 5432`."""
    environment = service.model.get("environment") or {}
    for key, value in environment.items():
        if not isinstance(value, str) or not key.upper().endswith(_HOST_KEYS):
            continue
        suffix = next(suffix for suffix in _HOST_KEYS if key.upper().endswith(suffix))
        stem = key[: -len(suffix)]
        number = str(environment.get(f"{stem}PORT", environment.get(f"{stem}port", "")))
        if number.isdigit() and 0 < int(number) < PORTS:
            yield (*service.path, "environment", key), value, int(number)
