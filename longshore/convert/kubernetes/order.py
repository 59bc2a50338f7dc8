"""The order in which objects are created: what others need first, by kind and name where nothing decides."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from longshore.convert.kubernetes.kinds import RANK
from longshore.convert.kubernetes.references import references
from longshore.model import Manifest, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def dependencies(
    objects: Mapping[ObjectKey, Manifest], after: Iterable[tuple[ObjectKey, ObjectKey]]
) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """Join what objects refer to with the pairs (object, earlier); objects that are not ours are left out.

    A Secret that a pod names is the target of an ExternalSecret of ours, or not ours to make.
    """
    targets = {
        ObjectKey("Secret", manifest["spec"]["target"]["name"]): key
        for key, manifest in objects.items()
        if key.kind == "ExternalSecret"
    }
    found = {
        key: {owner for needed in references(manifest) if (owner := targets.get(needed, needed)) in objects}
        for key, manifest in objects.items()
    }
    for key, earlier in after:
        if key in objects and earlier in objects and key != earlier:
            found[key].add(earlier)
    return {key: frozenset(needed) for key, needed in found.items()}


def apply_order(needs: Mapping[ObjectKey, frozenset[ObjectKey]]) -> list[ObjectKey]:
    """Sort objects so that each comes after those it needs.

    Raises:
        graphlib.CycleError: objects wait for each other; a compose project with such a `depends_on` was refused.
    """
    sorter = TopologicalSorter({key: needs[key] for key in sorted(needs, key=_rank)})
    sorter.prepare()
    order: list[ObjectKey] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=_rank)
        order.extend(ready)
        sorter.done(*ready)
    return order


def _rank(key: ObjectKey) -> tuple[int, str]:
    return RANK.get(key.kind, len(RANK)), key.name
