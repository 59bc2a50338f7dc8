"""What a push would do to each remote secret: compared in memory, told by names."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.stores.document import check_key
from longshore.stores.interface import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.cli.secrets.sources import Found
    from longshore.convert.secrets.remotes import Remote
    from longshore.stores.interface import Backend, Content
    from longshore.stores.value import Value

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
UNCHANGED, KEPT, ONLY_REMOTE = "unchanged", "kept", "only-remote"
WRITES: Final = frozenset({ADDED, CHANGED, REMOVED})


class Change(NamedTuple):
    """One remote secret before and after. keys: name → what happens to it. values: all that it holds afterwards.

    `kept` keys are needed, are there, and were not given this time; `only-remote` ones nobody needs.
    """

    path: str
    base: str
    keys: Mapping[str, str]
    values: Mapping[str, Value]
    origins: Mapping[str, str]

    @property
    def writes(self) -> bool:
        """Is there anything to write?"""
        return not WRITES.isdisjoint(self.keys.values())

    def plain(self) -> dict[str, Any]:
        """The change as JSON, names only."""
        return {"path": self.path, "keys": dict(self.keys)}


def read_all(backend: Backend, paths: Sequence[str]) -> dict[str, Content]:
    """Read all remote secrets, several at a time.

    Raises:
        BackendError: one could not be read.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(paths, pool.map(backend.read, paths), strict=True))


def change(
    remote: Remote, wanted: Mapping[str, Found], content: Content, *, prune: bool = False, only_new: bool = False
) -> Change:
    """Compare what is wanted with what is there.

    prune: take away what nobody needs. only_new: leave alone what is there already; defaults always do.
    """
    keys: dict[str, str] = {}
    values = dict(content.values)
    for key, found in wanted.items():
        check_key(remote.name, key)
        before = content.values.get(key)
        if before is None:
            keys[key] = ADDED
        elif only_new or (found.fallback and before != found.value and key not in content.odd):
            keys[key] = KEPT
            continue
        else:
            # a number or null in the JSON is written anew, as the text that it should be
            keys[key] = UNCHANGED if before == found.value and key not in content.odd else CHANGED
        values[key] = found.value
    for key in content.values:
        if key in keys:
            continue
        if key in remote.needs:
            keys[key] = KEPT
        elif prune:
            keys[key] = REMOVED
            del values[key]
        else:
            keys[key] = ONLY_REMOTE
    origins = {key: found.origin for key, found in wanted.items()}
    return Change(remote.name, content.version, dict(sorted(keys.items())), values, origins)
