"""The front: what reverse proxies read of services from Docker, and what of it an `exposure` of the stack can be.

A cluster has no such proxy. One exposure is proposed for a service, and everything that it does not do is named beside
it; where it would let in whom the proxy keeps out, that is an error. Each proxy's labels or variables have a module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.fronts import caddy, nginx_proxy, swag, traefik, traefik_old
from longshore.convert.estate.fronts.words import (
    HEALTH,
    INTERNAL,
    SOURCES,
    STICKINESS,
    Change,
    Front,
    Way,
    each_once,
)
from longshore.convert.kubernetes.aws_load_balancers import is_alb, is_nlb
from longshore.convert.options import Exposure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from longshore.convert.estate import Service


class Proxy(NamedTuple):
    """A reverse proxy. fronts: who knows what it is told of a service; the first that finds a way wins.

    idle: is what it is told no way to the service: switched off, or meant for others?
    """

    fronts: tuple[Callable[[Service], Front | None], ...]
    idle: Callable[[Service], bool]


PROXIES: Final = {
    "Traefik": Proxy((traefik.front, traefik_old.front), traefik.idle),
    "Caddy's Docker proxy": Proxy((caddy.front,), caddy.idle),
    "SWAG": Proxy((swag.front,), swag.idle),
    "nginx-proxy": Proxy((nginx_proxy.front,), nginx_proxy.idle),
}

_SET: Final = "set `exposure` of the service in the stack file: host, path and certificate"
_ASKING: Final = (
    "leave it closed, or put before it what asks: `exposure.login`, where an Application Load Balancer is to ask by "
    "Cognito or OIDC, or a proxy of your own that is exposed in its place; then allow `lost-protection`"
)
_RANGES: Final = (
    "leave it closed, or let in who may, by their addresses in `exposure.allowFrom`; then allow `lost-protection`"
)
_SNAKE: Final = {SOURCES: "allow_from", HEALTH: "health_path"}
"""Setting of an exposure → its field, where that is written otherwise."""


class Told(NamedTuple):
    """What becomes of a service without the proxy before it.

    lost: clauses on whom the proxy keeps out and an exposure lets in; empty where there is nobody. help: what to do.
    """

    lost: str
    help: str


def told(service: Service, proxy: str) -> Told | None:
    """Tell what becomes of a service without `proxy`; None where nothing is lost."""
    front = next(filter(None, (read(service) for read in PROXIES[proxy].fronts)), None)
    exposure = service.settings.exposure
    if front and all(way.redirects and not way.host for way in front.ways):
        return None  # all that comes in by HTTP is sent elsewhere, which an exposure with a certificate does
    if front is None:
        return None if exposure or PROXIES[proxy].idle(service) else Told("", _SET)
    proposed = _proposed(service, front)
    lost = [change for change in _lost(front, exposure, proposed) if change.asks != service.name]
    guards = "; ".join(change.text for change in lost if change.guards)
    others = "; ".join(change.text for change in lost if not change.guards)
    written = f"`services: {{{service.host.name}: {{exposure: {_flow(proposed)}}}}}` in the stack file"
    without = f"it leaves out: {others}" if others else ""
    if guards:
        opened = (
            "the stack opens it all the same" if exposure else f"{written} opens it without that" if proposed else ""
        )
        asking = _RANGES if proposed.get("kind") == "loadbalancer" else _ASKING
        return Told(guards, _sentences(opened, without, asking))
    if exposure:
        return Told("", _sentences("`exposure` is set", without)) if lost else None
    return Told("", _sentences(f"what it is told is {written}" if proposed else _SET, without))


def proposal(service: Service) -> Mapping[str, Any]:
    """The exposure that a service's proxy amounts to, as a stack file writes it; empty where no proxy is told any."""
    readers = (read for proxy in PROXIES.values() for read in proxy.fronts)
    front = next(filter(None, (read(service) for read in readers)), None)
    return _proposed(service, front) if front else {}


def _sentences(*parts: str) -> str:
    first, *others = filter(None, parts)
    return ". ".join((first, *(other[:1].upper() + other[1:] for other in others)))


