"""What a service needs, from the samples of its containers: a limit of memory, a request of processor, and how sure.

Memory: the most that any sample saw and a third more, since what happens between two samples is not seen; where a
container was killed for its memory, at least half as much again as it was allowed, since what it wanted was never seen.
Processor: what was enough in 95 of 100 spans of time; it is what a pod is sure of when the node is busy, and no bound.

A leak is a service whose least use grows from each part of the time to the next. A peak at night is none: its least use
stays. Samples are believed when they cover a whole cycle, a day unless told otherwise, without long gaps.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.observed import Size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from longshore.inventory.document import Inventory, Usage

DAY: Final = 86_400.0
ROOM: Final = 4 / 3
AFTER_A_KILL: Final = 1.5
PERCENTILE: Final = 0.95
_MEBIBYTE: Final = 1 << 20
_LEAST_MEMORY, _STEP = 32 * _MEBIBYTE, 16 * _MEBIBYTE
_LEAST_CPU, _STEP_CPU = 10, 5
_COVERED: Final = 0.8
_PARTS: Final = 4
_GROWS: Final = 1.1
_HOUR: Final = 3600.0
_KILLED: Final = 128 + 9


class Spans(NamedTuple):
    """What one container used: (span, most bytes, mean millicores or -1) of each span of time, in order."""

    rows: tuple[tuple[int, int, int], ...]


def size(inventory: Inventory, names: Sequence[str], cycle: float = DAY) -> Size | None:
    """Recommend for the containers of one service; None where there is no sample of any, and none was killed.

    names: of its containers. cycle: seconds in which everything happens once.
    """
    usage = inventory.usage
    used = [
        Spans(tuple((row[0], row[2], row[3]) for row in usage.containers[name].rows))
        for name in names
        if name in usage.containers and usage.containers[name].rows
    ]
    killed, too_little = kills(inventory, names)
    least = max(_LEAST_MEMORY, _up(ceil(too_little * AFTER_A_KILL), _STEP))
    if not used:
        return Size(least, 0, 0, 0.0, whole=False, killed=killed, too_little=too_little) if too_little else None
    peak = max(row[1] for spans in used for row in spans.rows)
    memory = max(_up(ceil(peak * ROOM), _STEP), least)
    busy = [row[2] for spans in used for row in spans.rows if row[2] >= 0]
    cpu = max(_up(_percentile(busy, PERCENTILE), _STEP_CPU), _LEAST_CPU) if busy else 0
    seen = max(_covered(spans, usage) for spans in used)
    return Size(
        memory=memory,
        cpu=cpu,
        peak=peak,
        hours=round(seen / _HOUR, 2),
        whole=seen >= cycle * _COVERED and usage.ended - usage.begun >= cycle,
        killed=killed,
        too_little=too_little,
        growth=max(_growth(spans, usage.span) for spans in used),
    )


def _up(number: int, step: int) -> int:
    return -(-number // step) * step


def _percentile(numbers: Iterable[int], part: float) -> int:
    """The smallest of the numbers that so many of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, ceil(len(ordered) * part) - 1)]


def _covered(spans: Spans, usage: Usage) -> float:
    """Seconds in which there are samples of a container."""
    return min(float(len(spans.rows) * usage.span), usage.ended - usage.begun)


def kills(inventory: Inventory, names: Sequence[str]) -> tuple[int, int]:
    """How often containers were killed for memory, and the largest limit at which one was; 0: it had none."""
    own = set(names)
    times = dict.fromkeys(own, 0)
    by_podman = _again_and_again(inventory)
    for event in inventory.usage.events:
        if event.name in own and (event.event == "oom" or (event.exit_code == _KILLED and event.name in by_podman)):
            times[event.name] += 1
    limit = 0
    for container in inventory.containers:
        by_exit = container.name in by_podman and container.state.exit_code == _KILLED
        if container.name in own and (times[container.name] or container.state.oom_killed or by_exit):
            times[container.name] = times[container.name] or max(1, container.state.restarts)
            limit = max(limit, container.limits.memory)
    return sum(times.values()), limit


def _again_and_again(inventory: Inventory) -> frozenset[str]:
    """Containers of Podman with a limit of memory that are started again by themselves.

    It tells no kill for memory but as the exit code of every kill. What people stop is not started again by itself.
    """
    return frozenset(
        each.name
        for each in inventory.containers
        if inventory.engine.kind == "podman" and each.limits.memory and each.state.restarts
    )


def _growth(spans: Spans, span: int) -> int:
    """Bytes an hour by which the least use grows from each part of the time to the next; 0: it does not."""
    rows = spans.rows
    if len(rows) < _PARTS * 2:
        return 0
    width = len(rows) // _PARTS
    parts = [rows[at * width : (at + 1) * width] for at in range(_PARTS)]
    least = [min(row[1] for row in part) for part in parts]
    grows = all(later > earlier for earlier, later in pairwise(least))
    if not grows or least[-1] < least[0] * _GROWS:
        return 0
    seconds = (parts[-1][0][0] - parts[0][0][0]) * span
    return int((least[-1] - least[0]) / seconds * _HOUR) if seconds else 0
