"""The order in which stacks are deployed: one that has its cluster from another comes after it."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from longshore.stack.settings import StackCluster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.stack.settings import Settings


def needs(settings: Settings | None) -> tuple[str, ...]:
    """Name the stacks that must be up before one with these settings; none where they cannot be read."""
    cluster = settings.cluster if settings else None
    return (cluster.stack,) if isinstance(cluster, StackCluster) else ()


def waves(needed: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Put stacks in order: those of one list need none of it and none of a later one, and can be deployed at once.

    needed: stack → the stacks that it needs. One that is needed and is no key of it is up already.
    """
    sorter = TopologicalSorter(
        {name: [other for other in others if other in needed] for name, others in needed.items()}
    )
    sorter.prepare()
    found = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        sorter.done(*ready)
        found.append(ready)
    return found
