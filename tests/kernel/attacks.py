"""Texts on which a regular expression that is not linear shows it: made of its own parts, repeated.

Time grows faster than the text where a prefix matches at many places and what must follow never comes, or where two
repetitions share what they take. So every prefix of a pattern, every part that it repeats, and every class of
characters in it is written many times, with ends that nothing expects.
"""

from __future__ import annotations

import re
import re._constants as constants
import re._parser as parser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ENDS = ("", "!\n", " x\0")
COMMON = (*" \n\t1-._/\"'{$@:=,\\([#", "a.", "a-", "a ", "aA1", '\\"', "\\'")
_LONGEST = 200
_CATEGORIES = {"SPACE": " ", "DIGIT": "1", "WORD": "a", "NOT_SPACE": "a", "NOT_WORD": "-", "NOT_DIGIT": "a"}
_REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Write the texts for a pattern: what stands before, what is to be repeated, how it ends."""
    written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(written, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    found: set[tuple[str, str]] = {("", common) for common in COMMON}
    for repeated in (False, True):
        found.add(("", _sample(tree, found, repeated=repeated)))
    return [
        (before[:_LONGEST], pump, end) for before, pump in sorted(found) if 0 < len(pump) < _LONGEST for end in ENDS
    ]


def _sample(tree: Sequence[Any], found: set[tuple[str, str]], *, repeated: bool) -> str:
    """A text that a part of a pattern matches; (what stands before, what to repeat) go to `found` on the way."""
    written = ""
    for kind, value in tree:
        if kind is constants.LITERAL:
            written += chr(value)
        elif kind is constants.NOT_LITERAL:
            written += "a" if value != ord("a") else "b"
        elif kind is constants.ANY:
            written += "a"
        elif kind is constants.IN:
            written += _members(value)[0]
        elif kind in _REPEATS:
            least, _, part = value
            body = _sample(part, found, repeated=repeated)
            single = _members(part[0][1]) if len(part) == 1 and part[0][0] is constants.IN else ()
            for pump in (body, *single):
                found |= {(written, pump), ("", pump), ("", written + pump)}
            written += body * max(least, int(repeated))
        elif kind is constants.SUBPATTERN:
            written += _sample(value[3], found, repeated=repeated)
        elif kind is constants.ATOMIC_GROUP:
            written += _sample(value, found, repeated=repeated)
        elif kind is constants.BRANCH:
            branches = [_sample(branch, found, repeated=repeated) for branch in value[1]]
            found |= {("", written + branch) for branch in branches}
            written += branches[0]
        found.add(("", written))
    return written


def _members(items: Sequence[Any]) -> list[str]:
    """A few characters of a class."""
    if items[0][0] is constants.NEGATE:
        outside = [character for character in "a 1-.\"'x=:/" if not any(_holds(item, character) for item in items[1:])]
        return outside[:2] or ["a"]
    return [_member(kind, value) for kind, value in items]


def _member(kind: Any, value: Any) -> str:
    if kind is constants.CATEGORY:
        return _CATEGORIES[str(value).removeprefix("CATEGORY_")]
    return chr(value[0] if kind is constants.RANGE else value)


def _holds(item: tuple[Any, Any], character: str) -> bool:
    kind, value = item
    if kind is constants.RANGE:
        return value[0] <= ord(character) <= value[1]
    if kind is constants.LITERAL:
        return value == ord(character)
    name = str(value).removeprefix("CATEGORY_")
    letter = {"SPACE": r"\s", "DIGIT": r"\d", "WORD": r"\w"}[name.removeprefix("NOT_")]
    return bool(re.match(letter.upper() if name.startswith("NOT_") else letter, character))
