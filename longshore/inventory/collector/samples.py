"""Takes samples of memory and processor over hours, and what happened to containers in between, one JSON line each.

A line is on the disk before the next round begins. So whatever ends, the machine, the engine or this program, no sample
is lost that was taken, and a file that is there already is continued. While the engine does not answer it is asked
again and again, and the gap is in the file as what it is: nothing is made up for it.

What it costs is bounded by what it costs: a round begins when all rounds so far have taken no more than their share of
the processor.
Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple, TextIO

from longshore.inventory.collector.containers import name_of
from longshore.inventory.collector.engine import EngineError

if TYPE_CHECKING:
    from longshore.inventory.collector.engine import Engine

FORMAT = "longshore-samples"
VERSION = 1
EVENTS = ("oom", "die", "start", "health_status")
_DIE_OF_PODMAN = "died"
_LONGEST_WAIT = 30.0
_EVENTS_EVERY = 60.0
_ROUNDS = 2
_LONGEST_LINE = 64 << 10


class SamplesError(Exception):
    """A file of samples is none, or of another engine; the message has the place in it."""


class Plan(NamedTuple):
    """How long to sample and how often, in seconds; at least two rounds, since one says nothing of the processor.

    share: of one core, what sampling may take; beyond it, it asks less often.
    """

    seconds: float
    every: float
    share: float


def sample(engine: Engine, identity: str, path: str, plan: Plan, tell: Callable[[str], None]) -> None:
    """Append rounds of samples to a file until the time is over; identity: what the engine calls itself.

    Raises:
        SamplesError: the file is no file of samples, or one of another engine.
        OSError: it can't be written.
    """
    with open(path, "a+", encoding="utf-8") as file:
        last = _continued(file, path, identity)
        pace, asked = _Pace(plan._replace(every=min(plan.every, plan.seconds / _ROUNDS))), last
        while True:
            answered, lines = True, []
            try:
                for line in _round(engine):
                    lines.append(line)  # noqa: PERF402  those of before an error are kept
                if not asked or time.time() - asked >= pace.events or pace.ending:
                    now = time.time()
                    lines += _events(engine, asked, now)
                    asked = now
            except EngineError as error:
                if not error.gone and not pace.rounds:  # it never answered this; later it may be busy
                    raise
                if not pace.lost:
                    tell(str(error) + "; asking again")
                answered = False
            if lines and last and (pace.lost or not pace.rounds):
                lines.insert(0, {"t": round(time.time(), 2), "n": "", "e": "gap", "since": last})
            _append(file, lines)
            last = time.time() if answered or lines else last
            pause = pace.after(answered=answered)
            if pause is None:
                return
            time.sleep(pause)


class _Pace:
    """When the next round begins: as planned, later where rounds take more than their share, soon where none came."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._begun = self._started = time.monotonic()
        self._spent = time.process_time()
        self.events = min(_EVENTS_EVERY, plan.every * 4)
        self.rounds = 0
        self.lost = 0.0

    @property
    def ending(self) -> bool:
        """Is this round the last one?"""
        return time.monotonic() + self._plan.every > self._begun + self._plan.seconds

    def after(self, *, answered: bool) -> float | None:
        """Count a round: seconds to wait for the next one, None where it was the last."""
        now, until = time.monotonic(), self._begun + self._plan.seconds
        if answered:
            self.rounds, self.lost = self.rounds + 1, 0.0
            planned = self._started + self._plan.every - now
        else:
            planned = self.lost = min(_LONGEST_WAIT, max(self.lost * 2, self._plan.every / 4))
        owed = (time.process_time() - self._spent) / self._plan.share - (now - self._begun)
        pause = max(planned, owed if self.rounds >= _ROUNDS else 0.0, 0.0)
        if now + pause > until and (self.rounds >= _ROUNDS or now > until + _LONGEST_WAIT):
            return None
        self._started = now + pause
        return pause


def _continued(file: TextIO, path: str, identity: str) -> float:
    """Make a new file one of this engine's, or see that it is, and that its last line is whole: when it ended."""
    file.seek(0)
    first = file.readline(_LONGEST_LINE)
    if not first:
        _append(file, [{"format": FORMAT, "version": VERSION, "engine": identity}])
        return 0.0
    check_head(first, path, identity)
    last = 0.0
    whole = True
    for line in file:
        whole = line.endswith("\n")
        last = _time(line) or last
    if not whole:
        file.write("\n")
    return last


