"""Whether the kubelet gets the answer that a program in the container gets: it asks from outside, at the pod's address.

A port may be open on the loopback only: such a one is asked by the command, in the container. So is one that nobody
declares or dials. A server may answer by the address of who asks (`allow 127.0.0.1; deny all`), and what it redirects
to may be out of the kubelet's reach. All of that is looked for where it is written: in commands, settings and mounted
files. In doubt the test stays the command it is, which is what Docker runs.
Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.dials import dialled
from longshore.convert.estate.own_texts import commands, files
from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.seen import seen
from longshore.convert.estate.service_images import of
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

_LOOPBACK: Final = r"(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)"

_PAIR: Final = Regex(rf"(?<![\w./@-]){_LOOPBACK}:(\d{{2,5}})(?!\d)")
"""`127.0.0.1:8000`, and no URL: those that somebody calls have `//` or `@` before the host."""

_OPTION: Final = Regex(
    r"(?:^|\s)(?:-[bHal]|-{1,2}[\w.-]{0,40}?(?:host|bind|addr|address|listen|interface|ip)[\w.-]{0,20})[ =]"
    rf"[\"']?{_LOOPBACK}(?![\w.:])"
)
_VARIABLE: Final = Regex(
    rf"(?:\w*_)?(?:HOST|BIND|ADDR|ADDRESS|LISTEN|INTERFACE|IP)=[\"']?{_LOOPBACK}[\"']?", re.IGNORECASE
)
_IN_FILE: Final = Regex(
    r"(?i)(?<![\w.-])[\w.-]{0,30}?(?:listen|bind|addr|address|host|interface|http|socket|endpoint)[\w.-]{0,20}[\"']?"
    rf"[ \t]{{0,9}}[:= \t][ \t]{{0,9}}[\"']?{_LOOPBACK}(?::(\d{{2,5}}))?(?![\w.:])"
)
_NAMES_LOOPBACK: Final = Regex(r"127\.|[lL][oO][cC][aA][lL]|::1")
_SITE: Final = Regex(rf"(?m)^[ \t]{{0,20}}(?:https?://)?{_LOOPBACK}(?::(\d{{2,5}}))?[ \t]{{0,9}}\{{")
"""The address of a site in a Caddyfile."""

_ON_LOOPBACK: Final = Regex(
    r"\b(?:uvicorn|hypercorn|daphne|gunicorn|flask\s+run|manage\.py\s+runserver|rails\s+s(?:erver)?|vite|ng\s+serve|"
    r"hugo\s+serve[r]?|jekyll\s+serve|mkdocs\s+serve|webpack(?:-dev-server|\s+serve))\b"
)
"""Programs that listen on the loopback unless they are told otherwise."""

_TOLD: Final = Regex(
    r"0\.0\.0\.0|(?<![\w:])::(?![\w:])|\[::\]|\s--?(?:host|bind|binding|address|addr|config|c|b|h|H|o|k|u|unix|uds|fd)\b"
    r"|runserver\s+\S*\d"
)

_BY_ADDRESS: Final = tuple(
    Regex(pattern, re.IGNORECASE)
    for pattern in (
        # nginx
        r"(?<![\w-])(?:allow|deny)[ \t]{1,9}(?:\d[\d.]{3,18}|[\da-f]{0,4}:[\da-f:.]{1,60}|unix:)(?:/\d{1,3})?[ \t]*;",
        r"\$remote_addr[ \t]{0,9}(?:[!=~$]|\{)",
        r"(?<!\w)geo[ \t]{1,9}(?:\$|\{)",
        # Apache
        r"(?<!\w)(?:allow|deny)[ \t]{1,9}from[ \t]{1,9}(?!all\b)",
        r"(?<!\w)require[ \t]{1,9}(?:not[ \t]{1,9})?(?:local|ip|host)\b",
        r"%\{REMOTE_ADDR\}",
        # HAProxy
        r"(?:(?<!\w)acl[ \t]{1,9}[\w.-]{1,60}|\{)[ \t]{1,9}src[ \t]",
        # Caddy, Traefik, Varnish, lighttpd
        r"(?<!\w)(?:remote_ip|client_ip)\b",
        r"(?<!\w)ip-?(?:allow|white)-?list\b",
        r"(?<!\w)client\.ip\b",
        r"\"remote-?ip\"",
    )
)
_REDIRECTS: Final = Regex(
    r"(?im)\breturn[ \t]{1,9}30[12378]\b|\brewrite\b[^\n]{1,200}\b(?:redirect|permanent)\b"
    r"|^[ \t]{0,40}redirect(?:match|permanent|temp)?[ \t]|\[(?:[^\]\n]{0,60},)?R(?:=30\d)?[,\]]"
    r"|^[ \t]{0,40}redir[ \t]|\bredirect[ \t]{1,9}(?:scheme|location|prefix)\b|\bredirect(?:scheme|regex|ions)\b"
)

_COMMENT: Final = Regex(r"(?m)^[ \t]{0,40}(?:#(?!!)|;|//).*$")

HTTP: Final = 80


class Said(NamedTuple):
    """What one file says. loopback: ports that are opened there only, 0 where it does not tell which."""

    loopback: tuple[int, ...]
    by_address: bool
    redirects: bool


def reachable(service: Service) -> frozenset[int]:
    """TCP ports of the service's pod at which the kubelet reaches a program, as far as anything that we see tells.

    They are declared, dialled by others or known of the image, and nothing says that they are open on the loopback
    only.
    """
    return service.host.memo(_reachable)


def answers_by_address(service: Service) -> bool:
    """May the answer depend on the address of who asks, by a file that a container of the pod mounts or its image?"""
    owner = service.host
    return any(said.by_address for said in owner.memo(_said)) or any(
        of(member).answers_by_address for member in _members(owner)
    )


def redirects(service: Service) -> bool:
    """Does a file that a container of the pod mounts send who asks elsewhere?"""
    return any(said.redirects for said in service.host.memo(_said))


def _members(owner: Service) -> tuple[Service, ...]:
    return owner.estate.pods.get(owner.name, (owner,))


def _reachable(owner: Service) -> frozenset[int]:
    known: set[int] = set()
    for member in _members(owner):
        known.update(number for number, protocol in member.container_ports if protocol == "TCP")
        known.update(dialled(member))
        if runs_its_program(member):
            known.update(of(member).ports)
    closed = {port for said in owner.memo(_said) for port in said.loopback}
    closed.update(port for member in _members(owner) for port in _on_loopback(member))
    return frozenset() if 0 in closed else frozenset(known - closed - {0})


def _on_loopback(service: Service) -> Iterator[int]:
    """Ports that commands and settings open on the loopback only; 0: one that is not told."""
    found = seen(service)
    if found is not None and found.listening is not None:
        yield from (one.port for one in found.listening if one.loopback)
        return
    for path, text in commands(service):
        if path[2] in {"entrypoint", "command"}:
            yield from _pairs(text)
            loopback = _names_loopback(text) and _OPTION.search(text)
            if loopback or (_ON_LOOPBACK.search(text) and not _TOLD.search(text)):
                yield 0
    for key, value in (service.model.get("environment") or {}).items():
        if value and _names_loopback(value):
            text = f"{key}={value}"
            yield from _pairs(text)
            if _VARIABLE.fullmatch(text):
                yield 0


@lru_cache(maxsize=8192)
def _names_loopback(text: str) -> bool:
    return bool(_NAMES_LOOPBACK.search(text))


def _pairs(text: str) -> Iterator[int]:
    for match in _PAIR.finditer(text):
        yield int(match[1])


def _said(owner: Service) -> tuple[Said, ...]:
    """What the files that the pod mounts say."""
    return tuple(_read(text) for member in _members(owner) for _, text in files(member))


@lru_cache(maxsize=1024)
def _read(text: str) -> Said:
    """Read one file; many services may mount the same."""
    text = _COMMENT.sub("", text)
    matches = (*_IN_FILE.finditer(text), *_SITE.finditer(text)) if _NAMES_LOOPBACK.search(text) else ()
    return Said(
        tuple(int(match[1] or (HTTP if "listen" in match[0].lower() else 0)) for match in matches),
        any(rule.search(text) for rule in _BY_ADDRESS),
        bool(_REDIRECTS.search(text)),
    )
