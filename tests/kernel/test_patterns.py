"""Every regular expression of ours takes time that is linear in what it reads, whoever wrote that."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from longshore.regex import Regex
from tests.kernel.attacks import attacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

Call = tuple[str, "Callable[[Any], object]", re.Pattern[Any]]

SHORTEST, LONGEST = 1_500, 10_000
ALL = 500_000
"""Characters of a text, and of all texts for a pattern: one with many parts gets shorter ones."""

WORTH = 0.002
"""Seconds: a text that takes less is not looked at again; the square of 10,000 steps takes ten times as long."""

MOST = 2.6
"""Times as long for twice the text: 2, and what a loaded machine adds; the square takes 4 times as long."""


def modules() -> Iterator[ModuleType]:
    for name in ("longshore.compose", "longshore.convert", "longshore.report", "longshore.stack", "longshore.cli"):
        for found in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def calls() -> list[Call]:
    """Every pattern that a module holds, and how it is called there: from the start of a text, or anywhere in it."""
    found: dict[tuple[object, bool], Call] = {}
    for module in modules():
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
            for part in parts:
                pattern = part.compiled if isinstance(part, Regex) else getattr(part, "__self__", part)
                if not isinstance(pattern, re.Pattern):
                    continue
                asked = set(re.findall(rf"\b{name}\b\.(\w+)", source))
                used = {part.__name__} if inspect.isbuiltin(part) else asked
                anchored = bool(used) and used <= {"match", "fullmatch"}
                call = ("fullmatch" if used == {"fullmatch"} else "match") if anchored else "finditer"
                found[pattern, anchored] = (f"{module.__name__}.{name}", _calling(pattern, call), pattern)
    return list(found.values())


def _calling(pattern: re.Pattern[Any], call: str) -> Callable[[Any], object]:
    if call != "finditer":
        return getattr(pattern, call)  # type: ignore[no-any-return]
    return lambda text: sum(1 for _ in pattern.finditer(text))


def seconds(call: Callable[[Any], object], text: str, pattern: re.Pattern[Any], *, times: int = 1) -> float:
    given = text.encode() if isinstance(pattern.pattern, bytes) else text
    taken = []
    for _ in range(times):
        before = time.process_time()
        call(given)
        taken.append(time.process_time() - before)
    return min(taken)


def slow(call: Callable[[Any], object], pattern: re.Pattern[Any]) -> list[tuple[str, float]]:
    """The first text for which twice the length takes more than twice the time: its beginning, and how many times."""
    every = attacks(pattern)
    size = max(SHORTEST, min(LONGEST, ALL // len(every)))
    for before, pump, end in every:
        text, twice = (before + pump * (times * size // len(pump)) + end for times in (1, 2))
        if seconds(call, text, pattern) > WORTH and (once := seconds(call, text, pattern, times=3)) > WORTH:
            ratio = seconds(call, twice, pattern, times=5) / once
            if ratio > MOST:
                return [(text[:80], round(ratio, 1))]
    return []


def test_every_pattern_is_linear():
    every = calls()
    assert len(every) > 200
    assert {name: found for name, call, pattern in every if (found := slow(call, pattern))} == {}


@pytest.mark.parametrize("pattern", [r"a*b", r"\s+$", r"\"(?:[^\"\\]|\\.)*\"", r"\w+@", r"<\w+[^>]*>"])
def test_what_is_not_linear_is_seen(pattern):
    compiled = re.compile(pattern)
    assert slow(_calling(compiled, "finditer"), compiled)
