"""Files with a secret in them: which they are, and why. The secret store keeps such a file, and no ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.content import content
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def leak(path: str, data: bytes) -> Leak | None:
    """Find the secrets that stand in a file; `path`, of the file, tells what it is too."""
    from longshore.convert.secrets.detection.files import secrets_in  # noqa: PLC0415  many patterns, which most estates need not

    found = list(secrets_in(path, data))
    return Leak(found[0].line, found[0].reason, len(found) - 1, found[0].whole) if found else None


def leaks_at(estate: Estate, path: str) -> Mapping[str, Leak]:
    """Find the files with secrets in what is at an absolute path inside the project; the same path is read once.

    They are named as `content` names them.
    """
    cache = estate.memo(_cache)
    if path not in cache:
        found = content(estate, path)
        names = {name: f"{path}/{name}" if found.directory else path for name in found.files}
        judged = ((name, leak(names[name], data)) for name, data in found.files.items())
        cache[path] = {name: hit for name, hit in judged if hit}
    return cache[path]


def _cache(_estate: Estate) -> dict[str, Mapping[str, Leak]]:
    return {}


def line_of(estate: Estate, path: str, hit: Leak) -> Span:
    """The place of a secret in the file at an absolute path."""
    return Span(estate.project.shown(path), hit.line, 1)
