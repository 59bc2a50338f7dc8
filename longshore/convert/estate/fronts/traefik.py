"""What labels for Traefik (2 and 3) say of the ways to a service, with all that happens to a request on them.

A router is a way; it leads to the service that it names, else to the container that it stands at. Hosts and paths that
an exposure can have are taken from its rule. Every other condition lets in less than an exposure would, and is told.
Source: https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.fronts.traefik_middlewares import changes, listed
from longshore.convert.estate.fronts.traefik_rules import Alternatives, Matcher, alternatives
from longshore.convert.estate.fronts.traefik_sources import Known, Owned, known, labels_of
from longshore.convert.estate.fronts.words import (
    ALB,
    HEALTH,
    TLS,
    TO_HTTPS,
    Change,
    Front,
    Way,
    below,
    each_once,
    host_name,
    number,
    path_prefix,
    shown,
    sources,
    sticky,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service

_HOSTS: Final = frozenset({"host", "hostheader", "hostsni"})
_SAID: Final = frozenset({"rule", "entrypoints", "middlewares", "service", "rulesyntax"})
_PLAIN_RULE: Final = Matcher("HostSNI", ("*",))


def front(service: Service) -> Front | None:
    """The ways that Traefik has to a service; None where it has none."""
    routers = service.estate.memo(_leading).get(service.name, ())
    ways = [way for protocol, router in routers for way in _ways(known(service.estate), service, protocol, router)]
    return Front(tuple(ways)) if ways else None


def closed(service: Service) -> bool:
    """Do the labels, or Traefik's own settings, say that nobody is led to the service?"""
    settings = known(service.estate).static
    default = next((settings[key] for key in settings if key.endswith("exposedbydefault")), "true")
    return labels_of(service).get("traefik.enable", default).lower() in {"false", "0"}


def idle(service: Service) -> bool:
    """Do the labels lead nobody to the service: switched off, routers to others, what others use?"""
    found = known(service.estate)
    shared = ("traefik.http.middlewares.", "traefik.tcp.middlewares.", "traefik.enable", "traefik.docker.")
    only_shared = all(key.startswith(shared) for key in labels_of(service)) and _defines(service)
    return closed(service) or service.name in found.routing or only_shared


def _defines(service: Service) -> bool:
    return any(".middlewares." in key for key in labels_of(service))


def _leading(estate: Estate) -> dict[str, list[tuple[str, Owned]]]:
    """Service → the routers that lead to it, with their protocol."""
    found = known(estate)
    leading: dict[str, list[tuple[str, Owned]]] = {}
    for (protocol, name), router in found.routers.items():
        target = _target(found, protocol, name)
        if target and not closed(router.owner):
            leading.setdefault(target, []).append((protocol, router))
    return leading


def _target(found: Known, protocol: str, name: str) -> str:
    """The compose service that a router leads to; empty where it is none, as Traefik's own dashboard."""
    router = found.routers[protocol, name]
    stem, _, provider = router.options.get("service", "").lower().partition("@")
    if provider not in {"", "docker", "swarm"}:
        return ""
    defined = found.services.get((protocol, stem))
    return defined.owner.name if defined else router.owner.name


def _ways(found: Known, service: Service, protocol: str, router: Owned) -> Iterator[Way]:
    options = router.options
    stream = protocol != "http"
    entries = found.entries(options.get("entrypoints", ""))
    names = [
        *(name for entry in entries if not stream for name in listed(found.entry(entry, "http.middlewares"))),
        *listed(options.get("middlewares", "")),
    ]
    told = [each for name in names for each in changes(name, lambda name: found.middleware(protocol, name))]
    told += _security(found, options, () if stream else entries)
    told += _further(options)
    backend = _called(found, service, protocol, options.get("service", ""))
    told += _backend(service, backend)
    port = number(backend.get("loadbalancer.server.port", ""))
    redirects = bool(names) and TO_HTTPS in told and not any(change.guards for change in told)
    rule = options.get("rule", "")
    if not rule:
        read: Alternatives | None = [(_PLAIN_RULE,) if stream else ()]
    else:
        read = alternatives(rule)
    if read is None:
        told.append(Change("its rule, which cannot be read here, may keep some out", guards=True))
    for matchers in read or [()]:
        yield from _alternative(matchers, Way("", "/", port, stream, redirects, tuple(told)))


def _called(found: Known, service: Service, protocol: str, name: str) -> dict[str, str]:
    """The options of the service that a router names, else of the one that stands in the labels."""
    named = found.services.get((protocol, name.lower().partition("@")[0]))
    if named:
        return named.options
    return {} if name else found.own.get((protocol, service.name), {})


