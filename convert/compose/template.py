"""`${VARIABLE:-default}` and its kin, with Docker's rules down to the odd ones.

The first closing brace that balances ends an expression; without one the last brace of the line does. What is not
needed is never evaluated, so an unused default does not warn and an unused message does not fail.
Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Lookup = Callable[[str], str | None]
"""Variable name → its value, None where it is not set."""

Missing = Callable[[str], None]
"""Told the name of each variable that is not set and has no default."""

DEEPEST = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_BRACES = re.compile(r"[{}]")


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
        raise TemplateError("interpolation", "defaults are nested too deep", "Set the inner variables first.", position)
    done: list[str] = []
    start = 0
    while position >= 0:
        done.append(text[start:position])
        following = text[position + 1 : position + 2]
        if following == "$":
            done.append("$")
            start = position + 2
        elif following == "{":
            value, start = _braced(text, position, lookup, missing, depth)
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


def _braced(text: str, position: int, lookup: Lookup, missing: Missing, depth: int) -> tuple[str, int]:
    """Evaluate the `${...}` at `position`; gives the value and where the text goes on."""
    name = _NAME.match(text, position + 2)
    if not name:
        raise _malformed(position)
    if text.startswith("}", name.end()):
        return _plain(name[0], lookup, missing), name.end() + 1
    operator = _OPERATOR.match(text, name.end())
    line_end = text.find("\n", position)
    last = text.rfind("}", operator.end() if operator else position, line_end if line_end >= 0 else len(text))
    if not operator or last < 0:
        raise _malformed(position)
    end = _balance(text, position + 1, last)
    argument = text[operator.end() : end]
    value = lookup(name[0])
    usable = value is not None and (bool(value) or not operator[0].startswith(":"))
    kind = operator[0][-1]
    if kind == "+":
        return (substitute(argument, lookup, missing, depth + 1) if usable else value or ""), end + 1
    if usable:
        return value or "", end + 1
    other = substitute(argument, lookup, missing, depth + 1)
    if kind == "-":
        return other, end + 1
    state = "is not set" if value is None else "is empty"
    raise TemplateError(
        "required-variable",
        f"the required variable {name[0]} {state}" + (f": {other}" if other else ""),
        f"Set {name[0]} in the environment or in `.env`.",
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


def _malformed(position: int) -> TemplateError:
    return TemplateError(
        "interpolation",
        "this `${...}` is not a variable",
        "Write `${NAME}` or `${NAME:-default}`; a literal dollar sign is written `$$`.",
        position,
    )


def expressions(text: str) -> Iterator[tuple[str, str, str]]:
    """Give the (variable, operator, argument) of every expression in a text, those in arguments too; none malformed."""
    position = text.find("$")
    while position >= 0:
        following = text[position + 1 : position + 2]
        start = position + 2
        name = _NAME.match(text, position + (2 if following == "{" else 1))
        if name and following != "{":
            yield name[0], "", ""
            start = name.end()
        elif name:
            operator = _OPERATOR.match(text, name.end())
            line_end = text.find("\n", position)
            last = text.rfind("}", position, line_end if line_end >= 0 else len(text))
            end = _balance(text, position + 1, last)
            if not operator or end < operator.end():
                yield name[0], "", ""
                start = name.end()
            else:
                argument = text[operator.end() : end]
                yield name[0], operator[0], argument
                yield from expressions(argument)
                start = end + 1
        position = text.find("$", start)
