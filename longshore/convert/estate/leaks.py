"""Files with a secret in them: which they are, and why. The secret store keeps such a file, and no ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.content import content
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.convert.estate import Estate


class Leak(NamedTuple):
    """The first secret that stands in a file. line counts from 1; reason says what was recognised, not its value.

    more: how many lines hold one beside. whole: the file is a secret as a whole, by its name or its kind.
    """

    line: int
    reason: str
    more: int
    whole: bool

    @property
    def sentence(self) -> str:
        """What a file is or holds, for a message after its name."""
        if self.whole:
            return self.reason.removeprefix("the file ")
        others = f" ({self.more} more line{'s hold' if self.more > 1 else ' holds'} one too)" if self.more else ""
        return f"holds {self.reason} in line {self.line}{others}"


def leak(names: Sequence[str], data: bytes) -> Leak | None:
    """Find the secrets that stand in a file.

    names: paths of the file, which tell what it is too: first that in the project, then those it has in containers.
    """
    from longshore.convert.secrets.detection.files import secrets_in  # noqa: PLC0415  many patterns, which most estates need not
    from longshore.convert.secrets.detection.kinds import secret_kind  # noqa: PLC0415  likewise

    named = next((name for name in names if secret_kind(name, data)), names[0])
    found = list(secrets_in(named, data))
    return Leak(found[0].line, found[0].reason, len(found) - 1, found[0].whole) if found else None


def leaks_at(estate: Estate, path: str) -> Mapping[str, Leak]:
    """Find the files with secrets in what is at an absolute path inside the project; the same path is read once.

    They are named as `content` names them.
    """
    cache = estate.memo(_cache)
    if path not in cache:
        found = content(estate, path)
        places = (path, *estate.memo(_targets).get(path, ()))
        judged = (
            (name, leak([f"{place}/{name}" if found.directory else place for place in places], data))
            for name, data in found.files.items()
        )
        cache[path] = {name: hit for name, hit in judged if hit}
    return cache[path]


def targets(estate: Estate, key: str) -> Sequence[str]:
    """Where containers have the config `key`."""
    return estate.memo(_config_targets).get(key, ())


def _targets(estate: Estate) -> dict[str, list[str]]:
    """Absolute path in the project → where containers have what is there, by a bind mount or a config."""
    found: dict[str, list[str]] = {}
    for service in estate:
        for mount in service.model.get("volumes") or ():
            if mount.get("type") == "bind" and mount.get("source"):
                found.setdefault(str(mount["source"]), []).append(str(mount.get("target")))
    for key, places in estate.memo(_config_targets).items():
        declared = (estate.project.model.get("configs") or {}).get(key) or {}
        if declared.get("file"):
            found.setdefault(str(declared["file"]), []).extend(places)
    return found


def _config_targets(estate: Estate) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service in estate:
        for entry in service.model.get("configs") or ():
            if entry.get("target"):
                found.setdefault(str(entry["source"]), []).append(str(entry["target"]))
    return found


def _cache(_estate: Estate) -> dict[str, Mapping[str, Leak]]:
    return {}


def line_of(estate: Estate, path: str, hit: Leak) -> Span:
    """The place of a secret in the file at an absolute path."""
    return Span(estate.project.shown(path), hit.line, 1)
