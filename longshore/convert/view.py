"""Values that remember which of their leaves were read, so that a claim on a subtree cannot hide a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Path


class View:
    """A mapping or list of the canonical model that records which entries were read.

    Reading a scalar marks it; reading a mapping or list gives a View of it, whose own entries must be read in turn.
    `plain()` reads all of it at once.
    """

    __slots__ = ("_children", "_plain", "_read")

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self._plain = value
        self._children: dict[str | int, View] = {}
        self._read: set[str | int] = set()

    def _give(self, key: str | int, value: Any) -> Any:
        if isinstance(value, (dict, list)) and value:
            child = self._children.get(key)
            if child is None:
                child = self._children[key] = View(value)
            return child
        self._read.add(key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """Read one entry of a mapping; `default` where it is absent."""
        if isinstance(self._plain, dict) and key in self._plain:
            return self._give(key, self._plain[key])
        return default

    def __getitem__(self, key: str | int) -> Any:
        return self._give(key, self._plain[key])  # type: ignore[index]

    def __contains__(self, key: object) -> bool:
        return key in self._plain

    def __len__(self) -> int:
        return len(self._plain)

    def __iter__(self) -> Iterator[Any]:
        """Keys of a mapping, read elements of a list."""
        if isinstance(self._plain, dict):
            yield from self._plain
        else:
            for index, value in enumerate(self._plain):
                yield self._give(index, value)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Read every entry of a mapping."""
        for key, value in self._plain.items():  # type: ignore[union-attr]
            yield key, self._give(key, value)

    def plain(self) -> Any:
        """Read everything: the value as it stands in the model; not to be changed."""
        self._read.update(self._plain if isinstance(self._plain, dict) else range(len(self._plain)))
        return self._plain

    def unread(self, prefix: Path = ()) -> list[Path]:
        """Paths of the leaves that nobody read, below `prefix`."""
        found: list[Path] = []
        if len(self._read) < len(self._plain):
            self._add_unread(prefix, found)
        return found

    def _add_unread(self, prefix: Path, found: list[Path]) -> None:
        for key, value in self._plain.items() if isinstance(self._plain, dict) else enumerate(self._plain):
            if key in self._read:
                continue
            child = self._children.get(key)
            if child is None:
                _add_leaves(value, (*prefix, key), found)
            else:
                child._add_unread((*prefix, key), found)  # noqa: SLF001  a View as well


def plain(value: Any) -> Any:
    """Read all of a value, whatever it is: a View, a scalar or nothing."""
    return value.plain() if isinstance(value, View) else value


def leaves(value: Any, prefix: Path = ()) -> list[Path]:
    """Paths of all leaves of `value`; an empty mapping or list, and null, are leaves too."""
    found: list[Path] = []
    _add_leaves(value, prefix, found)
    return found


def _add_leaves(value: Any, prefix: Path, found: list[Path]) -> None:
    if not value or not isinstance(value, (dict, list)):
        found.append(prefix)
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        path = (*prefix, key)
        if isinstance(child, (dict, list)):
            _add_leaves(child, path, found)
        else:
            found.append(path)
