"""Long lines on a terminal: broken between words, what follows below the start of the text, so that it stays a column.

Only text for people goes through here. What a program reads is never broken, nor is anything that goes to a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_NARROWEST = 20
_LEAD = Regex(r" *(?:[-*] )?")
_GAP = Regex("( +)")
_COLOUR = Regex(r"\x1b\[[0-9;]*m")


def wrapped(lead: str, text: str, width: int) -> list[str]:
    """Break `text` into lines; those after the first stand below its start (or at 4, below a long lead)."""
    indent = " " * (len(lead) if len(lead) < width // 4 else 4)
    room = max(width, _NARROWEST)
    lines: list[str] = []
    line, fresh = lead, True
    for word in _pieces(text, room - len(indent)):
        if not fresh and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, fresh = indent, True
        line, fresh = (line + word if fresh else f"{line} {word}"), False
    return [*lines, line.rstrip()]


def _pieces(text: str, room: int) -> Iterator[str]:
    """The words of a text; what is too long for any line in pieces."""
    for word in text.split():
        yield from (word[start : start + room] for start in range(0, len(word), room))


def folded(text: str, width: int) -> str:
    """Break the lines of a text that are longer than `width`; what follows keeps their indentation, and two more."""
    return "".join(_fold(line, width) for line in text.splitlines(keepends=True))


def _fold(line: str, width: int) -> str:
    if _columns(line.rstrip("\n")) <= width:
        return line
    lead = _LEAD.match(line)
    assert lead  # noqa: S101  it matches the empty text too
    below = " " * min(lead.end() + 2, width // 2)
    room = max(width, _NARROWEST)
    first, *others = _GAP.split(line.rstrip("\n")[lead.end() :])
    lines, current = [], lead[0] + first
    for gap, word in zip(others[::2], others[1::2], strict=True):
        if _columns(current) + len(gap) + _columns(word) > room:
            lines.append(current)
            current = below + word
        else:
            current += gap + word
    return "\n".join([*lines, current]) + "\n" * line.endswith("\n")


def _columns(text: str) -> int:
    """How wide a text is without the colours in it."""
    return len(_COLOUR.sub("", text)) if "\x1b" in text else len(text)
