"""The defaults that compose files give to secret variables: `${TOKEN:-dev-token}`.

A conversion never sees them, since the reference takes the place of the whole expression; Docker would use them. They
are looked up in the text of the files, which is all that is left of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.template import TemplateError, substitute
from longshore.stores.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Default(NamedTuple):
    """The default of a variable, and the file it stands in."""

    value: Value
    file: str


def required(name: str, sources: Mapping[str, str]) -> bool:
    """Does an expression refuse to go on while the variable is empty: `${NAME:?message}`?"""
    return any(re.search(rf"(?<!\$)\$\{{{re.escape(name)}:\?", text) for text in sources.values() if name in text)


def default(
    name: str, sources: Mapping[str, str], lookup: Callable[[str], str | None], *, empty: bool = False
) -> tuple[Default, ...]:
    """Every different default of the variable `name`, none where it has none.

    sources: file → text. lookup: the other variables, which a default may name. empty: the variable is set, to nothing,
    which leaves only those of `${NAME:-default}`.
    """
    found: list[Default] = []
    start = re.compile(rf"(?<!\$)\$\{{{re.escape(name)}{':' if empty else ':?'}-")
    for file, text in sources.items():
        if name not in text:
            continue
        for match in start.finditer(text):
            value = _evaluate(text[match.start() :], name, lookup)
            if value is not None and all(value != known.value for known in found):
                found.append(Default(value, file))
    return tuple(found)


def _evaluate(text: str, name: str, lookup: Callable[[str], str | None]) -> Value | None:
    line = text.partition("\n")[0]
    depth = 0
    for end, character in enumerate(line):
        depth += (character == "{") - (character == "}")
        if character == "}" and not depth:
            try:
                return Value(substitute(line[: end + 1], lambda other: None if other == name else lookup(other)))
            except TemplateError:
                return None
    return None
