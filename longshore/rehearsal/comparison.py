"""What a deployment would do that turns one plan of a stack into another: resource by resource, field by field.

It says what the engine would find if what is deployed were exactly the earlier plan.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.rehearsal.plan import ENGINE, PROVIDERS, UNKNOWN
from longshore.rehearsal.replacement import HOLDS_DATA, makes_anew
from longshore.report.differences import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.model import Field
    from longshore.rehearsal.plan import Node

ROLLING = frozenset({"DaemonSet", "Deployment", "StatefulSet"})
TEMPLATE = ("spec", "template")


class Operation(Enum):
    """What happens to a resource, in the engine's words."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class FieldChange(NamedTuple):
    """One field that changes. before, after: None where it is not there. anew: it makes the resource anew."""

    field: Field
    before: Any
    after: Any
    anew: bool


class Change(NamedTuple):
    """One resource that changes. node: as it will be, or as it was where it goes. fields: of an update or replacement.

    because: the name of the resource that is made anew and takes this one with it; empty where its own fields do.
    """

    operation: Operation
    node: Node
    fields: tuple[FieldChange, ...] = ()
    because: str = ""

    @property
    def loses_data(self) -> bool:
        """Does something go with it that nobody can make again?"""
        return self.operation in {Operation.REPLACE, Operation.DELETE} and self.node.type in HOLDS_DATA

    @property
    def rolls(self) -> bool:
        """Does it put new pods in the place of those that run?"""
        templates = any(change.field[:2] == TEMPLATE for change in self.fields)
        return self.node.type.rpartition(":")[2] in ROLLING and (self.operation is Operation.REPLACE or templates)


def compare(before: Sequence[Node], after: Sequence[Node]) -> list[Change]:
    """Say what turns one plan into the other: in the order of the later one, then what goes, last made first."""
    old = {node.urn: node for node in before}
    new = {node.urn: node for node in after}
    found: dict[str, Change] = {}
    # In the order of registration a resource comes after those that it is made of.
    for node in after:
        if (node.custom or node.remote) and (change := _change(old.get(node.urn), node, found, new)):
            found[node.urn] = change
    gone = [Change(Operation.DELETE, node) for node in reversed(before) if node.urn not in new]
    return [change for change in (*found.values(), *gone) if is_made(change.node)]


def is_made(node: Node) -> bool:
    """Is this a thing in a cloud or a cluster, rather than a component or the engine's own?"""
    return (node.custom or node.remote) and not node.read and not node.type.startswith(ENGINE)


def _change(old: Node | None, node: Node, found: Mapping[str, Change], new: Mapping[str, Node]) -> Change | None:
    if old is None:
        return Change(Operation.CREATE, node)
    fields = tuple(_fields(old, node, found))
    with_it = next((urn for urn in (node.provider, *node.replace_with) if _is_replaced(urn, found)), "")
    anew = with_it or any(field.anew for field in fields)
    if not fields and not anew:
        return None
    return Change(Operation.REPLACE if anew else Operation.UPDATE, node, fields, new[with_it].name if with_it else "")


def _is_replaced(urn: str, found: Mapping[str, Change]) -> bool:
    return urn in found and found[urn].operation is Operation.REPLACE


def _fields(old: Node, node: Node, found: Mapping[str, Change]) -> Iterator[FieldChange]:
    """The fields that change; what is left to others does not, what comes of a new resource does."""
    for key in sorted(old.inputs.keys() | node.inputs.keys()):
        before, after = old.inputs.get(key), node.inputs.get(key)
        parts = list(differences(before, after, (key,)))
        if not parts and UNKNOWN in str(after) and _comes_anew(old, node, key, found):
            parts = [((key,), before, after)]
        for field, earlier, later in parts:
            if not _is_ignored(field, node.ignored):
                elsewhere = node.type.startswith(PROVIDERS) and later == UNKNOWN
                anew = elsewhere or makes_anew(node, field)
                yield FieldChange(field, earlier, later, anew)


def _comes_anew(old: Node, node: Node, key: str, found: Mapping[str, Change]) -> bool:
    sources = node.sources.get(key, ())
    return list(sources) != list(old.sources.get(key, ())) or any(_is_replaced(urn, found) for urn in sources)


def _is_ignored(field: Field, ignored: Sequence[str]) -> bool:
    names = [part for part in field if isinstance(part, str)]
    return any(names[: len(rule)] == rule for rule in (text.split(".") for text in ignored))
