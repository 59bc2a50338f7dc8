"""The lines of a file that a finding is about, with a caret below the place, and secret values masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.references import MASK
from longshore.report.masking import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.convert.secrets.detection.masks import Range
    from longshore.model import Span
    from longshore.report.style import Style

MORE = "…"


def sources_of(texts: Mapping[str, str]) -> dict[str, Source]:
    """Make files ready to show lines of."""
    return {name: Source(name, text) for name, text in texts.items()}


def excerpt(source: Source, span: Span, label: str, style: Style, colour: str) -> list[str]:
    """Show the line of `span`, the one before it, and carets with `label` below; lines end at the style's width."""
    if not 1 <= span.line <= len(source.lines):
        return []
    gutter = len(str(span.line))
    bar = style.paint(f"{'':{gutter}} |", "blue")
    lines = [bar]
    if span.line > 1 and source.lines[span.line - 2].strip():
        lines.append(
            _numbered(span.line - 1, gutter, _cut(shown(source, span.line - 1)[0], 0, style.width - gutter - 3), style)
        )
    text, hidden = shown(source, span.line)
    start, end = _move(span.column - 1, hidden), _move(span.column - 1 + max(span.length, 1), hidden)
    if any(first <= span.column - 1 < last for first, last in hidden):
        end = max(end, start + len(MASK))
    room = style.width - gutter - 3
    offset = _offset(start, end, len(text), room)
    lines.append(_numbered(span.line, gutter, _cut(text, offset, room), style))
    carets = "^" * max(1, min(_width(text[start:end]), room - (start - offset)))
    before = _width(text[offset:start])
    marked = _cut(f"{carets} {label}".rstrip(), 0, max(room - before, len(carets)))
    lines.append(f"{bar} {' ' * before}{style.paint(marked, colour, 'bold')}")
    return [*lines, bar]


def shown(source: Source, number: int) -> tuple[str, tuple[Range, ...]]:
    """One line as it may be shown: (text with secret values masked, the columns that were replaced)."""
    line = source.lines[number - 1].rstrip()
    hidden = source.hidden(number)
    pieces, last = [], 0
    for start, end in hidden:
        pieces += [line[last:start], MASK]
        last = end
    return printable("".join([*pieces, line[last:]])), hidden


def printable(text: str) -> str:
    """Replace what would command a terminal or end a line (controls, changes of writing direction), one for one."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    from unicodedata import category  # noqa: PLC0415  most lines are ASCII

    if character == "\t":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else character


def _move(column: int, hidden: Sequence[Range]) -> int:
    """Where a column of the file stands once the hidden ranges are masks."""
    moved = column
    for start, end in hidden:
        if column >= end:
            moved += len(MASK) - (end - start)
        elif column > start:
            moved += start - column
    return moved


def _offset(start: int, end: int, length: int, room: int) -> int:
    """How many characters to leave out on the left, so that the place is in view."""
    return 0 if length <= room or end < room else max(0, min(start - room // 3, length - room))


def _cut(text: str, offset: int, room: int) -> str:
    if offset:
        text = MORE + text[offset + 1 :]
    return text if len(text) <= room else text[: max(room - 1, 0)] + MORE


def _numbered(number: int, gutter: int, text: str, style: Style) -> str:
    return f"{style.paint(f'{number:>{gutter}} |', 'blue')} {text}".rstrip()


def _width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415  most lines are ASCII

    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
