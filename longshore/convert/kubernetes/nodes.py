"""What nodes carry: the name of their group or pool as a label, and taints, as kubectl writes them.

A taint (`dedicated=batch:NoSchedule`) keeps off the pods that do not tolerate it.
Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
"""

from __future__ import annotations

from typing import Final, NamedTuple

NAMED: Final = "longshore.dev/nodes"
"""Label of the nodes of a group or pool of a stack: its name there."""


class Taint(NamedTuple):
    """What keeps pods off a node; an effect of `PreferNoSchedule` only tries to."""

    key: str
    value: str
    effect: str

    @property
    def manifest(self) -> dict[str, str]:
        """As a node has it."""
        return {"key": self.key, **({"value": self.value} if self.value else {}), "effect": self.effect}

    @property
    def toleration(self) -> dict[str, str]:
        """As a pod has it that is let in."""
        same = {"operator": "Equal", "value": self.value} if self.value else {"operator": "Exists"}
        return {"key": self.key, **same, "effect": self.effect}


def taint_of(text: str) -> Taint:
    """Read `key[=value]:effect`."""
    what, _, effect = text.partition(":")
    key, _, value = what.partition("=")
    return Taint(key, value, effect)
