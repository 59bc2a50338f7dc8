"""All that Traefik knows of a project: labels of its services, and its own settings, in files, arguments and variables.

A middleware may be defined in the labels of another service, or in a file that Traefik reads (`auth@file`); an entry
point may have middlewares for all routers that use it.
Source: https://doc.traefik.io/traefik/reference/install-configuration/boot-environment/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.configs import config
from longshore.convert.estate.content import content
from longshore.convert.estate.fronts.traefik_middlewares import listed
from longshore.convert.estate.fronts.words import flat, parsed
from longshore.convert.estate.ports import image_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate, Service

PREFIX: Final = "traefik."
_KINDS: Final = frozenset({"routers", "services", "middlewares"})
_PARTS: Final = 5
_SUFFIXES: Final = (".yml", ".yaml", ".toml")

Options = dict[str, str]
"""Option of a router, a service or a middleware, in lower case → its value."""

Named = dict[tuple[str, str], Options]
"""(`http`, `tcp` or `udp`; name) → options."""


class Owned(NamedTuple):
    """A router or a service and the compose service whose labels define it."""

    owner: Service
    options: Options


class Known(NamedTuple):
    """What is defined. routers, services, middlewares: by labels. file: by files, option → value.

    static: Traefik's own settings, option → value.
    """

    routers: dict[tuple[str, str], Owned]
    services: dict[tuple[str, str], Owned]
    middlewares: Named
    own: Named
    routing: set[str]
    filed: Named
    file: Options
    static: Options

    def middleware(self, protocol: str, name: str) -> Options | None:
        """The options of a middleware, by the name that a router gives it; None where it is not known."""
        stem, _, provider = name.lower().partition("@")
        if provider in {"", "docker", "swarm"}:
            return self.middlewares.get((protocol, stem))
        if provider == "file":
            return self.filed.get((protocol, stem))
        return None

    def entries(self, names: str) -> tuple[str, ...]:
        """The entry points that a router uses: those it names, else all that are known."""
        given = [name.lower() for name in listed(names)]
        every = (key.split(".")[1] for key in self.static if key.startswith("entrypoints.") and key.count(".") > 1)
        return tuple(dict.fromkeys(given or every))

    def entry(self, name: str, option: str) -> str:
        """An option of an entry point; empty where it has none."""
        return self.static.get(f"entrypoints.{name}.{option}", "")


def labels_of(service: Service) -> dict[str, str]:
    """All labels that Traefik reads, in lower case: those of containers, and those of services of a Swarm."""
    return service.memo(_labels_of)


def _labels_of(service: Service) -> dict[str, str]:
    labels = {**(service.model.get("labels") or {}), **((service.model.get("deploy") or {}).get("labels") or {})}
    return {key.lower(): str(value) for key, value in labels.items() if key.lower().startswith(PREFIX)}


def known(estate: Estate) -> Known:
    """Read the whole project once."""
    return estate.memo(_known)


def _known(estate: Estate) -> Known:
    found = Known({}, {}, {}, {}, set(), {}, {}, {})
    for service in estate:
        if "traefik" in image_name(service):
            for options in _settings(service):
                dynamic = {key: value for key, value in options.items() if key.startswith(("http.", "tcp.", "tls."))}
                found.file.update(dynamic)
                found.static.update((key, value) for key, value in options.items() if key not in dynamic)
        for key, value in labels_of(service).items():
            parts = key.split(".", _PARTS - 1)
            if len(parts) < _PARTS or parts[2] not in _KINDS:
                continue
            _, protocol, kind, name, option = parts
            if kind == "middlewares":
                found.middlewares.setdefault((protocol, name), {})[option] = value
            else:
                owned = found.routers if kind == "routers" else found.services
                owned.setdefault((protocol, name), Owned(service, {})).options[option] = value
    for (protocol, _), each in found.services.items():
        found.own.setdefault((protocol, each.owner.name), each.options)
    found.routing.update(router.owner.name for router in found.routers.values())
    for key, value in found.file.items():
        protocol, _, rest = key.partition(".middlewares.")
        name, dot, option = rest.partition(".")
        if dot and protocol in {"http", "tcp"}:
            found.filed.setdefault((protocol, name), {})[option] = value
    return found


def _settings(service: Service) -> Iterator[Options]:
    """Arguments, variables and mounted files of a Traefik."""
    arguments: Options = {}
    for text in service.model.get("command") or ():
        for word in str(text).split():
            name, _, value = word.lstrip("-").partition("=")
            if word.startswith("--"):
                arguments[name.lower()] = value or "true"
    yield arguments
    variables = service.model.get("environment") or {}
    yield {
        key.removeprefix("TRAEFIK_").replace("_", ".").lower(): str(value)
        for key, value in variables.items()
        if key.startswith("TRAEFIK_") and value is not None
    }
    for name, data in _files(service):
        yield flat(_tree(name, data))


def _files(service: Service) -> Iterator[tuple[str, bytes]]:
    for mount in service.model.get("volumes") or ():
        if mount.get("type") == "bind":
            yield from _named(content(service.estate, str(mount.get("source") or "")).files)
    for mount in service.model.get("configs") or ():
        target = str(mount.get("target") or mount["source"])
        for data in config(service.estate, str(mount["source"])).files.values():
            yield from _named({target: data})


def _named(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    yield from ((name, data) for name, data in files.items() if name.endswith(_SUFFIXES))


def _tree(name: str, data: bytes) -> Any:
    """Parse a file; nothing where it cannot be, as a template for instance."""
    text = data.decode(errors="ignore")
    if name.endswith(".toml"):
        import tomllib  # noqa: PLC0415  it needs much of the library, and few projects need it

        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return {}
    return parsed(name, text)
