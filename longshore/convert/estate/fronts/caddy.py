"""What labels for caddy-docker-proxy say: each is a line of a Caddyfile, `caddy` the name of the site.

`caddy.handle_path.0_reverse_proxy` is `reverse_proxy` inside `handle_path`; numbers give an order and mean nothing
else. A snippet, `caddy: (auth)`, may be defined in the labels of another service. A directive that is not known, and a
snippet that is defined nowhere, may protect.
Source: https://github.com/lucaslorentz/caddy-docker-proxy#labels-to-caddyfile-conversion
and https://caddyserver.com/docs/caddyfile/directives
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.fronts.words import (
    HEALTH,
    REDIRECTS,
    TLS,
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
    sticky,
)
from longshore.convert.estate.proxies import CADDY
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service

_ORDER: Final = Regex(r"^\d{1,6}_(?=.)|(?<=.)_\d{1,6}$")
_UPSTREAMS: Final = Regex(r"\{\{\s*upstreams(?:\s+(?:https?|h2c))?(?:\s+(\d{1,5}))?\s*\}\}")
_ADDRESS: Final = Regex(r"(?:(https?)://)?([^:/\s,]*)(?::(\d{1,5}))?(/\S*)?")

_BLOCKS: Final = frozenset({"handle", "handle_path", "route"})
_PASSWORDS: Final = frozenset({"basicauth", "basic_auth"})
_REFUSING: Final = frozenset({"abort", "error"})
_ASKING: Final = frozenset({"authenticate", "authorize", "authp", "jwtauth"})
_PLAIN: Final = {
    "bind": "",
    "email": "",
    "encode": "compresses answers",
    "file_server": "serves files",
    "handle_errors": "shows other pages for errors",
    "header": "sets headers of answers",
    "log": "",
    "log_append": "",
    "log_skip": "",
    "map": "sets variables",
    "method": "changes the method of requests",
    "metrics": "",
    "php_fastcgi": "calls the container by FastCGI",
    "rate_limit": "limits the rate of requests",
    "redir": "sends some requests to another address",
    "request_body": "limits the size of requests",
    "request_header": "sets headers of requests",
    "rewrite": "rewrites the path",
    "root": "serves files",
    "templates": "fills in templates",
    "tracing": "",
    "try_files": "serves files",
    "uri": "rewrites the path",
    "vars": "sets variables",
}
"""Directive → what it does, empty where nobody notices that it is gone."""


class Line(NamedTuple):
    """A directive: its arguments, and the directives inside of it."""

    arguments: str
    inner: tuple[tuple[str, Line], ...]


class Site(NamedTuple):
    """What one service says of one site: the site's name as it is written, and its directives."""

    name: str
    lines: tuple[tuple[str, Line], ...]


class Sites(NamedTuple):
    """All sites of a project. own: service → those of its labels. snippets: name → what it stands for."""

    own: dict[str, list[Site]]
    snippets: dict[str, Site]


def front(service: Service) -> Front | None:
    """The ways that Caddy has to a service; None where it has none."""
    sites = service.estate.memo(_sites)
    own = [site for site in sites.own.get(service.name, ()) if site.name and not site.name.startswith("(")]
    ways = [way for site in own for way in _Reader(site, sites.snippets).ways()]
    return Front(tuple(ways)) if ways else None


def idle(service: Service) -> bool:
    """Do the labels only define snippets for others, and settings of Caddy itself?"""
    own = service.estate.memo(_sites).own.get(service.name, ())
    return all(not site.name or site.name.startswith("(") for site in own)


def _sites(estate: Estate) -> Sites:
    found = Sites({}, {})
    for service in estate:
        for site in _sites_of(service):
            found.own.setdefault(service.name, []).append(site)
            if site.name.startswith("("):
                found.snippets[site.name.strip("() ")] = site
    return found


def _sites_of(service: Service) -> Iterator[Site]:
    labels = {**(service.model.get("labels") or {}), **((service.model.get("deploy") or {}).get("labels") or {})}
    trees: dict[str, dict[str, Any]] = {}
    for key, value in labels.items():
        match = CADDY.match(key)
        if not match:
            continue
        node = trees.setdefault(match[0], {})
        for part in filter(None, key.split(".")[1:]):
            node = node.setdefault(part, {})
        node[""] = str(value)
    for tree in trees.values():
        name = tree.pop("", "") or tree.pop("address", {}).get("", "")
        yield Site(name, _lines(tree))


def _lines(tree: dict[str, Any]) -> tuple[tuple[str, Line], ...]:
    return tuple(
        (_ORDER.sub("", key), Line(child.get("", ""), _lines({name: each for name, each in child.items() if name})))
        for key, child in tree.items()
    )


