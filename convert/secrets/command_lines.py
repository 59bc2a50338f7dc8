"""Plain secrets among the words of a command: the value of `--requirepass`, of mysql's `-p…`, of curl's `-u name:…`.

The words may be arguments, or one text that a shell takes apart; both are looked at, as well as that can be done
without being that shell.
"""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from convert.compose.references import OPEN
from convert.secrets.detection import by_name, detect, text_hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class PlainSecret(NamedTuple):
    """A secret in a command: `at`, the index of its word, and how it was recognised; never its value."""

    at: int
    reason: str


_INTERESTING: Final = re.compile(
    r"-[paPuw]|-[\w-]*(?:pass|pwd|secret|token|auth|key|cred)|(?:pass|pwd|secret|token|key)\w*=", re.IGNORECASE
).search
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=").match
_PASSWORD_FLAGS: Final = frozenset({"requirepass", "masterauth", "masterpass", "adminpass", "storepass", "keypass"})
_KEY_OWNERS: Final = frozenset(
    "api access account app auth encryption license master private secret session signing".split()
)
_JOINED: Final = frozenset({"mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump"})
"""Programs whose password follows `-p` without a space."""

_FOLLOWING: Final = {
    "redis-cli": "-a", "valkey-cli": "-a", "keydb-cli": "-a", "mongosh": "-p", "mongo": "-p", "mongodump": "-p",
    "sshpass": "-p", "ldapsearch": "-w", "ldapadd": "-w", "clickhouse-client": "--password",
}  # fmt: skip
"""Program → the flag before its password."""

_PAIR: Final = {"curl": "-u", "http": "-a"}
"""Program → the flag before `name:password`."""


def plain_secrets(words: Iterable[str]) -> tuple[PlainSecret, ...]:
    """Find the secrets that stand in a command as plain text, each word at most once; secret variables are none."""
    return _plain_secrets(tuple(words))


@lru_cache(maxsize=1024)
def _plain_secrets(words: tuple[str, ...]) -> tuple[PlainSecret, ...]:
    return tuple(_search(words))


def _search(words: tuple[str, ...]) -> Iterator[PlainSecret]:
    told: set[int] = set()
    for index, word in enumerate(words):
        hit = text_hit(word)
        reason = f"{hit.rule}: {hit.reason}" if hit and hit.kind == "secret" else ""
        if not reason and " " in word and _INTERESTING(word):
            reason = next((found.reason for found in _among(_split(word))), "")
        if reason:
            told.add(index)
            yield PlainSecret(index, reason)
    for found in _among(words):
        if found.at not in told:
            told.add(found.at)
            yield found


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _among(words: Sequence[str]) -> Iterator[PlainSecret]:
    programs: set[str] = set()
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            if equals and _is_flag(name, value):
                yield PlainSecret(index, f"A1: the value of `{name}`")
            elif not equals and not following.startswith("-") and _is_flag(name, following):
                yield PlainSecret(index + 1, f"A1: the value of `{name}`")
            else:
                yield from _short(word, following, index, programs)
        elif _ASSIGNMENT(word):
            name, _, value = word.partition("=")
            hit = detect(name, value) if _is_plain(value) else None
            if hit and hit.kind != "suspect":
                yield PlainSecret(index, f"A1: the value of `{name}`")
        else:
            programs.add(basename(word))


def _is_flag(name: str, value: str) -> bool:
    """Does a flag of this name take a secret, and is this value one?"""
    if not _is_plain(value):
        return False
    hit = by_name(name)
    words = name.lower().split("-")
    if hit and hit.rule == "K3" and (len(words) < 2 or words[-2] not in _KEY_OWNERS):  # noqa: PLR2004  the word before
        return False
    if name.lower() in _PASSWORD_FLAGS:
        return True
    found = detect(name, value) if hit else None
    return found is not None and found.kind != "suspect"


def _short(word: str, following: str, index: int, programs: set[str]) -> Iterator[PlainSecret]:
    if word.startswith("-p") and _is_plain(word[2:]) and not programs.isdisjoint(_JOINED):
        yield PlainSecret(index, "A2: a password after `-p`")
        return
    takes_one = any(_FOLLOWING.get(program) == word for program in programs)
    takes_pair = any(_PAIR.get(program) == word for program in programs)
    if (takes_one and _is_plain(following)) or (takes_pair and _is_plain(following.partition(":")[2])):
        yield PlainSecret(index + 1, f"A2: a password after `{word}`")


def _is_plain(value: str) -> bool:
    """Is it a value, rather than nothing, the name of one, or a reference that is bound?"""
    return bool(value) and value[0] not in "$<{`" and OPEN not in value
