"""Regular expressions that are compiled when they are first asked something.

There are hundreds, a run needs half of them, and Python compiles one in the time in which a service is converted.
Source: https://docs.python.org/3/library/re.html#re.compile
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Matching = Callable[..., re.Match[str] | None]

_REPEATS = ("?", "*", "+", "{")


def alternatives(patterns: Iterable[str]) -> str:
    """Write patterns of which one is to match, `pass|pwd|token`, so that what they begin with is looked at once.

    Python tries one after the other at every place of a text: of ninety words that takes thirty times as long as of
    `p(?:ass|wd)|token`. Each begins with something that it cannot do without, so that the order of those that begin
    with the same letter, which stays, is the only one that matters.
    """
    found: dict[str, list[str]] = {}
    for pattern in dict.fromkeys(patterns):
        head = pattern[:1] if pattern[:1].isalnum() and pattern[1:2] not in _REPEATS else pattern
        found.setdefault(head, []).append(pattern[len(head) :])
    return "|".join(
        head + (rests[0] if len(rests) == 1 else f"(?:{alternatives(rests)})") for head, rests in found.items()
    )


class Regex:
    """A pattern of text; its methods are those of `re.Pattern`, and each is looked up once."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """What Python makes of it."""
        return re.compile(self.pattern, self.flags)

    @cached_property
    def search(self) -> Matching:
        """The first place in a text that it matches."""
        return self.compiled.search

    @cached_property
    def match(self) -> Matching:
        """The match at the beginning of a text."""
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> Matching:
        """The match that is all of a text."""
        return self.compiled.fullmatch

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[str]]]:
        """All matches, which do not overlap."""
        return self.compiled.finditer

    @cached_property
    def findall(self) -> Callable[..., list[Any]]:
        """The texts of all matches, or of their groups."""
        return self.compiled.findall

    @cached_property
    def sub(self) -> Callable[..., str]:
        """A text with something else in place of each match."""
        return self.compiled.sub

    @cached_property
    def split(self) -> Callable[..., list[Any]]:
        """What stands between the matches, and their groups."""
        return self.compiled.split
