"""The tutorial as somebody follows it: its blocks of commands, one after the other in one shell, and what each prints.

A block of commands is ` ```bash `, and what is seen below it ` ```text `, where a line `…` stands for any number of
lines. What is another one at every run (names of pods, ages, addresses, counts of visits) is compared as such.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_BLOCK: Final = re.compile(
    r"^```bash\n(?P<commands>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
_ANY_LINES: Final = "…"
_MARK: Final = "@@@ block "
_DIFFERS: Final = (
    (re.compile(r"\b([a-z][a-z-]*)-[0-9a-f]{8,10}-[0-9a-z]{5}\b"), r"\1-POD"),
    (re.compile(r"https?://[\w.\[\]:-]+"), "URL"),
    (re.compile(r"\bvisits \d+"), "visits N"),
    (re.compile(r"\bafter \d+ s\b"), "after N s"),
    (re.compile(r"\b(?:\d+[dhms]){1,2}\b"), "AGE"),
    (re.compile(r"[ \t]+"), " "),
)
"""What differs from run to run → what is compared in its place."""


class Block(NamedTuple):
    """Commands, and what the page says that they print; nothing where it does not say."""

    commands: str
    shown: str


class Printed(NamedTuple):
    """What came of a page. left: the first block that failed, or that was not run any more; -1 if all were."""

    outputs: list[str]
    left: int


def blocks(text: str) -> list[Block]:
    """The blocks of a page, in their order."""
    return [Block(found["commands"], found["shown"] or "") for found in _BLOCK.finditer(text)]


def follow(commands: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> Printed:
    """Run blocks in one shell, which ends at the first command that fails; what it has left running ends with it."""
    script = folder.with_suffix(".sh")
    lines = [f"echo '{_MARK}{number}'\n{block}" for number, block in enumerate(commands)]
    script.write_text("set -e\n" + "".join(lines) + f"echo '{_MARK}{len(commands)}'\n", "utf-8")
    log = folder.with_suffix(".log")
    with log.open("w") as out:
        shell = subprocess.Popen(
            ["bash", script], cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            shell.wait(seconds)
        finally:
            _end(shell.pid)
    outputs = re.split(rf"^{_MARK}\d+\n", log.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return Printed(outputs, -1 if shell.returncode == 0 and len(outputs) > len(commands) else len(outputs) - 1)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def fits(shown: str, printed: str) -> bool:
    """Whether something that was printed is what a page shows."""
    parts = [re.escape(part) for part in _lines(shown).split(f"{_ANY_LINES}\n")]
    return re.fullmatch("(?:.*\n)*?".join(parts), _lines(printed)) is not None


def _lines(text: str) -> str:
    return "".join(f"{line}\n" for line in _compared(text))


def _compared(text: str) -> Iterator[str]:
    for line in text.splitlines():
        told = line.rstrip()
        for differing, name in _DIFFERS:
            told = differing.sub(name, told)
        if told:
            yield told
