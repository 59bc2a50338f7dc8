"""The program that is copied to a machine: `python3 longshore-inventory.pyz > vm.json`. The verb does the same.

Standard output, or the files that are named, are all that it writes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from typing import Any, Callable, Iterator, NamedTuple

from longshore.inventory.collector import document
from longshore.inventory.collector.engine import Engine, EngineError
from longshore.inventory.collector.samples import Plan, SamplesError, sample

UNREACHED, WRONG = 4, 2
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd]?)")
EVERY = 15.0
PERCENT = 0.8
LONGEST_PATIENCE, PAUSE = 600.0, 2.0
"""Seconds for which an engine that has gone is waited for after the samples are taken, and between two questions."""
SHORTEST = 2.0
"""Seconds of sampling where none is asked for: two rounds, so that something can be said of the processor."""


class Wish(NamedTuple):
    """What is asked for. engine: address, empty for the usual ones; samples: a file to keep and go on with, or none."""

    engine: str
    samples: str
    plan: Plan


def seconds(text: str) -> float | None:
    """Read a duration such as `90s`, `15m`, `24h` or `7d`; None where it is none."""
    match = _DURATION.fullmatch(text)
    return float(match.group(1)) * _UNITS[match.group(2) or "s"] if match else None


def collect(wish: Wish, tell: Callable[[str], None]) -> Iterator[str]:
    """Sample, take stock, and give the text of the inventory.

    tell: takes a sentence for whoever waits.

    Raises:
        EngineError: the engine can't be reached.
        SamplesError: the file of samples is none of this engine.
        OSError: it can't be written.
    """
    engine = Engine(wish.engine)
    told = document.identity(engine)
    with tempfile.TemporaryDirectory() as folder:
        path = wish.samples or os.path.join(folder, "samples.jsonl")
        sample(engine, str(told["id"]), path, wish.plan, tell)
        patience = min(wish.plan.seconds, LONGEST_PATIENCE)
        yield from document.text(_stock(engine, told, path, time.monotonic() + patience, tell), path)
    engine.close()


def _stock(
    engine: Engine, told: dict[str, Any], path: str, until: float, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Take stock; an engine that is being started again just then is waited for, so that no day of samples is lost."""
    while True:
        try:
            return document.inventory(engine, told, path)
        except EngineError as error:
            if not error.gone or time.monotonic() > until:
                raise
            tell(str(error) + "; asking again")
        time.sleep(PAUSE)


def main(words: list[str] | None = None) -> int:
    """Run as a program: 0 done, 2 a flag or a file is wrong, 4 the engine can't be reached."""
    given = _parser().parse_args(words)
    wish = Wish(given.host, given.samples, Plan(getattr(given, "for"), given.every, given.percent / 100))
    try:
        written = "".join(collect(wish, _tell))
        if not given.output_file:
            sys.stdout.write(written)
            return 0
        with open(given.output_file, "w", encoding="utf-8") as file:
            file.write(written)
    except EngineError as error:
        _tell("error: " + str(error))
        return UNREACHED
    except SamplesError as error:
        _tell("error: " + str(error))
        return WRONG
    except OSError as error:
        _tell(f"error: {error.filename}: {error.strerror}")
        return WRONG
    return 0


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="longshore-inventory",
        description="Takes stock of what runs here, for Longshore. No value of a variable, label, command or health "
        "check is written; nothing on this machine is changed.",
    )
    parser.add_argument("-H", "--host", default="", help="the engine, as DOCKER_HOST has it")
    parser.add_argument("--for", default=SHORTEST, type=_seconds, metavar="TIME", help="sample so long: 24h, 7d")
    parser.add_argument("--every", default=EVERY, type=_seconds, metavar="TIME", help="a sample so often (15s)")
    parser.add_argument("--percent", default=PERCENT, type=float, help="of one core, what sampling may take (0.8)")
    parser.add_argument("--samples", default="", metavar="FILE", help="keep samples here, and go on with those there")
    parser.add_argument("--output-file", default="", metavar="FILE", help="write there instead of to standard output")
    return parser


def _seconds(text: str) -> float:
    found = seconds(text)
    if found is None:
        raise argparse.ArgumentTypeError("is no duration such as 90s, 15m, 24h or 7d")
    return found
