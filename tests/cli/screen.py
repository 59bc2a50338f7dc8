"""Runs `longshore` inside the test, as a user at a terminal or in a pipe would see it."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.program import run
from longshore.cli.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path


class Screen(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def longshore(
    *words: str, folder: Path, stdin: bytes = b"", environment: dict[str, str] | None = None, terminal: bool = False
) -> Screen:
    out, err = (Terminal(), Terminal()) if terminal else (StringIO(), StringIO())
    shell = Shell(out, err, BytesIO(stdin), environment or {}, str(folder), words)
    return Screen(run(words, shell), out.getvalue(), err.getvalue())
