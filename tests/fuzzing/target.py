"""What is held of every input: it ends, in one of our exit codes, and shows no canary and no control character."""

from __future__ import annotations

import gc
import io
import re
import signal
import traceback
from collections import Counter
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import longshore.cli.bug
from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.cli.terminal import tame
from longshore.errors import Refused
from tests.fuzzing.case import STDIN, decode
from tests.fuzzing.parts import PARTS
from tests.fuzzing.seeds import CANARY, ROOT
from tests.fuzzing.world import Elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.fuzzing.case import Case
    from tests.fuzzing.world import World

CODES = frozenset((0, 1, 2, 3, 4, 130))
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028-\u202e\u2066-\u2069]")
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_SECONDS = 60
_COLLECTED_EVERY = 2000
"""Inputs: to look for cycles after each of them would be a third of the time."""
_WHOLE = re.compile(rf"(?<![\w-]){CANARY}(?![\w-])".encode())


class TooSlow(Exception):  # noqa: N818  it says what the input is
    """An input takes a minute of the processor."""


class Failure(NamedTuple):
    """family: what several inputs of one fault have in common. told: all that there is to say."""

    family: str
    told: str


class Target:
    """Tries inputs and keeps one of each family that fails, with what happened."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self.families: Counter[str] = Counter()
        self.tried = 0
        gc.collect()
        gc.freeze()
        gc.disable()

    def __call__(self, data: bytes) -> None:
        """Try one input; never raises for a fault of the program."""
        self.tried += 1
        if self.tried % _COLLECTED_EVERY == 0:
            gc.collect()
        try:
            with _bounded():
                found = judged(decode(data), self._world)
        except TooSlow as slow:
            found = [Failure(_family(slow), "".join(traceback.format_exception(slow)))]
        for failure in found:
            self.families[failure.family] += 1
            if self.families[failure.family] == 1:
                self._keep(failure, data)

    def _keep(self, failure: Failure, data: bytes) -> None:
        name = sha256(failure.family.encode()).hexdigest()[:12]
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{name}.input").write_bytes(data)
        (self._folder / f"{name}.txt").write_text(f"{failure.family}\n\n{failure.told}\n", errors="backslashreplace")


@contextmanager
def _bounded() -> Iterator[None]:
    """Let an input that takes too much of the processor fail where it is, however busy the machine is."""

    def end(_number: int, _frame: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def judged(case: Case, world: World) -> list[Failure]:
    """Run one case, and say what is wrong with how it went."""
    part = PARTS.get(case.words[0]) if case.words else None
    return _part_judged(part, case, world) if part else _whole_judged(case, world)


def _part_judged(part: Callable[[Case], str], case: Case, world: World) -> list[Failure]:
    world.expect(case)
    try:
        told = part(case)
    except Refused as refused:
        told = f"{refused.message} {refused.help}"
    except Exception as bug:  # noqa: BLE001  what the fuzzer looks for
        return [Failure(_family(bug), "".join(traceback.format_exception(bug)))]
    return _shown(case, "", tame(told), b"")


def _whole_judged(case: Case, world: World) -> list[Failure]:
    world.fill(case)
    bugs: list[BaseException] = []
    real = longshore.cli.bug.report

    def report(bug: BaseException, arguments: Sequence[str], *, debug: bool) -> str:
        bugs.append(bug)
        return real(bug, arguments, debug=debug)

    longshore.cli.bug.report, world.closed = report, True
    out, err = io.StringIO(), io.StringIO()
    shell = Shell(out, err, io.BytesIO(case.other(STDIN)), case.variables, world.folder, case.words)
    try:
        code = run(case.words, shell)
    except Exception as bug:  # noqa: BLE001  what the fuzzer looks for
        bugs.append(bug)
        code = 0
    finally:
        longshore.cli.bug.report, world.closed = real, False
    if any(isinstance(bug, Elsewhere) for bug in bugs):
        return []
    found = [Failure(_family(bug), "".join(traceback.format_exception(bug))) for bug in bugs]
    if code not in CODES and not bugs:
        found.append(Failure(f"exit code {code}", err.getvalue()))
    return [*found, *_shown(case, out.getvalue(), err.getvalue(), world.written(case))]


def _shown(case: Case, out: str, err: str, written: bytes) -> list[Failure]:
    words, found = " ".join(case.words), []
    everything = out.encode(errors="replace") + err.encode(errors="replace") + written
    asked = "--show-v" in words or case.variables.get("LONGSHORE_SHOW_VALUES") or CANARY in words
    planted = any(_WHOLE.search(content) for _, content in case.parts)
    if planted and not asked and CANARY.encode() in everything:
        line = next((line for line in everything.split(b"\n") if CANARY.encode() in line), b"")
        where = re.sub(r"[^a-z]+", " ", line.decode(errors="replace").replace(CANARY, "CANARY").lower())[:60]
        found.append(Failure(f"canary shown by {case.words[0]}: {where}", line.decode(errors="replace")))
    for name, text in (("out", out), ("err", err)):
        raw = _RAW.search(_COLOUR.sub("", text))
        if raw:
            line = text[: raw.start()].rpartition("\n")[2][:40]
            found.append(Failure(f"{raw[0]!r} on {name} of {case.words[0]}", f"{line!r} {raw[0]!r}"))
    return found


def _family(bug: BaseException) -> str:
    """The kind of an exception and where in our code it came up."""
    frames = traceback.extract_tb(bug.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(f"{ROOT}/") and "/.venv/" not in frame.filename]
    place = next((frame for frame in reversed(ours) if "/tests/" not in frame.filename), None)
    where = f"{Path(place.filename).relative_to(ROOT)}:{place.name}" if place else "outside"
    return f"{type(bug).__name__} in {where}"
