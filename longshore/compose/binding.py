"""How long forms get their types: a mapping with known keys, a list, names with values, each made of simpler types.

A type is a function of a node. It gives the plain value that Docker prints, or OMIT for what Docker leaves out because
it says nothing: an empty list, `false`, 0. A value that is not of the type raises `Unbound`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from longshore.compose.problems import Problems, quote
from longshore.compose.scalars import show
from longshore.compose.tree import Node, plain

OMIT: Any = object()
Type = Callable[[Node, Problems], Any]


class Unbound(Exception):  # noqa: N818  it becomes a finding
    """A value is not of its type: says why, and what to write; `node` where it is not the attribute's own."""

    def __init__(self, message: str, help: str = "", node: Node | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message, self.help, self.node = message, help, node


def wrong(node: Node, wanted: str) -> Unbound:
    """Say that the value of a node is not `wanted`."""
    kind = type(node.value)
    what = "a mapping" if kind is dict else "a list" if kind is list else quote(show(node.value))
    return Unbound(f"{what} is not {wanted}", f"write {wanted}")


def structure(fields: dict[str, Type], *, keep_empty: bool = True, always: dict[str, Any] | None = None) -> Type:
    """A mapping with known keys; extensions are kept. Empty says nothing unless `keep_empty`.

    always: what Docker prints for keys that are left out, for the few that it prints then.
    """

    def bind(node: Node, problems: Problems) -> Any:
        value = node.value
        if value is None:
            return OMIT
        if type(value) is not dict:
            raise wrong(node, "a mapping")
        found = dict(always) if always else {}
        for key, child in value.items():
            field = fields.get(key)
            if field is None:
                if key.startswith("x-"):
                    found[key] = plain(child)
                continue
            try:
                bound = field(child, problems)
            except Unbound as error:
                problems.error("invalid-value", f"`{key}`: {error.message}", error.node or child, help=error.help)
                continue
            if bound is not OMIT:
                found[key] = bound
        return found if found or keep_empty else OMIT

    return bind


def each(item: Type) -> Type:
    """A list of one type."""

    def bind(node: Node, problems: Problems) -> Any:
        if node.value is None:
            return OMIT
        if type(node.value) is not list:
            raise wrong(node, "a list")
        found = [item(child, problems) for child in node.value]
        return [{} if bound is OMIT else bound for bound in found] or OMIT

    return bind


def named(item: Type, *, null: Any = None) -> Type:
    """A mapping from names to one type; a name without a value is there all the same."""

    def bind(node: Node, problems: Problems) -> Any:
        if node.value is None:
            return OMIT
        if type(node.value) is not dict:
            raise wrong(node, "a mapping")
        found = {}
        for key, child in node.value.items():
            try:
                bound = item(child, problems)
            except Unbound as error:
                problems.error("invalid-value", f"`{key}`: {error.message}", error.node or child, help=error.help)
                continue
            found[key] = null if bound is OMIT else bound
        return found or OMIT

    return bind
