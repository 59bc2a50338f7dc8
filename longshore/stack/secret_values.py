"""Secrets in a stack file, which is in Git, and whose settings stand in the state of the engine: none is accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from longshore.convert.secrets.detection import detect, text_hit
from longshore.convert.secrets.detection.names import name
from longshore.convert.secrets.detection.randomness import looks_random
from longshore.decoding.errors import Wrong

if TYPE_CHECKING:
    from longshore.model import Path

_OUT = "give the value to `longshore secrets push`, and take it out of this file and of its history"

_NAMES_OF_SECRETS = (
    ("loginSecrets",),
    ("secrets", "also"),
    ("secrets", "variables"),
    ("secrets", "versions"),
    ("workloads", "imagePullSecrets"),
)
"""Settings that tell of secrets, and hold none; those of a tenant are called as those of a stack."""

_VERSION = re.compile(r"[0-9]{1,9}|[0-9A-Za-z-]{32,64}").fullmatch


def secrets_in(value: Any, path: Path) -> Iterator[Wrong]:
    """Values that must not stand in a stack file. The names of secrets, and reasons given for them, may."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            if text_hit(str(key)):
                yield Wrong((*path, str(key)), "is a secret itself, as the name of something", _OUT, key=True)
            yield from secrets_in(child, (*path, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from secrets_in(child, (*path, index))
    elif isinstance(value, str) and path:
        ours = path[2:] if path[0] == "tenants" else path
        reasons = any(ours[: len(each)] == each for each in _NAMES_OF_SECRETS) or path[2:3] in (("plain",), ("secret",))
        if path[:2] == ("secrets", "versions") and not _VERSION(value):
            yield Wrong(path, "is not the id of a version, as `longshore secrets ls` has it", _OUT, key=True)
        hit = text_hit(value) if reasons else detect(_name(path), value)
        if (hit and hit.kind == "secret") or (not reasons and _is_below_one(ours) and looks_random(value)):
            reason = hit.reason if hit else "what it stands below says so"
            yield Wrong(path, f"holds a secret: {reason}", _OUT, key=True)


def _name(path: Path) -> str:
    """The name that a value has; of an item of a list, that of the list."""
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "")


def _is_below_one(path: Path) -> bool:
    """Does a value stand below a name that says it is a secret, with other names between? The sections are ours."""
    return any(isinstance(part, str) and name(part).strength == "secret" for part in path[1:-1])
