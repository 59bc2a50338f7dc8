"""Does it fit? What the pods ask for, with one more while something is replaced, beside what nodes but one offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.report.table import columns

if TYPE_CHECKING:
    from longshore.convert.capacity import Load, Weighed

_MIB = 1 << 20


def capacity_table(weighed: Weighed, nodes: int) -> list[str]:
    """Lines of the table, the last of them the verdict; none where the stack file says nothing of its `nodes`."""
    if not nodes:
        return []
    left = max(nodes - 1, 1)
    running = sum(left if load.each_node else load.replicas for load in weighed.loads)
    surge = weighed.surge
    extra = _asked(surge) if surge else (0, 0)
    offered = f"offered by {left} of {nodes} nodes, one lost" if nodes > 1 else "offered by the only node"
    rows = [
        ("", "memory", "cpu"),
        (f"{running} pods that always run", *_cells(weighed.memory_asked - extra[0], weighed.cpu_asked - extra[1])),
        *([(f"one more of `{surge.name}` {_when(surge)}", *_cells(*extra))] if surge else []),
        (offered, *_cells(weighed.memory_offered, weighed.cpu_offered)),
        ("left", *_cells(weighed.memory_offered - weighed.memory_asked, weighed.cpu_offered - weighed.cpu_asked)),
    ]
    verdict = "it does not fit" if weighed.misfits else "it fits"
    return ["capacity:", *columns(rows, frozenset({1, 2}), "  "), f"  {verdict}"]


def _asked(load: Load) -> tuple[int, int]:
    return load.memory, load.cpu


def _when(load: Load) -> str:
    return "while it runs" if load.kind == "Job" else "while it is replaced"


def _cells(memory: int, cpu: int) -> tuple[str, str]:
    return f"{memory / _MIB:,.0f}Mi", f"{cpu:,}m"
