"""What an unquoted YAML scalar means, and how Docker prints values: as its YAML reader and Go's `fmt` do.

YAML 1.2's core schema with what go-yaml keeps of 1.1: `0755` is octal, `1_000` is a number, a date is a time.
`yes`, `on` and `22:22` are text.
"""

from __future__ import annotations

import math
import re
import struct
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from longshore.compose.tree import Timestamp, plain
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.compose.tree import Node

HINTS = frozenset("+-0123456789.~nNtTfF<")
"""A scalar that starts with none of these (and is not empty) is text."""

MERGE = "<<"

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys(("-0", "-0.0"), -0.0),
}
_FLOAT = Regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INTEGER = Regex(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_TIME = Regex(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?P<t>[Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(?P<zone>Z|[-+]\d{2}:\d{2})?)?",
    re.ASCII,
)


@lru_cache(maxsize=8192)
def resolve(text: str) -> Any:
    """Give the value of an unquoted scalar: None, bool, int, float, Timestamp or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        return _dotted(text)
    if first not in "+-0123456789":
        return text
    time = timestamp(text)
    if time is not None:
        return time
    digits = text.replace("_", "") if "_" in text else text
    number = integer(digits)
    if number is not None:
        return number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return text if math.isinf(value) else value
    return text


def integer(text: str) -> int | None:
    """Read an integer as Go does with base 0: a prefix decides the base, 64 bits at most; None if it is not one."""
    match = _INTEGER.fullmatch(text)
    if not match:
        return None
    sign, *numerals = match.groups()
    number = next(int(numeral, base) for numeral, base in zip(numerals, _BASES, strict=True) if numeral is not None)
    if sign == "-":
        return -number if number <= 1 << 63 else None
    return number if number < 1 << (63 if sign else 64) else None


def _dotted(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return text if math.isinf(value) else value


def timestamp(text: str) -> Timestamp | None:
    """Read a date, with or without a time, the way go-yaml does; None for anything else."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, mark, hour, minute, second, fraction, zone = match.groups()
    if mark and (mark == " ") == bool(zone):
        return None
    try:
        offset = _offset(zone or "Z")
        date, clock = (int(year), int(month), int(day)), (int(hour or 0), int(minute or 0), int(second or 0))
        moment = datetime(*date, *clock, tzinfo=timezone(offset))
    except ValueError:
        return None
    fraction = (fraction or "")[:9].rstrip("0")
    fraction = f".{fraction}" if fraction else ""
    sign = "-" if offset < timedelta() else "+"
    minutes = abs(int(offset.total_seconds())) // 60
    rest = f"{moment:%m-%dT%H:%M:%S}"
    numeric = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    json = f"{year}-{rest}{fraction}" + (f"{numeric[:3]}:{numeric[3:]}" if minutes else "Z")
    name = numeric if minutes else "UTC"
    return Timestamp(json, f"{year}-{rest.replace('T', ' ')}{fraction} {numeric} {name}")


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59:  # noqa: PLR2004  minutes of an hour
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def show(value: Any) -> str:
    """Print a plain value the way Go's `%v` does, which is what Docker does wherever it wants text."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return _show_float(value)
    if kind is Timestamp:
        return str(value.text)
    if value is None:
        return "<nil>"
    if kind is list:
        return f"[{' '.join(map(show, value))}]"
    if kind is dict:
        return f"map[{' '.join(f'{key}:{show(value[key])}' for key in sorted(value))}]"
    return str(value)


def show_node(node: Node) -> str:
    """Print a node so. A time within a list or a mapping is a text by then, in its JSON form."""
    return show(plain(node) if type(node.value) in {dict, list} else node.value)


def _show_float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    mantissa, _, exponent = f"{value!r}".replace("e", "E").partition("E")
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    leading = len(whole) if whole.strip("0") else -(len(decimals) - len(decimals.lstrip("0")))
    point = leading + int(exponent or 0)
    digits = digits.rstrip("0")
    if -4 < point <= 6:  # noqa: PLR2004  beyond, Go writes an exponent
        padded = digits.ljust(point, "0") if point > 0 else "0" * (1 - point) + digits
        cut = max(point, 1)
        return sign + padded[:cut] + (f".{padded[cut:]}" if padded[cut:] else "")
    power = point - 1
    return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{'-' if power < 0 else '+'}{abs(power):02}"


def single(value: float) -> float:
    """Round to a 32-bit float, as the shortest decimal that means it: what Go prints for a `float32`."""
    if math.isnan(value) or math.isinf(value):
        return value
    try:
        packed = struct.pack("f", value)
    except OverflowError:
        return math.copysign(math.inf, value)
    for precision in range(1, 10):
        short = float(f"{value:.{precision}g}")
        if struct.pack("f", short) == packed:
            return short
    return float(struct.unpack("f", packed)[0])
