"""`${VARIABLE:-default}` and its kin, with Docker's rules down to the odd ones.

The first closing brace that balances ends an expression; without one the last brace of the line does. What is not
needed is never evaluated, so an unused default does not warn and an unused message does not fail.
Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from longshore.regex import Regex

Lookup = Callable[[str], str | None]
"""Variable name → its value, None where it is not set."""

Missing = Callable[[str], None]
"""Told the name of each variable that is not set and has no default."""

DEEPEST = 64

_NAME = Regex(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = Regex(r":?[-?+]")
_BRACES = Regex(r"[{}]")


class TemplateError(Exception):
    """The text cannot be interpolated: `code`, message, help and the position in the text."""

    def __init__(self, code: str, message: str, help: str, position: int) -> None:  # noqa: A002
        super().__init__(message)
        self.code, self.message, self.help, self.position = code, message, help, position


def ignore(_name: str) -> None:
    """Take no notice of variables that are not set."""


def substitute(text: str, lookup: Lookup, missing: Missing = ignore, depth: int = 0) -> str:
    """Replace every variable of `text`.

    Raises:
        TemplateError: an expression is malformed, or a required variable is not set.
    """
    position = text.find("$")
    if position < 0:
        return text
    if depth > DEEPEST:
        raise TemplateError("interpolation", "defaults are nested too deep", "set the inner variables first", position)
    done: list[str] = []
    start = 0
    line = _Line(text)
    while position >= 0:
        done.append(text[start:position])
        following = text[position + 1 : position + 2]
        if following == "$":
            done.append("$")
            start = position + 2
        elif following == "{":
            value, start = _braced(line, position, lookup, missing, depth)
            done.append(value)
        elif match := _NAME.match(text, position + 1):
            done.append(_plain(match[0], lookup, missing))
            start = match.end()
        else:
            done.append("$")
            start = position + 1
        position = text.find("$", start)
    done.append(text[start:])
    return "".join(done)


def _plain(name: str, lookup: Lookup, missing: Missing) -> str:
    value = lookup(name)
    if value is None:
        missing(name)
        return ""
    return value


class _Line:
    """The line of a text that is being read: where its last closing brace is, found once for a line."""

    __slots__ = ("_end", "_last", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._end = self._last = -1

    def last_brace(self, position: int) -> int:
        """Find the last closing brace of the line that `position` is in; -1 if there is none."""
        if position > self._end:
            end = self.text.find("\n", position)
            self._end = end if end >= 0 else len(self.text)
            self._last = self.text.rfind("}", position, self._end)
        return self._last


class _Expression(NamedTuple):
    """`${name operator argument}`, and the position after it; no operator, no argument."""

    name: str
    operator: str
    argument: str
    end: int


def _expression(line: _Line, position: int) -> _Expression | None:
    """Read the expression at `position`; None if it is none."""
    text = line.text
    name = _NAME.match(text, position + 2)
    if not name:
        return None
    if text.startswith("}", name.end()):
        return _Expression(name[0], "", "", name.end() + 1)
    operator = _OPERATOR.match(text, name.end())
    last = line.last_brace(position)
    if not operator or last < operator.end():
        return None
    end = _balance(text, position + 1, last)
    return _Expression(name[0], operator[0], text[operator.end() : end], end + 1)


def _braced(line: _Line, position: int, lookup: Lookup, missing: Missing, depth: int) -> tuple[str, int]:
    """Evaluate the `${...}` at `position`; gives the value and where the text goes on."""
    found = _expression(line, position)
    if found is None:
        raise TemplateError(
            "interpolation",
            "this `${...}` is not a variable",
            "write `${NAME}` or `${NAME:-default}`; a literal dollar sign is written `$$`",
            position,
        )
    name, operator, argument, end = found
    if not operator:
        return _plain(name, lookup, missing), end
    value = lookup(name)
    usable = value is not None and (bool(value) or not operator.startswith(":"))
    if operator.endswith("+"):
        return (substitute(argument, lookup, missing, depth + 1) if usable else value or ""), end
    if usable:
        return value or "", end
    other = substitute(argument, lookup, missing, depth + 1)
    if operator.endswith("-"):
        return other, end
    state = "is not set" if value is None else "is empty"
    raise TemplateError(
        "required-variable",
        f"the required variable {name} {state}" + (f": {other}" if other else ""),
        f"set {name} in the environment or in `.env`",
        position,
    )


def _balance(text: str, start: int, last: int) -> int:
    """Find the brace that closes the one at `start`, or fall back to `last`."""
    level = 0
    skip = -1
    for brace in _BRACES.finditer(text, start, last + 1):
        index = brace.start()
        if index == skip:
            continue
        if brace[0] == "{":
            level += 1
            skip = index + 1
        else:
            level -= 1
            if level == 0:
                return index
    return last


def expressions(text: str) -> Iterator[tuple[str, str, str]]:
    """Give the (variable, operator, argument) of every expression in a text, those in arguments too; none malformed."""
    line = _Line(text)
    position = text.find("$")
    while position >= 0:
        start = position + 2
        if text[position + 1 : position + 2] == "{":
            found = _expression(line, position)
            if found:
                yield found.name, found.operator, found.argument
                yield from expressions(found.argument)
                start = found.end
        elif name := _NAME.match(text, position + 1):
            yield name[0], "", ""
            start = name.end()
        position = text.find("$", start)
