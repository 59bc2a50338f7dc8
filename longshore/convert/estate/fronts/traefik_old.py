"""What labels for Traefik 1 say: `traefik.frontend.rule=Host:a.example.com`, perhaps for a segment of the service.

Source: https://doc.traefik.io/traefik/v1.7/configuration/backends/docker/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.fronts.traefik import closed
from longshore.convert.estate.fronts.traefik_sources import labels_of
from longshore.convert.estate.fronts.words import (
    REDIRECTS,
    TO_HTTPS,
    Change,
    Front,
    Way,
    asked_first,
    each_once,
    host_name,
    number,
    password,
    path_prefix,
    shown,
    sources,
    sticky,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service

_OPTIONS: Final = ("frontend", "backend", "port", "protocol", "weight", "domain")
_PLAIN: Final = {
    "backend.buffering": "limits the size of requests, or holds them back",
    "backend.circuitbreaker": "stops sending while the service fails",
    "backend.maxconn": "limits connections at one time",
    "backend.healthcheck": "asks each container whether it is well: write it as its `healthcheck`",
    "frontend.errors": "shows other pages for errors",
    "frontend.headers": "sets headers",
    "frontend.passhostheader": "decides whether the name of the host is passed on",
    "frontend.passtlscert": "passes the client's certificate on",
    "frontend.passtlsclientcert": "passes the client's certificate on",
    "frontend.priority": "goes before other ways by its priority",
    "frontend.ratelimit": "limits the rate of requests",
    "frontend.redirect": "sends some requests to another address",
    "weight": "shares requests out by weight",
}
_MATCHED: Final = {
    "addprefix": "puts {} before the path",
    "pathprefixstrip": "takes {} off the path",
    "pathstrip": "takes {} off the path",
    "pathprefixstripregex": "takes {} off the path",
    "pathstripregex": "takes {} off the path",
    "replacepath": "asks for {} whatever the path",
    "replacepathregex": "rewrites the path",
}


def front(service: Service) -> Front | None:
    """The ways that Traefik 1 has to a service; None where it has none."""
    if closed(service):
        return None
    segments: dict[str, dict[str, str]] = {}
    for key, value in labels_of(service).items():
        parts = key.split(".")[1:]
        if parts[0] in _OPTIONS:
            segments.setdefault("", {})[".".join(parts)] = value
        elif len(parts) > 1 and parts[1] in _OPTIONS and parts[0] not in {"http", "tcp", "udp"}:
            segments.setdefault(parts[0], {})[".".join(parts[1:])] = value
    shared = segments.pop("", {}) if len(segments) > 1 else {}
    ways = [way for options in segments.values() for way in _ways({**shared, **options})]
    return Front(tuple(ways)) if ways else None


def _ways(options: Mapping[str, str]) -> Iterator[Way]:
    told = list(_changes(options))
    hosts: list[str] = []
    paths: list[str] = []
    for part in options.get("frontend.rule", "").split(";"):
        matcher, _, text = part.strip().partition(":")
        name, texts = matcher.lower(), [each.strip() for each in text.split(",") if each.strip()]
        if name == "host":
            hosts += [host_name(each) for each in texts]
        elif name in _MATCHED:
            told.append(Change(_MATCHED[name].format(shown(text))))
            if name.startswith("path") and all(map(path_prefix, texts)):
                paths += texts
        elif name == "pathprefix" and all(map(path_prefix, texts)):
            paths += texts
        elif name == "path" and all(map(path_prefix, texts)):
            paths += texts
            told.append(Change(f"lets in only {shown(text)} itself, not what is below (`Path`)", guards=True))
        elif name == "hostregexp":
            told.append(Change(f"answers to all hosts like {shown(text)}"))
        elif name:
            # The value of a header or of a query may be a secret.
            said = text.partition("," if name.startswith("headers") else "=")[0]
            told.append(Change(f"lets in only {shown(f'{matcher} {said}')}", guards=True))
    for host in hosts or [""]:
        for path in paths or ["/"]:
            yield Way(host, path, number(options.get("port", "")), changes=each_once(told))


def _changes(options: Mapping[str, str]) -> Iterator[Change]:
    for key, value in options.items():
        if key.startswith("frontend.auth."):
            kind = key.split(".")[2]
            if kind == "forward":
                yield asked_first("its label", options.get("frontend.auth.forward.address", ""), "auth.forward")
            else:
                yield password("its label", f"auth.{kind}")
        elif key in {"frontend.whitelist.sourcerange", "frontend.whitelistsourcerange"}:
            plain = options.get("frontend.whitelist.usexforwardedfor", "false").lower() == "false"
            yield sources("its label", value, "whiteList", plain=plain)
        elif key.startswith(("backend.loadbalancer.stickiness", "backend.loadbalancer.sticky")):
            yield sticky()
        elif key == "frontend.redirect.entrypoint":
            yield TO_HTTPS
        elif key == "protocol" and value.lower() != "http":
            yield Change(f"calls the container by {shown(value)}")
        else:
            known = next((start for start in _PLAIN if key == start or key.startswith(f"{start}.")), "")
            if known:
                yield Change(_PLAIN[known], by=REDIRECTS if known == "frontend.redirect" else "")