def _proposed(service: Service, front: Front) -> dict[str, Any]:
    """The exposure that is the front's main way, with the annotations that do more of it."""
    way = front.main
    if way is None:
        return {}
    if way.stream:
        ranges = [each.value for each in way.changes if each.by == SOURCES and isinstance(each.value, tuple)]
        known = any(ranges) and is_nlb(service.options.load_balancer_class)
        return {"kind": "loadbalancer", "port": way.port} | (
            {SOURCES: list(next(filter(None, ranges)))} if known else {}
        )
    found: dict[str, Any] = {"kind": "ingress", "host": way.host}
    found |= ({"path": way.path} if way.path != "/" else {}) | ({"port": way.port} if way.port else {})
    everywhere = [change for change in way.changes if all(change in other.changes for other in front.ways)]
    if any(change.by == INTERNAL for change in everywhere):
        found[INTERNAL] = True
    if not is_alb(service.options.ingress_class):
        return found
    for change in everywhere:
        if change.by in {SOURCES, STICKINESS, HEALTH} and change.value:
            found.setdefault(change.by, list(change.value) if isinstance(change.value, tuple) else change.value)
    annotations = {change.by: change.value for change in everywhere if "/" in change.by and change.value}
    return found | ({"annotations": annotations} if annotations else {})


def _lost(front: Front, exposure: Exposure | None, proposed: Mapping[str, Any]) -> list[Change]:
    """All that neither the exposure of the stack does, nor the one that is proposed where it has none."""
    ways = [way for way in front.ways if not way.redirects] or list(front.ways)
    fields = {_SNAKE.get(name, name): value for name, value in proposed.items()}
    opened = _opened(ways, exposure or Exposure(**fields)) if exposure or proposed else ways
    changes = each_once(change for way in opened for change in way.changes)
    found = [change for change in changes if not _kept(change, exposure, proposed)]
    if exposure:  # what it leaves out of the others, somebody has chosen
        return found
    main = (opened or ways)[0]
    others = (_named(way, main) for way in ways if way not in opened or way.host != main.host)
    listed = ", ".join(dict.fromkeys(filter(None, others)))
    return [*found, Change(f"{listed}: an exposure is one host with one path")] if listed else found


def _opened(ways: list[Way], exposure: Exposure) -> list[Way]:
    """The ways by which those came whom an exposure lets in; all of them where its host is none of theirs.

    A proxy takes the longest path: what holds for `/` does not for `/public`, where that is a way of its own.
    """
    if exposure.kind == "loadbalancer":
        return [way for way in ways if not exposure.port or not way.port or exposure.port == way.port]
    same = [way for way in ways if way.host == exposure.host or (not way.host and not way.stream)]
    same = same or [way for way in ways if not way.stream] or ways
    start = f"{exposure.path.rstrip('/')}/"
    above = [way for way in same if start.startswith(f"{way.path.rstrip('/')}/")]
    longest = max((len(way.path) for way in above), default=0)
    return [way for way in same if f"{way.path}/".startswith(start) or (way in above and len(way.path) == longest)]


def _kept(change: Change, exposure: Exposure | None, proposed: Mapping[str, Any]) -> bool:
    if exposure:
        return change.kept(exposure)
    value = proposed.get(change.by)
    if change.by == SOURCES:
        return value == list(change.value) if isinstance(change.value, tuple) and value else False
    return bool(value) or (bool(change.by) and change.by in proposed.get("annotations", {}))


def _named(way: Way, main: Way) -> str:
    """Name a way that is not opened, and what guards it; nothing where it has no host, which is told otherwise."""
    port = f"port {way.port}" if way.port and way.port != main.port else ""
    if way.stream:
        return port
    guards = "; ".join(each.text for each in way.changes if each.guards and each not in main.changes)
    rest = f"{port and f' to {port}'}{guards and f' ({guards})'}"
    return f"`{way.host}{way.path.rstrip('/')}`{rest}" if way.host else ""


def _flow(value: Any) -> str:
    """Write a value as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) and set(value) & set(",={}:") else str(value)
