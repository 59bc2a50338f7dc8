"""Secrets in command lines: by the name of a flag or variable, by the grammar of a known program, by their look.

A command is a list of words, or a text that a shell takes apart; a word of several words may be such a text itself
(`sh -c '…'`, `ssh host '…'`). What a here-document or `-e "SQL"` says is text, and read as text.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from posixpath import basename
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.secrets.detection import hits, values
from longshore.convert.secrets.detection.addresses import is_variable
from longshore.convert.secrets.detection.generated import generated
from longshore.convert.secrets.detection.hits import Found, Hit
from longshore.convert.secrets.detection.names import is_identifier, name, words
from longshore.convert.secrets.detection.notations import may_tell
from longshore.convert.secrets.detection.programs import PROGRAMS, READERS, SHORT, USER_FLAGS
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.convert.secrets.detection.shell import commands
from longshore.convert.secrets.detection.texts import find
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from longshore.convert.secrets.detection.programs import Grammar


class Argument(NamedTuple):
    """A secret in a command: `at`, the index of its word, the value, and by which rule; the hit never says it."""

    at: int
    value: str
    hit: Hit


class _Placed(NamedTuple):
    """A secret in a text for a shell: the word from `start` to `end` holds it, within quotes perhaps."""

    start: int
    end: int
    value: str
    hit: Hit


_ASSIGNMENT: Final = Regex(r"[A-Za-z_][\w.]*=")
_KEY_OWNERS: Final = frozenset(
    "api access account app auth encryption license master private secret session signing client shared".split()
)
_COMMAND: Final = Regex(r"(?:^|\s)--?[A-Za-z]|\||&&")
_PLAIN_LONG: Final = Regex(r"[A-Za-z0-9+/_=.-]{20,}")
_SPEAKS: Final = Regex(r"(?i)\b(?:log-?in|unlock|join|register|sign-?in|activate|enroll?)\b|<<<")
_DEPTH: Final = 4
_FARTHEST: Final = 12
"""Of the words after a program's name, flags not counted, so many are looked at for the places of its grammar."""


def is_command(text: str) -> bool:
    """Could a text be a command line: has it flags, or the name of a known program?"""
    return (
        bool(_COMMAND.search(text)) or basename(text.split(maxsplit=1)[0] if text.split(maxsplit=1) else "") in PROGRAMS
    )


@lru_cache(maxsize=2048)
def secrets_of(text: str) -> tuple[Found, ...]:
    """Find the secrets in a command line that a shell takes apart, those of its text too."""
    found = list(find(text))
    for placed in _in_text(text, 0):
        start = text.find(placed.value, placed.start, placed.end)
        end = start + len(placed.value) if start >= 0 else placed.end
        found.append(Found(max(start, placed.start), end, placed.hit))
    found += _others(text, [(one.start, one.end) for one in found])
    return tuple(found)


