"""Rules of Traefik's routers, ``Host(`a.example.com`) && (PathPrefix(`/api`) || !Method(`POST`))``, taken apart.

A rule is read as alternatives, each a list of matchers that must all hold. What is no rule, or has more alternatives
than anybody writes, is not read at all, and whoever asks must take it for one that keeps people out.
Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST: Final = 32
LONGEST: Final = 8000
_DEEPEST: Final = 32
_TOKEN: Final = Regex(
    r"\s*+(?:(&&|\|\||[!(),])|([A-Za-z]{1,30})|`([^`]{0,500})`|\"([^\"\\]{0,500})\"|'([^'\\]{0,500})')"
)


class Matcher(NamedTuple):
    """One condition: `PathPrefix`, its arguments, and whether it must not hold."""

    name: str
    arguments: tuple[str, ...]
    negated: bool = False


Alternatives = list[tuple[Matcher, ...]]


class _UnreadableError(ValueError):
    """It is no rule, or too much of one."""


def alternatives(rule: str) -> Alternatives | None:
    """Take a rule apart; None where it cannot be."""
    tokens: list[tuple[str, str]] = []
    position = 0
    text = rule.rstrip()
    if len(text) > LONGEST:
        return None
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        sign, name, *quoted = match.groups()
        word = next((each for each in quoted if each is not None), "")
        tokens.append(("sign", sign) if sign else ("name", name) if name else ("text", word))
        position = match.end()
    try:
        return _Reader(tokens).rule()
    except _UnreadableError:
        return None


class _Reader:
    """Reads tokens from left to right. `||` binds less than `&&`, and that less than `!`."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._next = 0

    def rule(self) -> Alternatives:
        """Read all of it."""
        found = self._either(0, negated=False)
        if self._next < len(self._tokens):
            raise _UnreadableError
        return found

    def _take(self, kind: str, *wanted: str) -> str | None:
        if self._next == len(self._tokens):
            return None
        found, text = self._tokens[self._next]
        if found != kind or (wanted and text not in wanted):
            return None
        self._next += 1
        return text

    def _either(self, depth: int, *, negated: bool) -> Alternatives:
        """Read what `||` joins; a negation in front of it turns it into `&&`."""
        found = self._every(depth, negated=negated)
        while self._take("sign", "||"):
            found = _joined(found, self._every(depth, negated=negated), every=negated)
        return found

    def _every(self, depth: int, *, negated: bool) -> Alternatives:
        found = self._one(depth, negated=negated)
        while self._take("sign", "&&"):
            found = _joined(found, self._one(depth, negated=negated), every=not negated)
        return found

    def _one(self, depth: int, *, negated: bool) -> Alternatives:
        if depth > _DEEPEST:
            raise _UnreadableError
        while self._take("sign", "!"):
            negated = not negated
        if self._take("sign", "("):
            found = self._either(depth + 1, negated=negated)
            self._close()
            return found
        name = self._take("name")
        if name is None or not self._take("sign", "("):
            raise _UnreadableError
        arguments: list[str] = []
        while (text := self._take("text")) is not None:
            arguments.append(text)
            self._take("sign", ",")
        self._close()
        return [(Matcher(name, tuple(arguments), negated),)]

    def _close(self) -> None:
        if not self._take("sign", ")"):
            raise _UnreadableError


def _joined(left: Alternatives, right: Alternatives, *, every: bool) -> Alternatives:
    found = [one + other for one in left for other in right] if every else left + right
    if len(found) > MOST:
        raise _UnreadableError
    return found