class _Reader:
    """Reads one site. told: what happens to all its requests. paths, port: of what leads to the service."""

    def __init__(self, site: Site, snippets: dict[str, Site]) -> None:
        self._site = site
        self._snippets = snippets
        self._matchers = {name: line for name, line in site.lines if name.startswith("@")}
        self._told: list[Change] = []
        self._paths: list[str] = []
        self._port = 0
        self._proxied = False

    def ways(self) -> Iterator[Way]:
        """The ways of the site, one for each of its addresses."""
        self._read(self._site.lines, "", frozenset())
        for text in re.split(r"[,\s]+", self._site.name.strip()):
            match = _ADDRESS.fullmatch(text)
            if not text or match is None:
                continue
            secure = [] if match[1] == "http" or match[3] == "80" else [TLS]
            below = path_prefix((match[4] or "").rstrip("*").rstrip("/"))
            for path in [below] if below else self._paths or ["/"]:
                yield Way(host_name(match[2]), path, self._port, changes=each_once([*self._told, *secure]))

    def _read(self, lines: tuple[tuple[str, Line], ...], path: str, seen: frozenset[str]) -> None:
        for name, line in lines:
            if name.startswith("@"):
                continue
            if name in _BLOCKS:
                self._block(name, line, path, seen)
            elif name == "import":
                self._import(line, path, seen)
            elif name in {"reverse_proxy", "proxy", "targetport", "targetpath", "php_fastcgi"}:
                self._proxy(name, line, path)
            else:
                self._told += self._change(name, line)

    def _block(self, name: str, line: Line, path: str, seen: frozenset[str]) -> None:
        inner = path
        for word in line.arguments.split():
            inner = self._matched(word) or inner
            if name == "handle_path" and inner:
                self._told.append(Change(f"takes {shown(inner)} off the path (handle_path)"))
        self._read(line.inner, inner, seen)

    def _matched(self, word: str) -> str:
        """The path that a matcher lets in, `/api/*` or `@api`; tells of any other condition."""
        if word.startswith("/"):
            return path_prefix(word.rstrip("*").rstrip("/"))
        line = self._matchers.get(word)
        kinds = [each for each, _ in line.inner] or line.arguments.split()[:1] if line else []
        if line and kinds == ["path"]:
            text = next((child.arguments for _, child in line.inner), line.arguments.removeprefix("path").strip())
            return path_prefix(text.split()[0].rstrip("*").rstrip("/")) if text.split() else ""
        if word.startswith("@"):
            self._told.append(Change(f"lets in only what {shown(' '.join([word, *kinds]))} matches", guards=True))
        return ""

    def _import(self, line: Line, path: str, seen: frozenset[str]) -> None:
        name = (line.arguments.split() or [""])[0]
        site = self._snippets.get(name)
        if site is None:
            self._told.append(
                Change(f"{shown(name)} is imported, is defined nowhere in the project, and may protect it", guards=True)
            )
        elif name not in seen:
            self._read(site.lines, path, seen | {name})

    def _proxy(self, name: str, line: Line, path: str) -> None:
        words = _UPSTREAMS.sub("", line.arguments).split()
        if name == "targetport":
            self._port = self._port or number(line.arguments)
            return
        if name == "targetpath":
            self._told.append(Change(f"puts {shown(line.arguments)} before the path"))
            return
        match = _UPSTREAMS.search(line.arguments)
        port = number(match[1]) if match and match[1] else 0
        if words and words[0].startswith(("/", "@")):
            path = self._matched(words[0]) or path
        self._port = self._port or port
        if path and path not in self._paths:
            self._paths.append(path)
        if name == "php_fastcgi":
            self._told.append(Change(_PLAIN[name]))
        for option, child in line.inner:
            if option == "lb_policy" and child.arguments.split()[:1] in (["cookie"], ["ip_hash"], ["client_ip_hash"]):
                self._told.append(sticky())
            elif option == "health_uri":
                well = f"asks {shown(child.arguments)} whether a container is well: write it as its `healthcheck`"
                self._told.append(Change(well, by=HEALTH, value=path_prefix(child.arguments)))
            elif option not in {"to", "health_headers", "flush_interval"}:
                self._told.append(Change(f"the option {shown(f'{name}.{option}')}"))

    def _change(self, name: str, line: Line) -> Iterator[Change]:
        if name in _PASSWORDS:
            yield password("it", name)
        elif name == "forward_auth":
            words = [word for word in line.arguments.split() if not word.startswith(("/", "@", "*"))]
            yield asked_first("it", (words or [""])[0], name)
        elif name in _ASKING:
            yield Change(f"asks who somebody is ({name})", guards=True, by=asked_first("", "", "").by)
        elif name in _REFUSING or name == "respond":
            yield Change(f"refuses some requests, or answers them itself ({name})", guards=True)
        elif name == "tls":
            if any(option == "client_auth" for option, _ in line.inner):
                yield Change("asks clients for a certificate (tls.client_auth)", guards=True)
        elif name not in _PLAIN:
            yield Change(f"{shown(name)} is not known here, and may protect it", guards=True)
        elif _PLAIN[name]:
            yield Change(f"{_PLAIN[name]} ({name})", by=REDIRECTS if name == "redir" else "")