def check_head(line: str, path: str, identity: str) -> None:
    """See that a file of samples is one, and of this engine.

    Raises:
        SamplesError: it is not.
    """
    try:
        head = json.loads(line)
        fits = head["format"] == FORMAT and head["version"] == VERSION
    except (ValueError, KeyError, TypeError):
        fits, head = False, {}
    if not fits:
        raise SamplesError(path + ":1:1: this is no file of samples of this version")
    if head.get("engine") != identity:
        raise SamplesError(path + ":1:1: these are samples of another engine")


def _time(line: str) -> float:
    try:
        return float(json.loads(line)["t"])
    except (ValueError, KeyError, TypeError):
        return 0.0


def _append(file: TextIO, lines: list[dict[str, Any]]) -> None:
    file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    file.flush()
    os.fsync(file.fileno())


def _round(engine: Engine) -> Iterator[dict[str, Any]]:
    """One sample of each container that runs: time, name, id, bytes of memory, nanoseconds of processor, limit."""
    running = engine.get("containers/json") if engine.counts else []
    if not isinstance(running, list):
        raise EngineError("containers/json: the answer is no list")
    whats = ["containers/" + str(listed["Id"]) + "/stats" for listed in running]
    for listed, said in zip(running, engine.known_of_all(whats, stream=False, **{"one-shot": True})):
        identifier = str(listed["Id"])
        found = _sample(said)
        if found:
            name = name_of({"Id": identifier, "Name": (listed.get("Names") or [""])[0]})
            yield {"t": round(time.time(), 2), "n": name, "c": identifier[:12], **found}


def _sample(said: Any) -> dict[str, Any] | None:
    memory = _part(said, "memory_stats")
    used = _number(memory, "usage")
    if not used:
        return None
    details = _part(memory, "stats")
    # Files that were read once may be forgotten at any time: they count for no limit. Version 1 of cgroups, then 2.
    forgettable = _number(details, "total_inactive_file") or _number(details, "inactive_file")
    return {
        "m": used - min(forgettable, used),
        "u": _number(_part(_part(said, "cpu_stats"), "cpu_usage"), "total_usage"),
        "l": _limit(_number(memory, "limit")),
    }


def _part(said: Any, key: str) -> dict[str, Any]:
    found = said.get(key) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _number(said: dict[str, Any], key: str) -> int:
    found = said.get(key)
    return found if isinstance(found, int) else 0


def _limit(size: int) -> int:
    """The limit of memory; version 1 of cgroups has a number that no machine reaches where there is none."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return size if size < machine else 0


def _events(engine: Engine, since: float, until: float) -> Iterator[dict[str, Any]]:
    """What happened to containers: killed for memory, ended, started, healthy or not. Labels are left out."""
    wanted = {"type": ["container"], "event": [*EVENTS, _DIE_OF_PODMAN]}
    # Podman has no events before a moment that has passed, and ends by itself where it is told to.
    end = {"stream": False} if engine.podman else {"until": _moment(until)}
    try:
        said = engine.lines("events", since=_moment(since), filters=wanted, **end)
    except EngineError as error:
        if error.gone:
            raise
        return
    for event in (each for each in said if isinstance(each, dict)):
        actor = event.get("Actor") or {}
        attributes = actor.get("Attributes") or {}
        what, _, health = str(event.get("Action") or event.get("status") or "").partition(":")
        at = int(event.get("timeNano") or 0) / 1e9 or float(event.get("time") or 0)
        what = "die" if what == _DIE_OF_PODMAN else what
        if what not in EVENTS or not since < at <= until:
            continue
        code = str(attributes.get("exitCode") or attributes.get("containerExitCode") or "")
        told: dict[str, Any] = {"t": round(at, 2), "n": str(attributes.get("name") or ""), "e": what}
        if what == "die" and code.isdigit():
            told["x"] = int(code)
        if what == "health_status":
            told["h"] = "healthy" if health.strip() == "healthy" else "unhealthy"
        yield told


def _moment(seconds: float) -> str:
    return f"{seconds:.3f}"
