"""What of a text may be shown to people: all but what the detector calls a secret, and what it cannot be sure of.

Where the detector needs a value to look like a secret, here the name is enough: what is hidden without need costs a
glance at the file, what is shown without need costs a new password.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from longshore.compose.references import MASK, OPEN
from longshore.convert.secrets.detection.commands import is_command, secrets_of
from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.notations import assignments, may_tell
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.convert.secrets.detection.texts import by_look, find
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Range = tuple[int, int]
"""Columns of a text, counted from 0: from the first hidden one to the one after the last."""

_NAMES: Final = (
    "pass|pasw|pwd|pw(?![a-z])|psk|secret|secrt|token|key|cred|auth|dsn|salt|pepper|private|signature|cert|cookie|session"
    "|hmac|bearer|jwt|webhook|licen[sc]e|mnemonic|seed|mdp|clave|senha|contrase|wachtw|geheim|kennw|parol|haslo|heslo|salasan"
    "|şifre|sifre|пароль|секрет|密|口令|パス|비밀"
)
SOUNDS_SECRET: Final = Regex(_NAMES, re.IGNORECASE)
"""A name under which nothing is shown."""

_LONG_FLAG: Final = Regex(
    rf"(?<![\w-])--?(?:[\w.]-?){{0,60}}?(?:{_NAMES})[\w.-]{{0,60}}[\"']?[\s,]+(?P<value>\"[^\"]*\"?|'[^']*'?|[^\s,\]]+)",
    re.IGNORECASE,
)
_SHORT_FLAG: Final = Regex(r"(?<![\w-])-[paPuwN][\"']?[\s,]*(?P<value>\"[^\"]*\"?|'[^']*'?|[^\s,\]]+)")
_WORD: Final = Regex(r"[^\s\"'`,;:{}\[\]()<>|&]{9,}")
_REFERENCE: Final = Regex(r"[\"']?\$(?:\w+|\{\w+(?::?\?[^}]*)?\})[\"']?,?\s*")
_DIGEST: Final = Regex(r"sha(?:256|384|512)[:-]$|[Kk]ey ?id ?$")
_RESOURCE: Final = Regex(r"(?:ami|eni|eipalloc|fs|fsap|i|igw|lt|nat|rtb|sg|snap|subnet|vol|vpc)-[0-9a-f]{8,17}")
"""The id of a thing in AWS, which opens nothing: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""

_LONGEST: Final = 4000
"""Of a longer text only the beginning is looked at; the rest is hidden."""


def hidden(text: str, *, command: bool = False) -> list[Range]:
    """Find the columns of a text that must not be shown, in any order; they may overlap.

    command: the text is, or belongs to, a command, where a short flag may take a secret.
    """
    found: list[Range] = []
    if len(text) > _LONGEST:
        found.append((_LONGEST, len(text)))
        text = text[:_LONGEST]
    found += [(one.start, one.end) for one in find(text)]
    if may_tell(text):
        found += _given(text)
        found += _matches(_LONG_FLAG, text)
    if command or is_command(text):
        found += [(one.start, one.end) for one in secrets_of(text)]
    if command:
        found += _matches(_SHORT_FLAG, text)
    return found + list(random_words(text))


def _given(text: str) -> Iterator[Range]:
    """All that stands behind a name that sounds secret: where the value ends, quotes and commas do not tell surely."""
    for setting in assignments(text, doubting=True):
        apart = setting.sign != ":" or setting.named or text[setting.start - 1] in " \t\"'"
        if setting.sign in {"", ","} or not apart or not SOUNDS_SECRET.search(setting.name):
            continue
        if name(setting.name).strength != "public" and not _REFERENCE.fullmatch(text[setting.start :]):
            yield setting.start, len(text)
            return


def _matches(pattern: Regex, text: str) -> Iterator[Range]:
    for match in pattern.finditer(text):
        if match["value"] and not _REFERENCE.fullmatch(match["value"]):
            yield match.span("value")


def random_words(text: str) -> Iterator[Range]:
    """Find the words that look random, but for digests, which many messages have."""
    for match in _WORD.finditer(text):
        if (
            looks_random(match[0])
            and OPEN not in match[0]
            and not _RESOURCE.fullmatch(match[0])
            and not _DIGEST.search(text, max(0, match.start() - 8), match.start())
        ):
            yield match.span()


def nothing_to_conceal(texts: Iterable[str]) -> bool:
    """Would `conceal` leave all of these as they are?

    Those without a telling name are looked through at once, which is faster. Between two of them is an empty line,
    beyond which no rule looks: what is found in one is found among the others.
    """
    distinct = dict.fromkeys(texts)
    telling = [text for text in distinct if may_tell(text)]
    if any(conceal(text) != text for text in telling):
        return False
    whole = "\n\n".join(distinct.keys() - telling)
    return next(by_look(whole), None) is None and next(random_words(whole), None) is None


@lru_cache(maxsize=8192)
def conceal(text: str) -> str:
    """Write a message without the secrets that it may quote."""
    if not text:
        return text
    found = merged([*((one.start, one.end) for one in find(text)), *random_words(text)], len(text))
    return replaced(text, found) if found else text


def replaced(text: str, ranges: Iterable[Range]) -> str:
    """Write a mask in the place of each range; they are in order and do not overlap."""
    pieces, last = [], 0
    for start, end in ranges:
        pieces += [text[last:start], MASK]
        last = end
    return "".join([*pieces, text[last:]])


def merged(ranges: Sequence[Range], length: int) -> tuple[Range, ...]:
    """Put ranges in order, those that touch into one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], min(max(end, found[-1][1]), length)
        elif start < length:
            found.append((start, min(end, length)))
    return tuple(found)
