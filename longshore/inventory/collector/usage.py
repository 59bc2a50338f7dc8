"""Adds up a file of samples, line by line: what each container used over equal spans of time, and what happened to it.

The spans are as long as it takes to have at most 1,500 of them, so a month of samples is no larger than a day's. Of
memory the most is kept, of the processor the mean and the most between two samples.
"""

from __future__ import annotations

import json
import math
from typing import Any, Iterator

from longshore.inventory.collector.samples import check_head

MOST_SPANS = 1500
_WIDTHS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
_MOST_EVENTS = 5000
_MOST_GAPS = 100
_LONGEST_LINE = 64 << 10


def usage(path: str, identity: str, most: int = MOST_SPANS) -> dict[str, Any]:
    """Add up a file: `begun`, `ended` (seconds since 1970), `span`, `containers` by name, `events`, `gaps`.

    A row of a container is [span, samples, most bytes, mean millicores, most millicores].

    Raises:
        SamplesError: the file is none of this engine.
        OSError: it can't be read.
    """
    first, last = _ends(path, identity)
    span = _span(last - first, most)
    rows: dict[str, dict[int, list[float]]] = {}
    limits: dict[str, int] = {}
    previous: dict[str, tuple[float, int]] = {}
    events: list[dict[str, Any]] = []
    gaps: list[list[float]] = []
    for line in _lines(path):
        if "e" in line:
            if line["e"] == "gap":
                gaps.append([float(line.get("since") or 0), line["t"]])
            else:
                events.append(_event(line))
            continue
        own = rows.setdefault(line["n"], {})
        row = own.setdefault(int((line["t"] - first) // span), [0, 0, 0.0, 0, 0.0])
        row[0] += 1
        row[1] = max(row[1], line["m"])
        limits[line["n"]] = line["l"]
        before = previous.get(line["c"])
        previous[line["c"]] = (line["t"], line["u"])
        if before and line["t"] > before[0] and line["u"] >= before[1]:
            millicores = (line["u"] - before[1]) / (line["t"] - before[0]) / 1e6
            row[2], row[3], row[4] = row[2] + millicores, row[3] + 1, max(row[4], millicores)
    return {
        "begun": first,
        "ended": last,
        "span": span,
        "containers": {name: {"limit": limits[name], "rows": list(_rows(rows[name]))} for name in sorted(rows)},
        "events": events[-_MOST_EVENTS:],
        "gaps": gaps[-_MOST_GAPS:],
    }


def _event(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": line["t"],
        "name": line["n"],
        "event": line["e"],
        "exitCode": line.get("x"),
        "healthy": line["h"] == "healthy" if "h" in line else None,
    }


def _rows(spans: dict[int, list[float]]) -> Iterator[list[int]]:
    for number in sorted(spans):
        samples, memory, total, counted, most = spans[number]
        mean = math.ceil(total / counted) if counted else -1
        yield [number, int(samples), int(memory), mean, math.ceil(most) if counted else -1]


def _span(seconds: float, most: int) -> int:
    return next((width for width in _WIDTHS if seconds / width < most), _WIDTHS[-1])


def _ends(path: str, identity: str) -> tuple[float, float]:
    with open(path, encoding="utf-8", errors="replace") as file:
        check_head(file.readline(_LONGEST_LINE), path, identity)
    first: float | None = None
    last = 0.0
    for line in _lines(path):
        if "m" in line:
            first = line["t"] if first is None else min(first, line["t"])
            last = max(last, line["t"])
    return first or 0.0, last


def _lines(path: str) -> Iterator[dict[str, Any]]:
    """The lines that are whole; one that was being written when the power went is none."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(line, dict) and _is_one(line):
                yield line


def _is_one(line: dict[str, Any]) -> bool:
    """Has it what is read of a line, of the kinds that are written?"""
    timed = isinstance(line.get("t"), (int, float)) and isinstance(line.get("n"), str)
    sample = isinstance(line.get("c"), str) and all(isinstance(line.get(key), int) for key in ("m", "u", "l"))
    return timed and (isinstance(line.get("e"), str) or sample)
