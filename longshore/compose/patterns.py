"""Tables from a dotted path pattern to a function, and the one descent that all stages share.

`services.*.ports` names an attribute of every service; `*` stands for any key and for any element of a list. A table
becomes a tree of branches once, and a stage visits only what some pattern leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longshore.compose.tree import Node

Action = Callable[..., Any]


class Branch:
    """One step of a table: what to do here, and where named keys and any other key lead."""

    __slots__ = ("action", "anything", "named")

    def __init__(self) -> None:
        self.action: Action | None = None
        self.named: dict[str, Branch] = {}
        self.anything: Branch | None = None

    def step(self, key: str) -> Branch | None:
        """Follow one key."""
        return self.named.get(key) or self.anything


def table(patterns: Mapping[str, Action]) -> Branch:
    """Build the branches of a table."""
    root = Branch()
    for pattern, action in patterns.items():
        branch = root
        for part in pattern.split("."):
            if part == "*":
                branch.anything = branch.anything or Branch()
                branch = branch.anything
            else:
                branch = branch.named.setdefault(part, Branch())
        branch.action = action
    return root


def for_each(prefixes: tuple[str, ...], patterns: Mapping[str, Action]) -> dict[str, Action]:
    """Repeat the rows of a table below several prefixes."""
    return {f"{prefix}.{pattern}": action for prefix in prefixes for pattern, action in patterns.items()}


def apply(node: Node, branch: Branch, context: Any) -> None:
    """Call `action(node, context)` for everything below `node` that a pattern names, children before parents.

    An action may change the node it is given, and nothing above it.
    """
    value = node.value
    kind = type(value)
    if kind is dict:
        named, anything = branch.named, branch.anything
        if named or anything:
            for key, child in value.items():
                following = named.get(key) or anything
                if following is not None:
                    apply(child, following, context)
    elif kind is list and branch.anything is not None:
        for child in value:
            apply(child, branch.anything, context)
    if branch.action is not None:
        branch.action(node, context)
