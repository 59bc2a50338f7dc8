"""The process around a verb: its streams, its environment, its terminal. Tests give one of their own."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from longshore.report.excerpt import printable
from longshore.report.findings import words
from longshore.report.style import PLAIN, Style
from longshore.report.wrapping import folded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PIPED_WIDTH = 100
PATIENCE = 1.0
"""Seconds after which somebody who waits at a terminal wants to know what for."""


class Shell(NamedTuple):
    """Where a verb reads and writes.

    out: the product only. err: everything else. environment: variables of the process. directory: where relative
    names start. arguments: the whole command line after `longshore`, for messages that repeat it.
    """

    out: TextIO
    err: TextIO
    stdin: BinaryIO
    environment: Mapping[str, str]
    directory: str
    arguments: tuple[str, ...] = ()

    def style(self, wish: str, stream: TextIO) -> Style:
        """Colour and width for one stream: `--color`, then NO_COLOR, FORCE_COLOR, then whether it is a terminal.

        wish: `auto`, `always`, `never`, or "" where the flag is not given.
        """
        terminal = stream.isatty()
        width = _columns(stream) if terminal else PIPED_WIDTH
        if wish in {"", "auto"}:
            forced = self.environment.get("FORCE_COLOR", "0") not in {"", "0"}
            dumb = self.environment.get("TERM") == "dumb"
            coloured = not self.environment.get("NO_COLOR") and (forced or (terminal and not dumb))
        else:
            coloured = wish == "always"
        return PLAIN._replace(width=width, coloured=coloured)

    def path(self, name: str) -> str:
        """The path of a file that is named on the command line."""
        return os.path.join(self.directory, name)

    def tell(self, kind: str, text: str) -> None:
        """Say one thing beside the product, `error: …`; a message may name what a file or a user wrote."""
        if self.err.isatty():
            self.err.write("\n".join(wrapped(f"{kind}: ", words(text), _columns(self.err))) + "\n")
        else:
            self.err.write(f"{kind}: {words(text)}\n")

    def name(self, what: str, names: Iterable[str]) -> None:
        """Name files beside the product, one a line: `wrote out/service-api.yaml`."""
        self.err.writelines(f"{what} {printable(name)}\n" for name in names)

    @contextmanager
    def busy(self, what: str, *, quiet: bool) -> Iterator[None]:
        """Say on a terminal what the body does, once that has lasted a second.

        It is a line of its own and no spinner: nothing has to be wiped away, and a log stays readable.
        """
        if quiet or not self.err.isatty():
            yield
            return
        from threading import Timer  # noqa: PLC0415  nobody waits in a pipe

        def say() -> None:
            self.err.write(f"{what} …\n")
            self.err.flush()

        timer = Timer(PATIENCE, say)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def show(self, text: str) -> None:
        """Write lines for people to the product's stream; those longer than a terminal is wide are broken."""
        if self.out.isatty():
            text = folded(text, _columns(self.out))
        self.out.write(text)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPED_WIDTH
    except OSError:
        return PIPED_WIDTH


def process() -> Shell:
    """The shell of this process.

    Streams of our own: UTF-8 wherever they go, and buffered even under PYTHONUNBUFFERED, where Python would take half
    of a write to a pipe that closes for all of it.
    """
    stdin = sys.stdin.buffer if sys.stdin else open(os.devnull, "rb")  # noqa: SIM115  whoever started us closed it
    return Shell(_stream(1), _stream(2), stdin, os.environ, os.getcwd(), tuple(sys.argv[1:]))


def _stream(number: int) -> TextIO:
    try:
        return open(number, "w", encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)
    except OSError:
        return open(os.devnull, "w", encoding="utf-8")
