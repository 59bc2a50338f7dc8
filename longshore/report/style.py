"""Colour and width of a text: plain unless somebody says that it goes to a terminal."""

from __future__ import annotations

from typing import NamedTuple

from longshore.model import Severity

_CODES = {
    "red": "31",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
    "green": "32",
    "magenta": "35",
    "bold": "1",
    "faint": "2",
}

SEVERITY_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Style(NamedTuple):
    """How to write a text: at most `width` characters a line, with ANSI colours or none. Colour alone says nothing."""

    width: int = 100
    coloured: bool = False

    def paint(self, text: str, *colours: str) -> str:
        """Wrap `text` in colours (`red`, `bold` …), where there are colours."""
        if not self.coloured or not text:
            return text
        return f"\033[{';'.join(_CODES[colour] for colour in colours)}m{text}\033[0m"


PLAIN = Style()
