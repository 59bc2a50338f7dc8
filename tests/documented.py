"""The commands that README, docs/ and the examples tell people to type, each with its place.

They stand in fenced blocks of `bash` or of no language, in indented blocks, and in code between backticks. What a page
quotes as output is none. A line of a usage (`[--yes]`, `NAME…`) is one without its brackets and dots.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.quoted import ROOT, pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS: Final = frozenset({"longshore", "make", "python", "python3"})
OTHERS: Final = frozenset("aws curl docker gh git helm kubectl kustomize pip pulumi ssh uvx vault".split())
SHELL: Final = frozenset(
    "cat cd chmod cp do done echo exit export fi for grep if jq kill mkdir mv rm sed sleep test then wait while".split()
)
"""Words of the shell, and programs that every machine has."""

_QUOTED: Final = re.compile(r"<!-- output of: .+ -->\n```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)
_FENCE: Final = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INDENTED: Final = re.compile(r"(?:^|(?<=\n\n)|(?<=:\n))((?:(?:    ).+\n)+)", re.MULTILINE)
_SPAN: Final = re.compile(r"(?<!`)`((?:[^`\n]|\n(?!\n))+)`(?!`)")
_DOCUMENT: Final = re.compile(r"<<-? *'?(\w+)'?(.*?)\n.*?^\1$", re.MULTILINE | re.DOTALL)
_CONTROL: Final = frozenset({"|", "||", "&&", "&", ";", ";;", "(", ")"})
_REDIRECTION: Final = frozenset({">", ">>", "<", "<<", "<<<", ">&", "&>"})
_SUBSTITUTED: Final = re.compile(r"\$\([^()]*\)")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*-[^\[\]]*|[A-Z]+…?)\]")
_VARIABLE: Final = re.compile(r"[A-Za-z_]\w*=")


class Command(NamedTuple):
    """One simple command: its words, where it stands (`docs/helm.md:8`), and whether a block of commands has it."""

    words: tuple[str, ...]
    place: str
    block: bool

    @property
    def program(self) -> str:
        """What is run."""
        return self.words[0]

    def __str__(self) -> str:
        return f"{self.place}: {shlex.join(self.words)}"


def documented() -> list[Command]:
    """Every command of every page."""
    own = (ROOT / "CONTRIBUTING.md", ROOT / "stacks" / "README.md", ROOT / "policy" / "README.md")
    return [command for page in (*pages(), *(each for each in own if each.exists())) for command in of(page)]


def of(page: Path) -> Iterator[Command]:
    """The commands of a page."""
    text = _QUOTED.sub(_blank, page.read_text("utf-8"))
    name = str(page.relative_to(ROOT))
    for found in _FENCE.finditer(text):
        if found[2] in {"bash", "sh", ""}:
            yield from _commands(found[3], f"{name}:{_line(text, found.start(3))}", strict=found[2] != "")
    rest = _FENCE.sub(_blank, text)
    for found in _INDENTED.finditer(rest):
        yield from _commands(found[1], f"{name}:{_line(rest, found.start(1))}", strict=False)
    prose = _INDENTED.sub(_blank, rest)
    for found in _SPAN.finditer(prose):
        program, _, more = found[1].partition(" ")
        if program in OURS | OTHERS and more.strip():
            for words in simple(found[1].replace("\n", " ")):
                yield Command(words, f"{name}:{_line(prose, found.start())}", block=False)


def _commands(text: str, place: str, *, strict: bool) -> Iterator[Command]:
    """strict: every line is a command; else those that begin with a program that people type."""
    name, _, first = place.rpartition(":")
    joined = _DOCUMENT.sub(lambda found: found[2] + "\n" * found[0].count("\n"), text)
    joined = re.sub(r"\\\n", " \x01", joined)
    line = int(first)
    for each in joined.split("\n"):
        known = OURS | OTHERS
        for words in simple(each.replace("\x01", "")):
            if strict or words[0] in known:
                yield Command(words, f"{name}:{line}", block=True)
        line += 1 + each.count("\x01")


def simple(line: str) -> Iterator[tuple[str, ...]]:
    """The simple commands of a line of a shell, without variables before them, redirections and comments."""
    plain = _SUBSTITUTED.sub("SUBSTITUTED", _OPTIONAL.sub(r" \1 ", line).replace("…", ""))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    words: list[str] = []
    target = False
    try:
        tokens = [*lexer, ";"]
    except ValueError:  # a quote that a later line closes: a text, and no command
        return
    for token in tokens:
        if token in _CONTROL:
            while words and _VARIABLE.match(words[0]):
                words.pop(0)
            if words:
                yield tuple(words)
            words, target = [], False
        elif token in _REDIRECTION:
            target = True
            if words and words[-1] in {"1", "2"}:
                words.pop()
        elif target:
            target = False
        else:
            words.append(token)


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
