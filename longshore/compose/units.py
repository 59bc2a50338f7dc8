"""Sizes, durations and CPU numbers as Docker reads and prints them."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from longshore.regex import Regex

_SIZE = Regex(r"(.*[0-9.]) ?([^0-9. ]*)", re.DOTALL)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_FLOAT = Regex(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_INTEGER = Regex(r"[-+]?[0-9]+", re.ASCII)

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_DURATION_PART = Regex(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)", re.ASCII)
_LARGEST = (1 << 63) - 1


def parse_bytes(text: str) -> int:
    """Read a size: a number of bytes, or with b, k, m, g, t or p (1024-based, `kb` and `kib` mean the same).

    Raises:
        ValueError: it is not a size.
    """
    if _INTEGER.fullmatch(text) and -_LARGEST - 1 <= int(text) <= _LARGEST:
        return int(text)
    match = _SIZE.fullmatch(text)
    number = match[1] if match else ""
    if not match or not _FLOAT.fullmatch(number):
        raise ValueError(text)
    value = float(number)
    suffix = match[2].lower()
    if value < 0:
        raise ValueError(text)
    if suffix not in {"", "b"}:
        power = _POWERS.get(suffix[0])
        if power is None or suffix[1:] not in {"", "b", "ib"}:
            raise ValueError(text)
        value *= 1024**power
    if not value <= _LARGEST:
        raise ValueError(text)
    return int(value)


@lru_cache(maxsize=256)
def parse_duration(text: str) -> int:
    """Read a duration such as `1m30s`, `1.5h` or `2d`; gives nanoseconds.

    Raises:
        ValueError: it is not a duration; numbers need a unit.
    """
    body = text[1:] if text[:1] in {"-", "+"} else text
    if body == "0":
        return 0
    total = 0
    position = 0
    while position < len(body) or not body:
        match = _DURATION_PART.match(body, position)
        if not match or not (match[1] or match[2]) or match[3] not in _NANOSECONDS:
            raise ValueError(text)
        unit = _NANOSECONDS[match[3]]
        total += int(match[1] or 0) * unit
        if match[2]:
            total += int(int(match[2]) * (unit / 10.0 ** len(match[2])))
        if total > _LARGEST:
            raise ValueError(text)
        position = match.end()
    return -total if text[0] == "-" else total


def show_duration(nanoseconds: int) -> str:
    """Print a duration as Go does: `1m30s`, `1h0m0s`, `1.5s`, `100ms`."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    for name in ("ns", "µs", "ms"):
        unit = _NANOSECONDS[name]
        if rest < unit * 1000:
            return f"{sign}{_decimal(rest, unit)}{name}"
    minutes, rest = divmod(rest, _NANOSECONDS["m"])
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, _NANOSECONDS['s'])}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    if hours:
        text = f"{hours}h{text}"
    return sign + text


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def duration_seconds(text: str) -> float:
    """Give a duration in seconds."""
    return parse_duration(text) / _NANOSECONDS["s"]


def seconds(text: str) -> int:
    """Give a duration in whole seconds, rounded up; never less than 0."""
    return max(math.ceil(duration_seconds(text)), 0)


def bytes_of(value: str | float) -> int:
    """Give a size in bytes."""
    return int(value) if isinstance(value, (int, float)) else parse_bytes(value)


def millicores(value: str | float) -> int:
    """Give a number of CPUs (`0.5`) in thousandths, rounded up, so that no share becomes none."""
    return math.ceil(round(float(value) * 1000, 6))
