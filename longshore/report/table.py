"""Text in columns, as wide as their widest cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), indent: str = "") -> list[str]:
    """Line rows up, two spaces between columns; the columns in `right` (from 0) end together instead of starting so."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        (indent + "  ".join(_cell(cell, widths[at], at in right) for at, cell in enumerate(row))).rstrip()
        for row in rows
    ]


def _cell(text: str, width: int, right: bool) -> str:  # noqa: FBT001  one caller
    return text.rjust(width) if right else text.ljust(width)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write a Markdown table; bars inside cells are escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)]
