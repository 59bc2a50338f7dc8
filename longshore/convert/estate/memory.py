"""How much memory a service says that it takes, where it limits none: in the options that its program is started with.

A JVM with `-Xmx512m` in a container of 256Mi is killed at its start, always; the file itself knows better. Where it
says nothing, some images are known not to start with less.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.programs import runs_its_program
from longshore.convert.estate.service_images import of
from longshore.convert.kubernetes.quantity import memory
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from longshore.convert.estate import Service

OPTIONS: Final = {
    "-Xmx": 1,
    "innodb-buffer-pool-size": 1,
    "--max-old-space-size": 1 << 20,
    "--maxmemory": 1,
    "shared-buffers": 8 << 10,
    "--wiredtigercachesizegb": 1 << 30,
}
"""Option of a program, `_` as `-`, → bytes that its number counts where no unit stands behind it.

Of JVMs, MySQL and MariaDB, Node.js, Redis and Valkey, PostgreSQL, MongoDB.
"""

VARIABLES: Final = {
    "MEMORY": 0, "MEMORY_LIMIT": 0, "HEAP_SIZE": 0, "HEAP_MAX__SIZE": 0, "PAGECACHE_SIZE": 0, "XMX": 0, "GOMEMLIMIT": 0,
    "MEMORY_LIMIT_MB": 1 << 20,
}  # fmt: skip
"""How the name of a variable ends that holds a size alone → bytes that its number counts; 0: it must have a unit."""

MARGIN: Final = 1.5
"""What a program takes beside its heap or its cache (stacks, code, connections), as a factor."""

_LARGEST: Final = 1 << 40
"""More than a tebibyte is no setting of a program that fits on one node."""

_MEBIBYTE: Final = 1 << 20
_ENDINGS: Final = tuple(VARIABLES)
_UNITS: Final = {"": 0, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE: Final = r"(\d{1,15}(?:\.\d{1,3})?)([kmgt]?)i?b?(?![a-z0-9%])"
_OPTION: Final = Regex(
    rf"({'|'.join(map(re.escape, OPTIONS))})".replace(r"\-", "[-_]") + rf"[=\s]{{0,3}}['\"]?{_SIZE}", re.IGNORECASE
)
_VALUE: Final = Regex(_SIZE, re.IGNORECASE)


class Claim(NamedTuple):
    """The largest number found. size: in bytes. where: the place that says it, as people write it; empty: the image."""

    size: int
    where: str

    @property
    def needed(self) -> int:
        """Bytes that the container needs, in whole mebibytes."""
        return ceil(self.size * (MARGIN if self.where else 1) / _MEBIBYTE) * _MEBIBYTE

    @property
    def why(self) -> str:
        """Why it is as much, as an apposition."""
        if self.where:
            return f"half as much again as the {memory(self.size)} of its {self.where}"
        return "without which its image is known not to start"


def claimed(service: Service, foreign: Container[str] = ()) -> Claim | None:
    """The most memory that the service's settings say its program takes; None: they say nothing.

    foreign: variables whose names may mean another program; options in their values count all the same.
    """
    return max(_claims(service, foreign), default=None)


def claimed_by_image(service: Service) -> Claim | None:
    """The memory without which the program of the image does not start; None: nobody knows, or it runs another."""
    size = of(service).memory if runs_its_program(service) else 0
    return Claim(size, "") if size else None


def _claims(service: Service, foreign: Container[str]) -> Iterator[Claim]:
    for key, value in (service.model.get("environment") or {}).items():
        if value:
            for size in _sizes(value) if key in foreign else _set(key, value):
                yield Claim(size, f"`{key}`")
    for attribute in ("entrypoint", "command"):
        words = service.model.get(attribute)
        if words:
            for size in _sizes(" ".join(map(str, words))):
                yield Claim(size, f"`{attribute}`")


@lru_cache(maxsize=4096)
def _set(key: str, value: str) -> tuple[int, ...]:
    """Sizes that an environment entry sets, by its name or by the options in its value."""
    name = key.upper()
    return (*_sizes(value), *(_variable(name, value) if name.endswith(_ENDINGS) else ()))


def _sizes(text: str) -> list[int]:
    """Sizes that options in a text ask for."""
    sizes = (_bytes(match[2], match[3], _counted(match[1])) for match in _OPTION.finditer(text))
    return [size for size in sizes if 0 < size <= _LARGEST]


def _counted(option: str) -> int:
    name = option.lower().replace("_", "-")
    return next(count for known, count in OPTIONS.items() if known.lower() == name)


def _variable(name: str, value: str) -> list[int]:
    match = _VALUE.fullmatch(value.strip())
    if not match:
        return []
    counted = max(count for ending, count in VARIABLES.items() if name.endswith(ending))
    size = _bytes(match[1], match[2], counted)
    return [size] if 0 < size <= _LARGEST else []


def _bytes(number: str, unit: str, counted: int) -> int:
    return int(float(number) * (_UNITS[unit.lower()] or counted))
