"""The tree that all stages work on: values that know where they stand.

A node holds a plain scalar, a dict or a list of nodes. It points at the YAML node it came from, so its place costs
nothing until somebody asks for it, and survives anchors, merge keys, overrides, extends and includes by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.model import Path, Span

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

MISSING: Any = object()
"""Stands for a value that is not there, where None is a value."""


class Timestamp(NamedTuple):
    """An unquoted date, which Docker's YAML reader takes for a time: its JSON form, and the text it is printed as."""

    json: str
    text: str


class Node:
    """A value and its place.

    value: a scalar, `dict[str, Node]` or `list[Node]`. at: the YAML node, a Span, or None for what Docker adds by
    itself. key: the same for the key that leads here, None in lists.
    """

    __slots__ = ("at", "key", "value")

    def __init__(self, value: Any, at: Any = None, key: Any = None) -> None:
        self.value = value
        self.at = at
        self.key = key

    def get(self, *keys: str) -> Any:
        """Give the plain scalar (or the dict or list of nodes) below these keys; None where there is none."""
        value = self.value
        for key in keys:
            node = value.get(key) if type(value) is dict else None
            if node is None:
                return None
            value = node.value
        return value


def span_of(at: Any) -> Span | None:
    """Give the place that `at` of a node stands for."""
    if at is None or isinstance(at, Span):
        return at
    start, end = at.start_mark, at.end_mark
    scalar = isinstance(at.value, str)
    length = end.column - start.column if scalar and start.line == end.line else 1
    return Span(start.name, start.line + 1, start.column + 1, max(length, 1))


def derived(value: Any, source: Node) -> Node:
    """Make a tree of plain values into nodes that all stand where `source` stands."""
    if type(value) is dict:
        return Node({key: derived(child, source) for key, child in value.items()}, source.at, source.key)
    if type(value) is list:
        return Node([derived(child, source) for child in value], source.at, source.key)
    return Node(value, source.at, source.key)


def clone(node: Node) -> Node:
    """Copy a tree, places and all, so that a stage may change the copy."""
    value = node.value
    if type(value) is dict:
        value = {key: clone(child) for key, child in value.items()}
    elif type(value) is list:
        value = [clone(child) for child in value]
    return Node(value, node.at, node.key)


def size(node: Node) -> int:
    """Count the nodes of a tree."""
    value = node.value
    if type(value) is dict:
        return 1 + sum(map(size, value.values()))
    return 1 + sum(map(size, value)) if type(value) is list else 1


def plain(node: Node) -> Any:
    """Give the tree as plain dicts, lists and scalars, times in their JSON form."""
    value = node.value
    kind = type(value)
    if kind is dict:
        return {key: plain(child) for key, child in value.items()}
    if kind is list:
        return [plain(child) for child in value]
    return value.json if kind is Timestamp else value


def identity(node: Node) -> Hashable:
    """Give a key that two trees share exactly when they hold equal values of equal types."""
    value = node.value
    kind = type(value)
    if kind is dict:
        return frozenset((key, identity(child)) for key, child in value.items())
    if kind is list:
        return tuple(identity(child) for child in value)
    return kind, value


def identity_of(value: Any) -> Hashable:
    """Give the same for plain values, where JSON compares numbers by value."""
    kind = type(value)
    if kind is dict:
        return frozenset((key, identity_of(child)) for key, child in value.items())
    if kind is list:
        return tuple(identity_of(child) for child in value)
    return ("number" if kind in {int, float} else kind.__name__), value


def index(root: Node) -> dict[int, tuple[Node, Path]]:
    """Give each node and its path by the node's identity; slow, and only for what goes into a message."""
    found: dict[int, tuple[Node, Path]] = {}
    stack: list[tuple[Node, Path]] = [(root, ())]
    while stack:
        node, path = stack.pop()
        found[id(node)] = node, path
        stack.extend((child, (*path, key)) for key, child in children(node))
    return found


def children(node: Node) -> Iterator[tuple[str | int, Node]]:
    """Give the keys or positions below a node, with what is there."""
    value = node.value
    if type(value) is dict:
        yield from value.items()
    elif type(value) is list:
        yield from enumerate(value)


def walk(root: Node, path: Path) -> tuple[Node, bool]:
    """Follow a path of the canonical model through the tree as far as it goes: (last node, was it the whole path?).

    Lists of `KEY=value` are followed by key, because the canonical model has mappings in their place.
    """
    node = root
    for part in path:
        value = node.value
        following = None
        if type(value) is dict:
            following = value.get(part)
        elif type(value) is list:
            following = _item(value, part)
        if following is None:
            return node, False
        node = following
    return node, True


def _item(items: list[Node], part: str | int) -> Node | None:
    if isinstance(part, int):
        return items[part] if part < len(items) else None
    for item in reversed(items):
        text = item.value
        if isinstance(text, str) and text.startswith(part) and text[len(part) : len(part) + 1] in {"", "=", ":"}:
            return item
    return None
