"""Secret variables as references: what stands in the model where `${DB_PASSWORD}` stood.

A variable that is declared or detected as secret is never given to the interpolation by value. Its place is taken
by a reference, the name between two private-use characters, whether the variable is set or not: so the converter
holds no value that could leak, and a conversion on a build server without any `.env` gives the same manifests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from longshore.regex import Regex

MASK = "***"
"""Stands wherever a secret value would be shown."""

OPEN = "\ue0fa"
CLOSE = "\ue0fb"

IsSecret = Callable[[str, str | None], bool]
"""(variable name, its value or None where unset) → is it secret? Decides by name first, so that both agree."""

_REFERENCE = Regex(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")


def reference(name: str) -> str:
    """Write the reference that stands for the value of the secret variable `name`."""
    return f"{OPEN}{name}{CLOSE}"


@lru_cache(maxsize=8192)
def references(text: str) -> tuple[str, ...]:
    """Names of the secret variables in `text`, each once, in order."""
    return tuple(dict.fromkeys(_REFERENCE.findall(text))) if OPEN in text else ()


def sole_reference(text: str) -> str | None:
    """The variable whose reference `text` is, and nothing beside it; None for any other text."""
    if not (text.startswith(OPEN) and text.endswith(CLOSE)):
        return None
    name = text[1:-1]
    return None if OPEN in name or CLOSE in name else name


def substitute(text: str, write: Callable[[str], str], keep: Callable[[str], str] | None = None) -> str:
    """Rewrite `text` piece by piece: references by `write(name)`, the text between them by `keep`."""
    if keep is None:
        return _REFERENCE.sub(lambda found: write(found[1]), text) if OPEN in text else text
    return "".join(write(piece) if is_name else keep(piece) for is_name, piece in pieces(text))


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Split `text` into (is a reference, its name or the plain text) pairs; empty plain pieces are left out."""
    for index, piece in enumerate(_REFERENCE.split(text)):
        if index % 2 or piece:
            yield bool(index % 2), piece


def visible(text: str) -> str:
    """Write references as people know them, `${DB_PASSWORD}`: for messages, labels, and output that names things."""
    return substitute(text, lambda name: f"${{{name}}}")
