"""Passwords in addresses: `scheme://user:password@host`, and the forms that drivers have without a scheme.

People write passwords as they are, with `/`, `#`, `@` and quotes in them; the rules of RFC 3986 would end them there.
So a login goes to the last `@` before the path, and, where no `@` stands there, to the next one, unless what
follows the colon is a port.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.compose.references import OPEN
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.secrets.detection.shapes import Span

_SCHEME: Final = "://"
_RUN: Final = Regex(r"[^\s\"<>`]{0,2000}")
_AUTHORITY: Final = Regex(r"[^/?#]*")
_TEMPLATE: Final = Regex(r"\$\{[^{}\s]{0,200}\}|\{\{[^{}]{0,200}\}\}|\$\([^()]{0,200}\)")
_PORT: Final = Regex(r":\d{0,5}(?:[/?#,]|$)")
_ORACLE: Final = Regex(r"(?:thin|oci\d?):[^\s/@:\"']{1,64}/(?P<value>[^\s@\"']{1,200})@")
_LOGIN: Final = Regex(
    r"(?:^|[\s\"'=,])[^\s/:@\"'=,(){}<>]{1,64}:(?P<value>[^\s@\"']{1,200})@"
    r"(?P<host>(?:tcp|unix|udp|cloudsql)?\(|(?!sha(?:256|512)[:-])[\w.-]{1,200}(?::\d{1,5})?(?P<path>/)?)",
    re.MULTILINE,
)
_PERCENT: Final = Regex(r"(?:^|[\s\"'=])[\w.@\\-]{1,64}%(?P<value>[^\s\"'%]{6,200})(?=$|[\s\"'])", re.MULTILINE)


def logins(text: str) -> Iterator[Span]:
    """Where the passwords of addresses stand in a text."""
    at = text.find(_SCHEME)
    while at >= 0:
        start = at + len(_SCHEME)
        run = _RUN.match(text, start)
        assert run  # noqa: S101  it may be empty
        found = _password(run[0])
        if found and not is_variable(run[0][found[0] : found[1]]):
            yield start + found[0], start + found[1]
        authority = _AUTHORITY.match(run[0])
        assert authority  # noqa: S101  it may be empty
        at = text.find(_SCHEME, start + max(authority.end(), found[1] if found else 0))
    if "@" in text:
        for match in _LOGIN.finditer(text):
            value = match["value"]
            sure = match["path"] or match["host"][-1] == "("
            if not is_variable(value) and _SCHEME[1:] not in value and (sure or looks_random(value)):
                yield match.span("value")
        if "jdbc:" in text:
            yield from (match.span("value") for match in _ORACLE.finditer(text) if not is_variable(match["value"]))
    if "%" in text:
        yield from (match.span("value") for match in _PERCENT.finditer(text) if looks_random(match["value"]))


def _password(run: str) -> Span | None:
    """The password in what follows `://`."""
    if "{" in run or "(" in run:
        run = _TEMPLATE.sub(lambda found: "$" * len(found[0]), run)
    authority = _AUTHORITY.match(run)
    assert authority  # noqa: S101  it may be empty
    end = run.rfind("@", 0, authority.end())
    colon = run.find(":", 0, end if end >= 0 else authority.end())
    if end < 0 and colon >= 0 and not _PORT.match(run, colon):
        end = run.find("@", authority.end())
    if end < 0:
        return None
    if colon < 0 or colon > end:
        return (0, end) if looks_random(run[:end]) and end <= authority.end() else None
    return (colon + 1, end) if end > colon + 1 else None


def is_variable(value: str) -> bool:
    """`$NAME`, `${NAME}`, `$(NAME)`, `{name}` and what a shell puts in name a value, they are none."""
    if OPEN in value and (value[0] == OPEN or not value.replace(OPEN, "")):
        return True
    if value[0] in "<`" or value[:2] in {"${", "$(", "{{", "%("} or not value.strip("*x."):
        return True
    if value[0] == "$":
        return not looks_random(value)
    return value[0] == "{" and value[-1] == "}"
