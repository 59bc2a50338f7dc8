"""Capacity on the page: what the pods of each service ask for, beside what nodes offer with one of them lost.

Where the stack file says nothing of its nodes, the least that carries the estate stands in their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.capacity import capacity
from longshore.convert.nodes import choices
from longshore.report.page.model import Capacity, Load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.options import Options
    from longshore.model import Conversion

_CHOICES = 4
"""Node types that are shown, the least first."""


def loads(conversion: Conversion, options: Options, names: Mapping[str, str]) -> Capacity:
    """Weigh the estate on the nodes of its stack, or on the least that carry it. names: workload → service."""
    weighed, offer = capacity(conversion, options), options.capacity
    possible = choices(weighed.loads)
    nodes, memory, cpu, kind = offer.nodes, offer.node_memory, offer.node_cpu, ""
    if not nodes and possible:
        (kind, *_), (memory, cpu) = possible[0].type, possible[0].type.offered
        nodes, weighed = possible[0].nodes, possible[0].weighed
    left, surge = max(nodes - 1, 1), weighed.surge
    rows = [
        Load(names.get(load.name, load.name), pods, pods * load.memory, pods * load.cpu)
        for load in weighed.loads
        if (pods := left if load.each_node else load.replicas)
    ]
    return Capacity(
        nodes=nodes,
        known=bool(offer.nodes),
        type=kind,
        loads=tuple(sorted(rows, key=lambda row: (-row.memory, row.service))),
        surge=names.get(surge.name, surge.name) if surge else "",
        surge_memory=surge.memory if surge else 0,
        surge_cpu=surge.cpu if surge else 0,
        memory_asked=weighed.memory_asked,
        memory_offered=weighed.memory_offered if nodes else 0,
        memory_all=nodes * memory,
        cpu_asked=weighed.cpu_asked,
        cpu_offered=weighed.cpu_offered if nodes else 0,
        cpu_all=nodes * cpu,
        misfits=weighed.misfits,
        choices=tuple((choice.type.name, choice.nodes, *choice.used) for choice in possible[:_CHOICES]),
    )