def _others(text: str, known: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """What looks generated in a command, and is no part of what was found already."""
    for start, end in generated(text):
        if not any(first < end and start < last for first, last in known):
            yield Found(start, end, _of_generated(text))


def _of_generated(command: str) -> Hit:
    """Where a command speaks of secrets, a word that looks generated is one; elsewhere it is worth a warning."""
    return hits.GENERATED if may_tell(command) or _SPEAKS.search(command) else hits.RANDOM


def _generated_in(given: Sequence[str], known: Sequence[Argument]) -> Iterator[Argument]:
    """The same among the words of a command."""
    whole = ""
    for at, word in enumerate(given):
        spans = list(generated(word))
        if not spans or _is_named_public(given[at - 1] if at else ""):
            continue
        whole = whole or " ".join(given)
        inside = [one.value for one in known if one.at == at and one.hit.kind == "secret"]
        for start, end in spans:
            if not any(word[start:end] in value for value in inside):
                yield Argument(at, word[start:end], _of_generated(whole))


def _is_named_public(flag: str) -> bool:
    key = flag.lstrip("-")
    return flag[:1] == "-" and (is_identifier(key) or name(key).strength == "public")


def arguments_of(given: Iterable[str]) -> tuple[Argument, ...]:
    """Find the secrets among the words of a command; each word may be a text for a shell."""
    return _arguments(tuple(given))


@lru_cache(maxsize=2048)
def _arguments(given: tuple[str, ...]) -> tuple[Argument, ...]:
    found: list[Argument] = []
    for at, word in enumerate(given):
        found += [Argument(at, word[one.start : one.end], one.hit) for one in find(word)]
        if " " in word or "\n" in word or ";" in word:
            found += [Argument(at, one.value, one.hit) for one in _in_text(word, 1)]
    found += _among(given)
    found += list(_generated_in(given, found))
    if "|" in given:
        ends = tuple(accumulate(len(word) + 1 for word in given))
        placed = _in_text(" ".join(given), 1)
        found += [Argument(bisect_right(ends, one.start), one.value, one.hit) for one in placed]
    return tuple(found)


def _in_text(text: str, depth: int) -> Iterator[_Placed]:
    """Secrets of a text that a shell takes apart."""
    piped: list[_Placed] = []
    for command in commands(text):
        program = basename(command.words[0])
        if piped and not READERS.isdisjoint(map(basename, command.words[:4])):
            yield from piped
        for found in _among(command.words):
            yield _Placed(*command.places[found.at], found.value, found.hit)
        for word, place in zip(command.words, command.places, strict=True):
            if depth < _DEPTH and (" " in word or "\n" in word):
                yield from (_Placed(*place, one.value, one.hit) for one in _in_text(word, depth + 1))
                yield from (_Placed(*place, word[one.start : one.end], one.hit) for one in find(word))
        echoes = command.piped and program in {"echo", "printf", "print"}
        piped = list(_echoed(command.words, command.places)) if echoes else []


def _echoed(given: Sequence[str], places: Sequence[tuple[int, int]]) -> Iterator[_Placed]:
    """What `echo` gives to a program that reads a secret: `secret`, or `name:secret`."""
    for word, place in zip(given[1:], places[1:], strict=True):
        value = values.login(word.strip()) or word.strip()
        if not word.startswith("-") and _is_plain(value) and "%" not in value and " " not in value:
            yield _Placed(*place, value, hits.ARGUMENT)


def _among(given: Sequence[str]) -> Iterator[Argument]:
    """Secrets among the words of one command, in time that is linear in them: each word has a bounded neighbourhood."""
    grammars: dict[int, Grammar] = {}  # each once, however often its programs are named
    distinct = frozenset(given)
    for at, word in enumerate(given):
        following = given[at + 1] if at + 1 < len(given) else ""
        if word[:1] == "-" and len(word) > 1:
            yield from _flag(word, following, at, grammars.values())
        elif _ASSIGNMENT.match(word):
            key, _, value = word.partition("=")
            if _is_secret(key, value):
                yield Argument(at, value, Hit("A1", "secret", f"the value of `{key}`"))
        else:
            program = basename(word)
            if program in PROGRAMS:
                grammar = PROGRAMS[program]
                if not grammar.only or grammar.only in distinct:
                    grammars[id(grammar)] = grammar
                yield from _places(PROGRAMS[program], program, given, at)
            elif at and _is_bare_name(word) and _is_plain(following) and _is_value(following):
                yield Argument(at + 1, following, Hit("A1", "secret", f"the word after `{word}`"))
            elif at and _looks_like_one(word, given[at - 1]):
                yield Argument(at, word, hits.RANDOM)


def _flag(word: str, following: str, at: int, grammars: Collection[Grammar]) -> Iterator[Argument]:
    key, equals, value = word.lstrip("-").partition("=")
    if "$" in key or (following[:1] == "-" and not looks_random(following)):
        following = ""  # `-p$PASSWORD shop` has its value, and this is another flag
    given, place = (value, at) if equals else (following, at + 1)
    pair = values.login(given)
    if _is_secret(key, given, flag=True):
        yield Argument(place, given, Hit("A1", "secret", f"the value of `{key}`"))
    elif any(
        word == flag or word.startswith(f"{flag}=") for grammar in grammars for flag in grammar.flags
    ) and _is_plain(given):
        given = given.removeprefix("pass:")
        if given[:5] not in {"file:", "env:"} and given[:4] != "env:":
            yield Argument(place, given, Hit("A2", "secret", f"a password after `{word.partition('=')[0]}`"))
    elif pair and _is_plain(pair) and any(word.partition("=")[0] in grammar.pairs for grammar in grammars):
        yield Argument(place, pair, Hit("A2", "secret", f"a password after `{word.partition('=')[0]}`"))
    elif pair and key.lower() in USER_FLAGS and looks_random(pair) and _is_plain(pair):
        yield Argument(place, pair, Hit("A2", "secret", f"a login after `--{key}`"))
    elif word[1:2] != "-" and (joined := _joined(word, grammars)):
        yield Argument(at, joined, Hit("A2", "secret", f"a password after `{word[:2]}`"))
    elif not equals and word in SHORT and _is_random(following):
        yield Argument(at + 1, following, Hit("A2", "secret", f"what stands after `{word}` looks random"))
    elif _looks_like_one(given, word):
        yield Argument(place, given, hits.RANDOM)


def _joined(word: str, grammars: Collection[Grammar]) -> str:
    """The secret that follows a flag of one letter without a blank: `-phunter2`, `-uname:hunter2`, `-Phunter2`."""
    if any(grammar.apart for grammar in grammars):
        return ""
    for grammar in grammars:
        for flag in (*grammar.joined, *(flag for flag in grammar.flags if len(flag) == 2)):  # noqa: PLR2004  `-p`
            if word.startswith(flag) and _is_plain(word[len(flag) :]):
                return word[len(flag) :]
        for flag in grammar.pairs:
            if len(flag) == 2 and word.startswith(flag) and _is_plain(values.login(word[2:])):  # noqa: PLR2004
                return values.login(word[2:])
    value = word[2:]
    return value if word[:2] in SHORT and _is_random(value) else ""


def _places(grammar: Grammar, program: str, given: Sequence[str], at: int) -> Iterator[Argument]:
    flags, plain = _following(given, at)
    for place in grammar.places:
        for first in range(min(len(plain) - len(place) + 1, 6)):
            window = plain[first : first + len(place)]
            if all(want in {"*", word.lower()} for want, (_, word) in zip(place, window, strict=True)):
                index, value = window[-1]
                if _is_plain(value):
                    yield Argument(index, value, Hit("A2", "secret", f"a password that `{program}` is given"))
                break
            if place[0] == "*":
                break
    if program == "htpasswd" and any("b" in word for word in flags) and plain:
        index, value = plain[-1] if len(plain) < 4 else plain[2]  # noqa: PLR2004  file, name, password
        if plain[2:] or any("n" in word for word in flags):
            yield from (Argument(index, value, hits.ARGUMENT) for _ in "1" if _is_plain(value))
    if program == "sqlplus" and plain:
        value = plain[0][1].partition("/")[2].partition("@")[0]
        yield from (Argument(plain[0][0], value, hits.ARGUMENT) for _ in "1" if _is_plain(value))


def _following(given: Sequence[str], at: int) -> tuple[list[str], list[tuple[int, str]]]:
    """The flags after a program's name, and the first other words with their indices, as far as any place goes."""
    flags: list[str] = []
    plain: list[tuple[int, str]] = []
    for index in range(at + 1, len(given)):
        word = given[index]
        if word[:1] == "-":
            flags.append(word)
        else:
            plain.append((index, word))
            if len(plain) == _FARTHEST:
                break
    return flags, plain


def _is_secret(key: str, value: str, *, flag: bool = False) -> bool:
    """Does a flag or variable of this name take a secret, and is this value one?"""
    if not _is_plain(value) or values.is_reference(value):
        return False
    meaning = name(key)
    if meaning.strength == "public":
        return False
    if meaning.strength == "secret":
        parts = words(key)
        if flag and meaning.rule == "K3" and (len(parts) < 2 or parts[-2] not in _KEY_OWNERS):  # noqa: PLR2004  the word before
            return _is_random(value)
        return not (
            values.is_nothing(value)
            or values.is_placeholder(value)
            or values.is_place(value)
            or values.is_public(value)
        )
    return meaning.strength == "telling" and _is_random(values.login(value) or ("" if meaning.pair else value))


def _is_bare_name(word: str) -> bool:
    return (
        word.isalpha()
        and name(word) in {name("password"), name("dbpassword")}
        and word.lower() not in {"pass", "token", "secret", "passwd"}  # `passwd` is a program, and `getent passwd`
        and word[-1] not in "sS"
    )


def _is_value(word: str) -> bool:
    return word[0] != ":" and not values.is_word(word) and values.in_file(word)  # `:name` is a variable of psql


def _is_random(value: str) -> bool:
    return _is_plain(value) and looks_random(value) and not values.is_place(value) and not values.is_public(value)


def _looks_like_one(word: str, before: str) -> bool:
    """Does a word look random that nothing is known of? That alone is worth a warning."""
    if not _PLAIN_LONG.fullmatch(word) and not (len(word) > 11 and word.isalnum()):  # noqa: PLR2004  letters
        return False
    meaning = name(before.lstrip("-"))
    capitals = word.isupper() and len(word) < 24  # noqa: PLR2004  the identifier of a key, most often
    return not capitals and _is_random(word) and meaning.strength != "public" and "/" not in word and "." not in word


def _is_plain(value: str) -> bool:
    """Is it a value, rather than nothing, the name of one, or a reference that is bound?"""
    value = value.strip("\"'\\")
    return bool(value) and value[0] not in "`<" and not is_variable(value) and not value.startswith("-")
