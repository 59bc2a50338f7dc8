"""The ports of each service: those that compose declares, those that others dial, and those that its image serves.

On a Docker network every port of a container can be reached, declared or not. A Kubernetes Service forwards the ports
it lists and no other, so it must list all that are used. One without ports is headless: its name gives the addresses of
the pods, and a program that looks a name up once (nginx) calls a pod that is gone after the first rollout.
"""

from __future__ import annotations

from functools import lru_cache
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.configured import says_another_port
from longshore.convert.estate.dials import dialled
from longshore.convert.estate.images import parse
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.scripts import command_line
from longshore.convert.estate.seen import open_ports
from longshore.convert.estate.service_images import of
from longshore.convert.kubernetes.host_places import PORTS
from longshore.model import Item, Put, path_text
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service


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


PROTOCOLS: Final = frozenset({"TCP", "UDP", "SCTP"})

_NAME: Final = Regex(r"(?!(?:tcp|udp|sctp)-\d+$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_SHORT: Final = Regex(r"(?=.{1,15}$)(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_EXPOSED: Final = Regex(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?")
_PROTOCOL: Final = Regex(r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")

_ANYWHERE: Final = Regex(r"(?:0\.0\.0\.0|\[::\]|(?<![\w.\]/-])[*+]|(?<![\w.\]*+-])):(\d{2,5})(?![\w:])")
"""An address at which a program listens: `0.0.0.0:8080`, `[::]:8080`, `*:8080`, `:8080`."""

_HERE: Final = Regex(r"(?:localhost|127\.0\.0\.1|\[::1\]):(\d{2,5})(?!\w)")
_LISTENS: Final = Regex(
    rf"{_ANYWHERE.pattern}|(?<![\w-])--[\w.-]{{0,60}}port[= ](\d{{2,5}})(?![\w.])|(?<![\w-])-p[ ](\d{{2,5}})(?![\w.:])"
)
_OTHER_PORT: Final = Regex(r"(?i:port)|(?:^|\s)-p[ =]?\d|(?:^|\s)--sentinel(?=\s|$)")
"""What may tell a program another port than the usual one: `PGPORT`, `--port 6380`, `-p 5433`."""

_OWN_PORT: Final = Regex(
    r"(?i)(?:(?:http|https|server|app|listen|bind|web|api|grpc|virtual|service|container)_{0,2}){0,3}ports?"
)
"""How a program calls the port at which it listens itself."""


def valid_container_name(name: str) -> bool:
    """May a port of a container be called so (15 characters, one letter at least)?"""
    return bool(_SHORT.fullmatch(name))


def valid_protocol(name: str) -> bool:
    """Is it an application protocol in Kubernetes' syntax (`http`, `example.com/custom`)?"""
    return bool(_PROTOCOL.fullmatch(name))


def port_name(number: int, protocol: str) -> str:
    """Name a port that compose gives no name: `tcp-80`; no other port may be called so."""
    return f"{protocol.lower()}-{number}"


def target_port(entry: Mapping[str, Any]) -> tuple[int, str] | None:
    """(container port, protocol) of an entry of `ports`; None where a Service can have no such port."""
    number, protocol = int(entry["target"]), str(entry.get("protocol") or "tcp").upper()
    return (number, protocol) if 0 < number < PORTS and protocol in PROTOCOLS else None


def exposed_ports(text: str) -> tuple[tuple[int, str], ...]:
    """(container port, protocol) pairs of an entry of `expose`, such as `"7000-7002/udp"`; none where it is no port."""
    match = _EXPOSED.fullmatch(text)
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
            if not _NAME.fullmatch(name) or name in names:
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
    """A port that compose does not declare, and how it is known: `services.web.environment.DB_URL dials it`.

    why: empty where the image declares it.
    """

    port: Port
    why: str


def undeclared(service: Service) -> tuple[Found, ...]:
    """Ports that a Service must list beside the declared ones: dialled by others, or served by the image."""
    return service.memo(_undeclared)


def _undeclared(service: Service) -> tuple[Found, ...]:
    known = {(port.number, port.protocol) for port in declared(service)}
    found: dict[int, str] = {}
    for member in service.estate.pods.get(service.name, (service,)):
        places = dialled(member)
        if 0 in places or (service.workload.kind != "Job" and (runs_its_program(member) or open_ports(member))):
            found |= dict.fromkeys(served(member), "")
        for number, path in places.items():
            found.setdefault(number, f"{path_text(path)} dials it")
        if 0 in places and not member.container_ports:
            for number in listening(member):
                found.setdefault(number, "its own settings say that it listens there")
    return tuple(
        Found(Port(number, "TCP", port_name(number, "TCP")), why)
        for number, why in sorted(found.items())
        if number and (number, "TCP") not in known
    )


def served(service: Service) -> tuple[int, ...]:
    """Ports at which the image is known to serve."""
    return of(service).ports


def listening(service: Service) -> tuple[int, ...]:
    """Ports at which the service listens, as far as its own settings, command and health check tell."""
    return service.memo(_listening)


def _listening(service: Service) -> tuple[int, ...]:
    command = " ".join(command_line(service.model))
    found = [match[1] or match[2] or match[3] for match in _LISTENS.finditer(command)]
    found += [match[1] for match in _HERE.finditer(" ".join(service.health_test or ()))]
    for key, value in (service.model.get("environment") or {}).items():
        if value and _OWN_PORT.fullmatch(key) and value.isdecimal():
            found.append(value)
        elif value and ":" in value:
            found += _anywhere(value)
    return tuple(dict.fromkeys(number for text in found if 0 < (number := int(text)) < PORTS))


@lru_cache(maxsize=4096)
def _anywhere(value: str) -> tuple[str, ...]:
    """Ports in a setting that are those of all addresses: `0.0.0.0:8080`."""
    return tuple(match[1] for match in _ANYWHERE.finditer(value))


def usual_port(service: Service) -> int | None:
    """The port at which the service's program answers, where its image is known for it and nothing says another."""
    facts = of(service)
    if open_ports(service):
        return facts.ports[0] if facts.ports else None
    if not facts.answers or not runs_its_program(service):
        return None
    command = " ".join(map(str, service.model.get("command") or ()))
    if any(_OTHER_PORT.search(text) for text in (*(service.model.get("environment") or ()), command)):
        return None
    if says_another_port(service, facts.ports[0]):
        return None
    return facts.ports[0]


def is_server(service: Service) -> bool:
    """Does it run a program that is known to serve at a port, by the image's own command or with options to it?

    `postgres`, `redis-server /etc/redis.conf` and `--save 60 1` are the server; what else a command names may be
    anything that ends: `kong migrations up`, a script, a client.
    """
    words = " ".join(map(str, service.model.get("command") or [])).split(None, 2)
    program = basename(words[0]) if words else ""
    own = program.startswith("-") or (image_name(service) in program and "." not in program)
    options = not words[1:] or program.startswith("-") or words[1].startswith(("-", "/"))
    return bool(of(service).ports) and (not words or (own and options)) and runs_its_program(service)


def image_name(service: Service) -> str:
    """The last part of the repository that the service's image comes from."""
    return basename(parse(service.settings.image or str(service.model.get("image") or "")).repository)


def every(service: Service) -> tuple[Port, ...]:
    """All ports of a service's Service; empty: it is headless, and every port can be reached."""
    return service.memo(_every)


def _every(service: Service) -> tuple[Port, ...]:
    return declared(service) + tuple(found.port for found in undeclared(service))


def by_address(service: Service) -> bool:
    """Has its Service an address that stays? A headless one gives those of the pods, which change with them."""
    return bool(every(service)) and not asks_for_pods(service)


def asks_for_pods(service: Service) -> bool:
    """Does compose ask for the addresses of all containers under the service's name?"""
    return str((service.model.get("deploy") or {}).get("endpoint_mode") or "") == "dnsrr"
