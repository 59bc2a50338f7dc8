"""Shell text taken apart, as well as that can be done without being that shell: commands, each a list of words.

Text that no shell would take (a quote that is open to the end) is read all the same. The time is linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = Regex(
    r"(?P<blank>[ \t\r]+|\\\r?\n)|(?P<comment>#[^\n]*)|(?P<end>&&|\|\||;;?|[|&\n()])"
    r"|(?P<redirection>\d?(?:<<<?-?|>>?|<)&?)"
    r"|(?P<word>(?:[^\s;|&()<>\"'\\`]|\\[\s\S]|\"(?:[^\"\\]|\\[\s\S])*+\"|\$?'[^']*+'|[\"'`])+)|(?P<other>[\s\S])"
)
_PIECE: Final = Regex(r"\\\n|\\([\s\S])|\"((?:[^\"\\]|\\[\s\S])*+)\"|\$?'([^']*+)'|([^\"'\\]+)|(.)", re.DOTALL)
_ESCAPE: Final = Regex(r"\\([\"\\$`\n])")


class Command(NamedTuple):
    """The words of one command, and where each stands in the text: (first character, the one after the last).

    piped: what it writes goes to the next command.
    """

    words: list[str]
    places: list[tuple[int, int]]
    piped: bool = False


def commands(text: str) -> Iterator[Command]:
    """Take a text apart into its commands, in order; words without their quotes."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "word":
            raw = token[0]
            words.append(unquoted(raw) if _has_quotes(raw) else raw)
            places.append(token.span())
        elif kind == "end" and words:
            yield Command(words, places, token[0] == "|")
            words, places = [], []
    if words:
        yield Command(words, places)


def _has_quotes(raw: str) -> bool:
    return '"' in raw or "'" in raw or "\\" in raw


def unquoted(raw: str) -> str:
    """Take the quotes of a shell off a word."""
    written = ""
    for piece in _PIECE.finditer(raw):
        escaped, double, single, plain, other = piece.groups()
        if double is not None:
            written += _ESCAPE.sub(lambda found: "" if found[1] == "\n" else found[1], double)
        else:
            written += escaped or single or plain or (other if other and other not in "\"'" else "") or ""
    return written
