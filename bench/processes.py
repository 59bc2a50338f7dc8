"""Runs programs as whole processes, as a user would, and measures each by itself."""

from __future__ import annotations

import os
import subprocess
from statistics import median
from subprocess import DEVNULL
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Name = tuple[int, str]
"""Number of services, and what is measured."""


class Measure(NamedTuple):
    """Medians of several runs: wall-clock and processor seconds, and the highest peak of resident memory in bytes."""

    seconds: float
    processor: float
    peak: int


class Failed(Exception):  # noqa: N818  reads as what happened
    """A program did not end well; the message is the last thing it said."""


class Program(NamedTuple):
    """A command and the folder that it runs in."""

    command: Sequence[str]
    folder: Path


def compare(programs: Mapping[Name, Program], runs: int) -> dict[Name, Measure]:
    """Measure programs in turn, so that what else the machine does meets them alike; one run before does not count.

    Raises:
        Failed: one of them ended with an exit code other than 0.
    """
    for program in programs.values():
        _probe(program)
    found: dict[Name, list[Measure]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            found[name].append(_run(program))
    return {
        name: Measure(
            median(run.seconds for run in measured),
            median(run.processor for run in measured),
            max(run.peak for run in measured),
        )
        for name, measured in found.items()
    }


def refusal(program: Program) -> str:
    """Run a program that is expected to fail, and give its last words; empty where it did not fail."""
    try:
        _probe(program)
    except Failed as failed:
        return str(failed)
    return ""


def _probe(program: Program) -> None:
    done = subprocess.run(program.command, cwd=program.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Failed(said[-1] if said else f"exit code {done.returncode}")


def _run(program: Program) -> Measure:
    started = perf_counter()
    with subprocess.Popen(program.command, cwd=program.folder, stdout=DEVNULL, stderr=DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
