"""Writes secrets one after the other; an interrupt ends the run between two of them, and it is told how far it got."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from longshore.errors import INTERRUPTED
from longshore.stores.interface import BackendError, Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from longshore.cli.secrets.changes import Change
    from longshore.cli.shell import Shell
    from longshore.stores.interface import Backend


class Written(NamedTuple):
    """Path → id of the new version. code: 0; 1 where a secret was left, 4 by the backend, 130 by an interrupt."""

    versions: Mapping[str, str]
    code: int


def write_all(changes: Sequence[Change], backend: Backend, shell: Shell) -> Written:
    """Write each change; what fails is told.

    A secret that somebody else changed meanwhile is left as it is, which is no reason to leave the next one; where the
    backend itself is in the way, nothing more is tried.
    """
    return one_by_one(changes, lambda each: backend.write(each.path, each.values, each.base), shell)


def one_by_one(changes: Sequence[Change], write: Callable[[Change], str], shell: Shell) -> Written:
    """Do `write` for each change, an interrupt being heeded only between two of them."""
    versions: dict[str, str] = {}
    code = 0
    with _interrupts() as interrupted:
        for each in changes:
            if interrupted:
                done = f"{len(versions)} of {len(changes)} secrets are written, each of them whole"
                shell.err.write(f"interrupted: {done}\n")
                code = INTERRUPTED
                break
            try:
                versions[each.path] = write(each)
            except BackendError as error:
                shell.err.write(f"error: {error.message}\n" + (f"help: {error.help}\n" if error.help else ""))
                code = 1 if isinstance(error, Changed) else error.code
                if code != 1:
                    break
            else:
                shell.err.write(f"wrote {each.path}\n")
                shell.err.flush()
    return Written(versions, code)


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect interrupts instead of being ended by the first; the second one ends the program at once."""
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
