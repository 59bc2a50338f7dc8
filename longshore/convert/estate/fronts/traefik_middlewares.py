"""Middlewares of Traefik, HTTP and TCP: what each does to a request, in words for those who are to do without it.

What is defined nowhere in the project, or is of a kind that is not known, may protect, and is taken for what does.
Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.fronts.words import (
    REDIRECTS,
    TO_HTTPS,
    Change,
    asked_first,
    below,
    password,
    shown,
    sources,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Options = Mapping[str, str]

_LISTED: Final = 4

_PLAIN: Final = {
    "buffering": "limits the size of requests, or holds them back",
    "circuitbreaker": "stops sending while the service fails",
    "compress": "compresses answers",
    "contenttype": "decides the type of answers",
    "encodedcharacters": "refuses some characters in paths",
    "errors": "shows other pages for errors",
    "grpcweb": "translates gRPC-Web",
    "inflightconn": "limits connections at one time",
    "inflightreq": "limits requests at one time",
    "passtlsclientcert": "passes the client's certificate on, in a header",
    "ratelimit": "limits the rate of requests",
    "redirectregex": "sends some requests to another address",
    "replacepathregex": "rewrites the path",
    "retry": "tries again what failed",
    "stripprefixregex": "takes the front off the path",
}
_PATHS: Final = {
    "addprefix": ("prefix", "puts {} before the path"),
    "replacepath": ("path", "asks for {} whatever the path"),
    "stripprefix": ("prefixes", "takes {} off the path"),
}


_HARMLESS: Final = frozenset(
    "buffering compress compression cors gzip header headers hsts prefix rate ratelimit redirect retry sts strip "
    "stripprefix www".split()
)
_GUARDING: Final = frozenset(
    "allow allowlist auth authelia authentik basic block crowdsec deny forward geo internal ip lan local login oauth "
    "oidc only private protect sso users vpn whitelist".split()
)
"""Words in names of middlewares that are defined elsewhere, in a file of the host or by another project."""


def changes(name: str, find: Callable[[str], Options | None], seen: frozenset[str] = frozenset()) -> Iterator[Change]:
    """Say what the middleware that a router names (`auth`, `auth@file`) does. find: its options, None where unknown."""
    options = find(name)
    called = shown(name)
    if options is None:
        words = set(re.split(r"[^a-z]+", name.lower().partition("@")[0]))
        harmless = bool(words & _HARMLESS) and not words & _GUARDING
        yield Change(
            f"{called} is defined nowhere in the project{'' if harmless else ', and may protect it'}",
            guards=not harmless,
        )
        return
    for kind in dict.fromkeys(key.partition(".")[0] for key in options):
        own = below(options, kind) or {"": options.get(kind, "")}
        if kind == "chain":
            for inner in listed(own.get("middlewares", "")):
                if inner not in seen:
                    yield from changes(inner, find, seen | {name})
        else:
            yield _change(called, kind, own)


def _change(called: str, kind: str, own: Options) -> Change:
    if kind in _PLAIN:
        return Change(f"{called} {_PLAIN[kind]} ({kind})", by=REDIRECTS if kind == "redirectregex" else "")
    if kind in _PATHS:
        option, words = _PATHS[kind]
        return Change(f"{called} {words.format(shown(own.get(option, '/')))} ({kind})")
    if kind == "headers":
        return Change(f"{called} sets headers: {_headers(own)}")
    if kind == "redirectscheme":
        return TO_HTTPS if own.get("scheme", "https").lower() == "https" else Change(f"{called} changes the scheme")
    return _guard(called, kind, own)


def _guard(called: str, kind: str, own: Options) -> Change:
    if kind in {"basicauth", "digestauth"}:
        return password(called, kind)
    if kind == "forwardauth":
        return asked_first(called, own.get("address", ""), kind)
    if kind in {"ipallowlist", "ipwhitelist"}:
        plain = not any(key.startswith("ipstrategy") for key in own)
        return sources(called, own.get("sourcerange", ""), kind, plain=plain)
    if kind == "plugin":
        names = ", ".join(dict.fromkeys(key.partition(".")[0] for key in own))
        return Change(f"{called} is the plugin {shown(names)}, which may protect it", guards=True)
    return Change(f"{called} is {shown(kind)}, which is not known here and may protect it", guards=True)


def _headers(own: Options) -> str:
    """Name the headers and options; a value may be a secret."""
    names = [
        key.split(".", 1)[1] if key.startswith(("customrequestheaders.", "customresponseheaders.")) else key
        for key in own
    ]
    more = f" and {len(names) - _LISTED} more" if names[_LISTED:] else ""
    return ", ".join(shown(name) for name in names[:_LISTED]) + more


def listed(text: str) -> list[str]:
    """Take a list of names apart: `auth, strip@file`."""
    return [name.strip() for name in text.split(",") if name.strip()]
