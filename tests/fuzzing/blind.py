"""Changes of inputs that are known, without a look at what they reach: half the price of a guided run, or less.

Coverage finds inputs that are worth changing; what their changes break shows without it.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from random import Random

_SAID_EVERY = 5
_INTERESTING = (
    b"\0",
    b"\xff",
    b"\x80",
    b"\n",
    b" ",
    b"-",
    b"9" * 20,
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xed\xa0\x80",
)
_MEMORY = 6 << 30


class Bounds(NamedTuple):
    """How many inputs and for how many seconds, 0 for no bound; where the input that is tried is written."""

    runs: int
    seconds: int
    seed: int
    current: Path


def run(
    target: Callable[[bytes], None], change: Callable[[bytes, int], bytes], known: Sequence[bytes], bounds: Bounds
) -> None:
    """Try changes of `known` inputs until a bound is reached; `bounds.current` has the input that is tried."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    chance = random.Random(bounds.seed or None)  # noqa: S311  a fuzzer's
    begin = told = time.monotonic()
    runs = 0
    # A file that stays open: whatever ends this process leaves its input there.
    current = os.open(bounds.current, os.O_RDWR | os.O_CREAT, 0o600)
    while not (bounds.runs and runs >= bounds.runs):
        now = time.monotonic()
        if bounds.seconds and now - begin >= bounds.seconds:
            break
        if now - told > _SAID_EVERY:
            _tell(runs, known)
            told = now
        data = change(chance.choice(known), chance.getrandbits(32))
        os.pwrite(current, data, 0)
        os.ftruncate(current, len(data))
        target(data)
        runs += 1
    _tell(runs, known)


def scratched(data: bytes, chance: Random) -> bytes:
    """Change some bytes, as a fuzzer of bytes would."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(made))
        match chance.randrange(5):
            case 0:
                made[at : at + chance.randint(1, 8)] = b""
            case 1:
                made[at:at] = chance.choice(_INTERESTING)
            case 2:
                made[at : at + 1] = bytes((chance.randrange(256),))
            case 3:
                start = chance.randint(0, len(made))
                made[at:at] = made[start : start + chance.randint(1, 60)]
            case _:
                made[at : at + 1] = bytes(each ^ (1 << chance.randrange(8)) for each in made[at : at + 1])
    return bytes(made)


def _tell(runs: int, known: Sequence[bytes]) -> None:
    """Say it as libFuzzer does."""
    print(f"#{runs}\tBLIND cov: 0 ft: 0 corp: {len(known)}", file=sys.stderr, flush=True)