def _alternative(matchers: tuple[Matcher, ...], way: Way) -> Iterator[Way]:
    hosts: list[str] = []
    paths: list[str] = []
    told = list(way.changes)
    for matcher in matchers:
        name = matcher.name.lower()
        wanted = [path_prefix(text) for text in matcher.arguments]
        if name in _HOSTS and not matcher.negated:
            hosts += [host_name(text) for text in matcher.arguments]
            if way.stream and matcher.arguments != ("*",):
                told.append(Change(f"chooses by the name that is asked for, {shown(matcher.arguments[0])}"))
        elif name == "pathprefix" and not matcher.negated and all(wanted) and not paths:
            paths += wanted
        elif name == "path" and not matcher.negated and all(wanted) and not paths:
            paths += wanted
            told.append(Change(f"lets in only {shown(wanted[0])} itself, not what is below (`Path`)", guards=True))
        else:
            told.append(_condition(matcher))
    for host in hosts or [""]:
        for path in paths or ["/"]:
            yield way._replace(host=host, path=path, changes=each_once(told))


def _condition(matcher: Matcher) -> Change:
    """Tell of a condition that no exposure can have. The value of a header or of a query may be a secret."""
    name, arguments = matcher.name, matcher.arguments
    if name.lower() == "clientip" and not matcher.negated:
        return sources("its rule", ",".join(arguments), name)
    if name.lower().startswith(("header", "query")):
        arguments = tuple(text.partition("=")[0] for text in arguments[:1])
    said = f"{name} {', '.join(arguments)}"
    if name.lower() in {"hostregexp", "hostsniregexp"} and not matcher.negated:
        return Change(f"answers to all hosts like {shown(', '.join(arguments))}")
    return Change(f"{'keeps out' if matcher.negated else 'lets in only'} {shown(said)}", guards=True)


def _security(found: Known, options: dict[str, str], entries: tuple[str, ...]) -> Iterator[Change]:
    """Tell of TLS, of a router or of its entry points, and of certificates that clients must show."""
    secure = below(options, "tls")
    asked = "tls" in options or secure or any(_starts(found, f"entrypoints.{entry}.http.tls") for entry in entries)
    if asked and secure.get("passthrough", "").lower() != "true" and options.get("tls", "").lower() != "false":
        yield TLS
    if any(found.entry(entry, "http.redirections.entrypoint.to") for entry in entries):
        yield TO_HTTPS
    name = secure.get("options", "")
    if name.partition("@")[0] in {"", "default"}:
        return
    own = below(found.file, f"tls.options.{name.lower().partition('@')[0]}")
    if any(key.startswith("clientauth") for key in own) or "mtls" in name.lower() or "client" in name.lower():
        yield Change(f"asks clients for a certificate (`tls.options` {shown(name)})", guards=True)
    else:
        yield Change(f"has its own TLS settings, {shown(name)}")


def _starts(found: Known, option: str) -> bool:
    return any(key == option or key.startswith(f"{option}.") for key in found.static)


def _further(options: dict[str, str]) -> Iterator[Change]:
    if "priority" in options:
        yield Change(f"goes before other ways by its priority, {shown(options['priority'])}")
    for key in options:
        if key.partition(".")[0] not in _SAID | {"tls", "priority", "observability"}:
            yield Change(f"the option {shown(key)} of its router")


def _backend(service: Service, options: dict[str, str]) -> Iterator[Change]:
    """Tell how Traefik calls the containers."""
    for key in dict.fromkeys(key.partition(".")[0] for key in options):
        if key != "loadbalancer":
            yield Change(f"shares requests out among several services ({key})")
    own = below(options, "loadbalancer")
    if any(key.startswith("sticky") and value.lower() != "false" for key, value in own.items()):
        yield sticky(own.get("sticky.cookie.maxage", ""))
    scheme = own.get("server.scheme", "http").lower()
    if scheme == "https":
        yield Change("calls the container by HTTPS", by=f"{ALB}/backend-protocol", value="HTTPS")
    elif scheme == "h2c":
        yield Change("calls the container by HTTP/2", by=f"{ALB}/backend-protocol-version", value="HTTP2")
    path = own.get("healthcheck.path", "")
    if path and service.health_test is None:
        well = f"asks {shown(path)} whether a container is well: write it as its `healthcheck`"
        yield Change(well, by=HEALTH, value=path_prefix(path))
    if own.get("passhostheader", "true").lower() == "false":
        yield Change("does not pass on the name of the host")
    if any(key.startswith("proxyprotocol") for key in own):
        yield Change("passes the client's address on, by the PROXY protocol")
