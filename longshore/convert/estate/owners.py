"""Services that do nothing but give volumes their owner, before the program starts: `chown -R 1000:1000 /data`.

Docker needs them, because a fresh volume belongs to root. A pod's claims get a group that its processes have
(`fsGroup`), so no container is made of such a service: a Job of it would need the disk on its own node, at each release
again, while the program holds it on another. Whom it names is whose group the claim gets.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.compose.files import clean
from longshore.convert.estate.scripts import SHELLS, command_line
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Estate


class Owned(NamedTuple):
    """What such a service does. volumes: key → the number of the group that it names, 0 where it names none known."""

    volumes: Mapping[str, int]


_IDLE: Final = frozenset({"cd", "echo", "exit", "ls", "mkdir", "set", "true", ":"})
"""Commands that may stand beside those that give a volume its owner, and leave nothing that a claim would lack."""

_PART: Final = Regex(r"&&|\|\||[;\n]")
_UNREADABLE: Final = frozenset("`$(){}<>|&")
_NAMES: Final = {"root": 0, "nobody": 65534, "nogroup": 65534}
_LONGEST: Final = 2_000


def owned(name: str, models: Mapping[str, Any]) -> Owned | None:
    """What the service `name` gives an owner, where it does nothing else and others mount all of it; None otherwise.

    models: all services of the project, as the canonical model has them.
    """
    model = models[name]
    mounts = _mounts(model)
    if not mounts or _says_more(model):
        return None
    found: dict[str, int] = {}
    for words in _commands(model):
        if words and words[0] not in _IDLE:
            given = _given(words, mounts)
            if given is None:
                return None
            found |= {key: group or found.get(key, 0) for key, group in given.items()}
    others = {key for other, each in models.items() if other != name for key in _mounts(each).values()}
    return Owned(found) if found and set(mounts.values()) <= others else None


def owners(estate: Estate) -> Mapping[str, int]:
    """Volume → the group that a service of the project gives it; only those whose number is known."""
    return estate.memo(_owners)


def _owners(estate: Estate) -> dict[str, int]:
    models = estate.project.model.get("services") or {}
    found = (owned(name, models) for name in estate.absent)
    return {key: group for each in found if each for key, group in each.volumes.items() if group}


def _says_more(model: Mapping[str, Any]) -> bool:
    """Does it stay, or listen, or has its owner chosen what becomes of it?"""
    restart = str(model.get("restart") or "no").partition(":")[0]
    extension = model.get("x-longshore")
    return (
        restart not in {"no", "on-failure"}
        or any(model.get(key) for key in ("ports", "expose", "healthcheck", "pre_start", "configs", "secrets"))
        or (isinstance(extension, dict) and "workload" in extension)
        or any(mount.get("type") != "volume" for mount in model.get("volumes") or ())
    )


def _mounts(model: Mapping[str, Any]) -> dict[str, str]:
    """Where a service mounts named volumes → their keys."""
    mounts = model.get("volumes") or ()
    return {
        clean(str(mount.get("target"))): str(mount["source"])
        for mount in mounts
        if mount.get("type") == "volume" and mount.get("source")
    }


def _commands(model: Mapping[str, Any]) -> Iterator[list[str]]:
    """The simple commands that the container runs, each as words; one that cannot be read is `["?"]`."""
    words = command_line(model)
    if words and basename(words[0]) in SHELLS:
        script = words[2] if len(words) == 3 and re.fullmatch(r"-[a-z]*c", words[1]) else "?"  # noqa: PLR2004  sh -c TEXT
        for part in _PART.split(script[:_LONGEST] if len(script) <= _LONGEST else "?"):
            yield ["?"] if _UNREADABLE & set(part) else [word.strip("'\"") for word in part.split()]
    else:
        yield [basename(words[0]), *words[1:]] if words else ["?"]


def _given(words: list[str], mounts: Mapping[str, str]) -> dict[str, int] | None:
    """The volumes to which one command gives an owner or a mode; None where it does anything else."""
    operands = [word for word in words[1:] if not word.startswith("-")]
    if words[0] not in {"chown", "chgrp", "chmod"} or len(operands) < 2:  # noqa: PLR2004  whom, and what
        return None
    found: dict[str, int] = {}
    for path in operands[1:]:
        key = next((key for target, key in mounts.items() if f"{clean(path)}/".startswith(f"{target}/")), "")
        if not key:
            return None
        found[key] = 0 if words[0] == "chmod" else _group(operands[0])
    return found


def _group(text: str) -> int:
    """The number of the group in `user:group`, else of the user; 0: not known."""
    user, _, group = text.replace(".", ":").partition(":")
    named = group or user
    return int(named) if named.isdecimal() and len(named) < 10 else _NAMES.get(named, 0)  # noqa: PLR2004  digits of an id
