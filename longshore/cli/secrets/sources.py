"""Where values come from: files of `KEY=value` lines, standard input, a prompt without echo, chance.

Never from the command line: it can be read by every process of the machine, and stays in histories and CI logs.
"""

from __future__ import annotations

import re
import secrets
import stat
import string
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.git import git
from longshore.compose.dotenv import MOST_BYTES, DotenvError, parse
from longshore.errors import Refused
from longshore.stores.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from longshore.cli.shell import Shell
    from longshore.compose.dotenv import Entry

ALPHABET: Final = string.ascii_letters + string.digits
"""Of generated values: none that means something in a URL, a shell or a YAML file."""

LENGTH: Final = 32
SHORTEST, LONGEST = 12, 1024
_RANDOM: Final = re.compile(r"(?P<key>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<length>[0-9]{1,5}))?").fullmatch


class Found(NamedTuple):
    """A value and where it came from: `.env`, `the prompt`, `the default in compose.yaml`.

    fallback: nobody gave it; it stands in for a value that the store has not got.
    """

    value: Value
    origin: str
    fallback: bool = False


def no_values(operands: Iterable[str]) -> None:
    """Refuse `KEY=value` on the command line, without repeating it."""
    for operand in operands:
        if "=" in operand:
            raise Refused(
                f"`{operand.partition('=')[0]}=…`: values are not taken from the command line, where every process of "
                "this machine, the shell's history and CI logs can see them",
                "give the name only and be asked for the value, or use `--from FILE` or `--from -`; "
                "change this value if it is in use anywhere",
            )


def from_files(names: Sequence[str], shell: Shell) -> dict[str, Found]:
    """Read files as compose reads `.env`; the last one that has a variable wins. `-` is standard input.

    Raises:
        Refused: a file can't be read, or a line of it; the message names the key, never what stands there.
    """
    found: dict[str, Found] = {}
    known: dict[str, str] = {}
    for name in names:
        text = _text(name, shell)
        shown = "standard input" if name == "-" else name
        try:
            entries = parse(text, shell.environment.get, known)
        except DotenvError as error:
            key = _key_of(text, error.line)
            raise Refused(
                f"{shown}:{error.line}:{error.column}: {f'{key}: ' if key else ''}{error.message}", error.help
            ) from None
        _all_there(shown, entries)
        for entry in entries:
            if entry.key and entry.value is not None:
                found[entry.key] = Found(Value(entry.value), shown)
    return found


def _all_there(shown: str, entries: Iterable[Entry]) -> None:
    """Refuse values of which a part would be lost: `Pa$sw0rd` is `Pa` to Docker, since nobody sets `sw0rd`."""
    cut = [
        f"{entry.key} (line {entry.line}: {len(entry.value or '')} characters are left of the {entry.written} written)"
        for entry in entries
        if entry.unset
    ]
    if cut:
        raise Refused(
            f"{shown}: a `$` begins the name of a variable that is not set, in {', '.join(cut)}",
            "Docker takes what is left, too. Put a value with a `$` of its own into single quotes, `NAME='...'`; a "
            "variable that may well be empty is written `${OTHER:-}`",
        )


def _text(name: str, shell: Shell) -> str:
    try:
        if name == "-":
            data = shell.stdin.read(MOST_BYTES + 1)
        else:
            path = Path(shell.directory, name)
            if not stat.S_ISREG(path.stat().st_mode):
                raise Refused(f"{name} is no regular file", "use `--from -` to read standard input")
            with path.open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused(f"{name} can't be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise Refused(f"{name} is larger than {MOST_BYTES // 1024} KiB", "is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(f"{name}:{line}: this is not UTF-8", "save the file as UTF-8") from None


def _key_of(text: str, number: int) -> str:
    """Name the variable that a line sets, where that is plainly a name."""
    lines = text.splitlines()
    line = lines[number - 1] if number <= len(lines) else ""
    match = re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]{0,63})\s*[=:]", line)
    return match[1] if match else ""


def cautions(names: Sequence[str], shell: Shell) -> list[str]:
    """What is unsafe about the files themselves: everybody may read them, or Git keeps them."""
    told = []
    for name in names:
        path = Path(shell.directory, name)
        if name == "-" or not path.exists():
            continue
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            told.append(f"{name} can be read by others on this machine: `chmod 600 {name}`")
        if _tracked(path):
            told.append(
                f"{name} is tracked by Git: `git rm --cached {name} && echo {name} >> .gitignore`, "
                "and change what was ever committed in it"
            )
    return told


def _tracked(path: Path) -> bool:
    if path.suffix in {".example", ".sample", ".template", ".dist"}:
        return False
    return git(str(path.parent), "ls-files", "--error-unmatch", "--", path.name) is not None


def lengths(wishes: Iterable[str]) -> dict[str, int]:
    """Read `KEY` and `KEY:length` of `--random`.

    Raises:
        Refused: it is neither, or the length is none for a password.
    """
    found = {}
    for wish in wishes:
        match = _RANDOM(wish)
        if not match:
            no_values([wish])
            raise Refused(f"`--random {wish}` is not KEY or KEY:length", "such as `--random SESSION_SECRET:48`")
        length = int(match["length"] or LENGTH)
        if not SHORTEST <= length <= LONGEST:
            raise Refused(f"a generated value has {SHORTEST} to {LONGEST} characters, not {length}")
        found[match["key"]] = length
    return found


def random_value(length: int) -> Found:
    """Make a value up: letters and digits, from the system's own source of chance."""
    return Found(Value("".join(secrets.choice(ALPHABET) for _ in range(length))), "chance")


def asked(names: Iterable[str]) -> dict[str, Found]:
    """Ask for values on the terminal, without echo; an empty answer leaves one out.

    A line break at the end is part of no answer, spaces are.
    """
    found = {}
    for name in names:
        answer = getpass(f"value of {name} (not shown, empty to leave it out): ")
        if answer:
            found[name] = Found(Value(answer), "the prompt")
    return found


def doubts(name: str, value: Value) -> list[str]:
    """What about a value is probably a mistake; says nothing of the value but that."""
    text = value.reveal()
    told = []
    if text != text.strip(" \t"):
        told.append(f"{name} begins or ends with a space")
    if "\r" in text:
        told.append(f"{name} has a carriage return in it: was the file written on Windows?")
    if not text.isascii():
        told.append(f"{name} has characters beyond ASCII, which some programs read in their own way")
    return told
