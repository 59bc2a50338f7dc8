"""Regular expressions that are compiled when they are first asked something.

There are hundreds, a run needs half of them, and Python compiles one in the time in which a service is converted.
Source: https://docs.python.org/3/library/re.html#re.compile
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Matching = Callable[..., re.Match[str] | None]


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
