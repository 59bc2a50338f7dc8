"""What a reverse proxy is told of a service: the ways that lead to it, and what happens to a request on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.problems import Problems
from longshore.compose.references import visible
from longshore.compose.source import build, compose
from longshore.compose.tree import plain
from longshore.convert.kubernetes.host_places import PORTS
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.convert.options import Exposure

CERTIFICATE: Final = "certificate"
INTERNAL: Final = "internal"
LOGIN: Final = "login"
SOURCES: Final = "allowFrom"
STICKINESS: Final = "sticky"
REDIRECTS: Final = "redirects"
HEALTH: Final = "healthPath"
"""Settings of an exposure, as a stack file writes them."""

ALB: Final = "alb.ingress.kubernetes.io"
_ANNOTATIONS: Final = {
    LOGIN: (f"{ALB}/auth-type",),
    SOURCES: (f"{ALB}/inbound-cidrs", "service.beta.kubernetes.io/load-balancer-source-ranges"),
    STICKINESS: (f"{ALB}/target-group-attributes",),
    HEALTH: (f"{ALB}/healthcheck-path",),
}
"""Setting → the annotations by which people say the same.

Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""

_HOST: Final = Regex(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PATH: Final = Regex(r"/[\w./~-]{0,200}", re.ASCII)
_RANGE: Final = Regex(r"[0-9.]{7,15}(?:/\d{1,2})?")
_UNFIT: Final = Regex(r"[`\s]+")
_LONGEST: Final = 60
_DAY: Final = 24 * 3600
_WEEK: Final = 7 * 24 * 3600


class Change(NamedTuple):
    """Something that a proxy does to requests, or to whom it lets in.

    text: a clause that says it. guards: does it keep somebody out? by: the setting of an `exposure` that does the same,
    or an annotation; value: what is to be set there, none where nobody knows.
    asks: the host of the program that is asked whether a request may pass.
    """

    text: str
    guards: bool = False
    by: str = ""
    value: str | int | tuple[str, ...] = ""
    asks: str = ""

    def kept(self, exposure: Exposure) -> bool:
        """Does the exposure that the stack has do it as well?"""
        if self.by == CERTIFICATE:
            return bool(exposure.certificate)
        if self.by == INTERNAL:
            return exposure.internal
        said = {
            LOGIN: exposure.login,
            SOURCES: exposure.allow_from,
            STICKINESS: exposure.sticky,
            REDIRECTS: exposure.redirects or exposure.aliases,
            HEALTH: exposure.health_path,
        }
        keys = _ANNOTATIONS.get(self.by, (self.by,))
        return bool(said.get(self.by)) or any(key in exposure.annotations for key in keys)


class Way(NamedTuple):
    """One way from outside. host: empty where none is named, or not one. port: of the container; 0: not told.

    stream: bytes of TCP or UDP, not requests. redirects: does nobody come through, all are sent elsewhere?
    """

    host: str
    path: str = "/"
    port: int = 0
    stream: bool = False
    redirects: bool = False
    changes: tuple[Change, ...] = ()


class Front(NamedTuple):
    """All ways by which one proxy leads to a service; none where labels say too little of them."""

    ways: tuple[Way, ...] = ()

    @property
    def main(self) -> Way | None:
        """The way that one exposure can be: requests to a host, else a stream to a port."""
        whole = [way for way in self.ways if not way.redirects] or self.ways
        return next((way for way in whole if way.host and not way.stream), None) or next(
            (way for way in whole if way.stream and way.port), None
        )


TLS: Final = Change("TLS, until `certificate` is set", by=CERTIFICATE)
TO_HTTPS: Final = Change("the redirect from HTTP to HTTPS, until `certificate` is set", by=CERTIFICATE)


def sticky(seconds: str = "") -> Change:
    """Clients stay with one container, by a cookie of the proxy; seconds: how long, at most a week; = a day."""
    told = seconds.isdecimal() and 0 < int(seconds[:7]) <= _WEEK
    value = int(seconds) if told else _DAY
    return Change("keeps a client with one container, by a cookie", by=STICKINESS, value=value)


def password(name: str, kind: str) -> Change:
    """A password is asked for."""
    return Change(f"{name} asks for a password ({kind})", guards=True, by=LOGIN)


def asked_first(name: str, address: str, kind: str) -> Change:
    """Another program is asked whether a request may pass. address: its URL, or host and port."""
    host = re.match(r"(?:[a-z]{2,6}://)?(?:[^/@\s]{1,200}+@)?([A-Za-z0-9][\w.-]{0,100})", address)
    asks = host[1] if host else ""
    who = f"`{asks}`" if asks else "somebody else"
    return Change(f"{name} asks {who} whether a request may pass ({kind})", True, LOGIN, asks=asks)


def sources(name: str, ranges: str, kind: str, *, plain: bool = True) -> Change:
    """Only some addresses are let in. plain: is it the address that the connection comes from?"""
    listed = [each.strip() for each in ranges.split(",") if each.strip()]
    known = plain and bool(listed) and all(map(_RANGE.fullmatch, listed))
    value = tuple(each if "/" in each else f"{each}/32" for each in listed)
    return Change(
        f"{name} lets in only {shown(', '.join(listed))} ({kind})",
        guards=True,
        by=SOURCES,
        value=value if known else (),
    )


def host_name(text: str) -> str:
    """Give back a host name that can stand in an exposure; empty for patterns and all else."""
    return text if _HOST.fullmatch(text) else ""


def path_prefix(text: str) -> str:
    """Give back a path that can stand in an exposure; empty for patterns and all else."""
    return text if _PATH.fullmatch(text) else ""


def number(text: str) -> int:
    """Give a port; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:6]) < PORTS else 0


def shown(text: str) -> str:
    """Quote what a label says, where it is no secret: short, on one line, secret variables by name."""
    clean = _UNFIT.sub(" ", visible(text)).strip()
    return f"`{clean if len(clean) <= _LONGEST else clean[:_LONGEST] + '…'}`"


def parsed(name: str, text: str) -> Any:
    """Read YAML, or JSON; nothing where it is neither, as a template for instance."""
    problems = Problems()
    roots = compose(text, name, problems) or []
    document = build(roots[0], problems) if roots else None
    return plain(document.root) if document else {}


def flat(tree: Any) -> dict[str, str]:
    """Write a configuration as the labels that would say it: `http.middlewares.auth.basicauth.users`, in lower case.

    A list of scalars is one value, with commas; mappings in a list have their index: `tls.certificates[0].certfile`.
    """
    return dict(_flat(tree, ""))


def _flat(value: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if not value and prefix:
            yield prefix, ""
        for key, child in value.items():
            yield from _flat(child, f"{prefix}.{str(key).lower()}" if prefix else str(key).lower())
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        for index, child in enumerate(value):
            yield from _flat(child, f"{prefix}[{index}]")
    elif isinstance(value, list):
        yield prefix, ",".join(map(_scalar, value))
    else:
        yield prefix, _scalar(value)


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def each_once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Drop what was said before."""
    return tuple(dict.fromkeys(changes))


def below(options: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Options that start with `prefix.`, without it."""
    start = f"{prefix}."
    return {key[len(start) :]: value for key, value in options.items() if key.startswith(start)}
