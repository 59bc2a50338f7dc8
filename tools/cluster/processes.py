"""Starts programs beside each other, keeps their logs, and stops them without leaving one behind."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

SECONDS_TO_STOP = 10.0
_LINES_OF_A_LOG = 12
_PR_SET_PDEATHSIG = 1


class ProcessFailedError(Exception):
    """A program did not start or did not get ready; the message ends with the last lines of its log."""


class Process(NamedTuple):
    """A running program."""

    name: str
    log: Path
    handle: subprocess.Popen[bytes]


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on at this moment, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _end_with_parent() -> None:
    """Linux ends the child when its parent is killed too hard to clean up; elsewhere there is no such call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(
    command: Sequence[str | Path],
    log: Path,
    *,
    name: str,
    environment: Mapping[str, str] | None = None,
    outlive: bool = False,
    keep: Sequence[int] = (),
) -> Process:
    """Start a program whose output goes to `log`.

    It runs in a session of its own, so that Ctrl-C in the terminal reaches us first and we stop it in order. With
    `outlive` it goes on when we end. `environment` is the whole of its environment; without it ours is inherited.
    `keep` are file descriptors that it gets beside its output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        handle = subprocess.Popen(
            [str(x) for x in command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=environment,
            start_new_session=True,
            pass_fds=keep,
            preexec_fn=None if outlive else _end_with_parent,  # noqa: PLW1509  the child only makes one system call
        )
    return Process(name, log, handle)


def wait_until(
    ready: Callable[[], bool], processes: Iterable[Process], what: str, seconds: float = 60.0, pause: float = 0.05
) -> None:
    """Wait until `ready()`; a program that ends meanwhile, or a minute without success, is an error with its log.

    Raises:
        ProcessFailedError: as said.
    """
    watched = list(processes)
    end = time.monotonic() + seconds
    while not ready():
        for each in watched:
            if each.handle.poll() is not None:
                raise ProcessFailedError(f"{each.name} ended with code {each.handle.returncode}\n{tail(each.log)}")
        if time.monotonic() > end:
            logs = "\n".join(f"{each.name} ({each.log}):\n{tail(each.log)}" for each in watched)
            raise ProcessFailedError(f"{what} was not ready in {seconds:.0f} seconds\n{logs}")
        time.sleep(pause)


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LINES_OF_A_LOG:])


def stop(processes: Sequence[Process]) -> None:
    """End one after the other in the order given; whoever does not end in ten seconds is killed.

    Not all at once: an API server whose etcd has gone first waits for it for minutes.
    """
    for each in processes:
        each.handle.terminate()
        try:
            each.handle.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            each.handle.kill()
            each.handle.wait()
