"""One input of the fuzzer: a command line and the world that it finds, written as bytes that a fuzzer can change.

Parts are separated by a record separator, a part's name from its content by a unit separator. The first part is the
command line, one word per line. Every other is a file of the folder, but for the names in `OTHERS`.
"""

from __future__ import annotations

from typing import NamedTuple

RECORD, UNIT = b"\x1e", b"\x1f"

VARIABLES, STDIN, STORE = "!variables", "!stdin", "!store"
OTHERS = (VARIABLES, STDIN, STORE)
"""Lines `NAME=value` of the environment; the standard input; the answers of the secret store, one per line."""

LINK, FOLDER = "@", "/"
"""A name that begins with the one is a symbolic link to its content, a name that ends in the other is a folder."""

_LONGEST_NAME, _MOST_PARTS = 80, 24


class Case(NamedTuple):
    """words: after `longshore`. parts: name → content, files and the like, in order."""

    words: tuple[str, ...]
    parts: tuple[tuple[str, bytes], ...]

    def other(self, name: str) -> bytes:
        """The content of one of OTHERS."""
        return next((content for known, content in self.parts if known == name), b"")

    @property
    def variables(self) -> dict[str, str]:
        """The environment; names and values as a system would take them."""
        lines = self.other(VARIABLES).decode(errors="replace").replace("\0", "").splitlines()
        pairs = (line.partition("=") for line in lines)
        return {name: value for name, equals, value in pairs if name and equals}


def encode(case: Case) -> bytes:
    """Write a case."""
    parts = ["\n".join(case.words).encode(errors="replace")]
    parts += [name.encode(errors="replace") + UNIT + content for name, content in case.parts]
    return RECORD.join(part.replace(RECORD, b"") for part in parts)


def decode(data: bytes) -> Case:
    """Read what `encode` wrote, or whatever else: every text is a case."""
    first, *rest = data.split(RECORD)[:_MOST_PARTS]
    words = tuple(word for word in first.decode(errors="replace").replace("\0", "").split("\n") if word)
    parts: dict[str, bytes] = {}
    for part in rest:
        name, unit, content = part.partition(UNIT)
        text = name.decode(errors="replace")[:_LONGEST_NAME]
        if unit and text:
            parts[text] = content
    return Case(words, tuple(parts.items()))
