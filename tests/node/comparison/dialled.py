"""Which ports of a service the texts of others dial, read without the converter: what it makes of them is judged."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_BESIDE: Final = re.compile(r"(?<![\w.-])([A-Za-z0-9][A-Za-z0-9_.-]{0,62}):(\d{2,5})(?!\d)")
_URL: Final = re.compile(r"\b([a-z]{2,12})://(?:[^@/\s\"]{0,200}@)?([A-Za-z0-9][A-Za-z0-9_.-]{0,62})(?![\w.:@-])")
_PAIR: Final = re.compile(
    r"host[\"']?[\s=:,\"]{1,6}([A-Za-z0-9][A-Za-z0-9_.-]{0,62})[^A-Za-z0-9]{1,12}[a-z._-]{0,20}port[\s=:,\"]{1,6}(\d{2,5})"
)
_SCHEMES: Final = {
    "amqp": 5672,
    "http": 80,
    "https": 443,
    "mongodb": 27017,
    "mysql": 3306,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
}
_HOST: Final = re.compile(r"_(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$")
_LARGEST_PORT: Final = 65535
_LARGEST_FILE: Final = 1 << 18


Called = dict[str, tuple[str, ...]]
"""Service → its names."""


def dialled(model: Mapping[str, Any], called: Called) -> dict[str, set[int]]:
    """Service → ports at which others say in the compose file that they dial it."""
    return _owned(called, ((caller, _dials(each)) for caller, each in _services(model)))


def configured(model: Mapping[str, Any], called: Called, folder: Path) -> dict[str, set[int]]:
    """Service → ports at which it may be dialled by others, whose files lie in the project's folder or are configs.

    May be: a comment or the name of an upstream looks the same.
    """
    return _owned(
        called,
        (
            (caller, (x for text in _files(each, model, folder) for x in named(text)))
            for caller, each in _services(model)
        ),
    )


def _services(model: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return (model.get("services") or {}).items()


def _owned(called: Called, dials: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> dict[str, set[int]]:
    owner = {alias: name for name, names in called.items() for alias in names}
    found: dict[str, set[int]] = {}
    for caller, named in dials:
        for name, port in named:
            if owner.get(name, caller) != caller and port.isdecimal() and 0 < int(port) <= _LARGEST_PORT:
                found.setdefault(owner[name], set()).add(int(port))
    return found


def _dials(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from named(json.dumps({key: value for key, value in service.items() if key != "image"}))
    environment = service.get("environment") or {}
    for key, value in environment.items():
        if _HOST.search(key):
            yield str(value), str(environment.get(_HOST.sub("_PORT", key), ""))
    for key in ("entrypoint", "command"):
        words = service.get(key) or ()
        words = shlex.split(words) if isinstance(words, str) else [str(x) for x in words]
        yield from pairwise(words)


def named(text: str) -> Iterator[tuple[str, str]]:
    """Every name and port that stand beside each other in a text, in some way."""
    yield from _BESIDE.findall(text)
    yield from _PAIR.findall(text)
    for scheme, name in _URL.findall(text):
        yield name, str(_SCHEMES.get(scheme, ""))


def _files(service: Mapping[str, Any], model: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """What it is given to read: files of the project that are bound, and configs."""
    configs = model.get("configs") or {}
    given = [configs.get(x["source"]) or {} for x in service.get("configs") or ()]
    yield from (str(x["content"]) for x in given if "content" in x)
    bound = [x["source"] for x in service.get("volumes") or () if x.get("type") == "bind"]
    for place in map(Path, [*bound, *(x["file"] for x in given if "file" in x)]):
        if place.is_relative_to(folder):
            for file in [place, *place.glob("*")]:
                if file.is_file() and file.stat().st_size < _LARGEST_FILE:
                    yield file.read_text(errors="replace")
