"""Does it fit? What the manifests request, with one node lost and one surge of the largest, beside what the nodes offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convert.kubernetes.kinds import WORKLOADS
from convert.kubernetes.quantity import bytes_in, millicores_in
from convert.model import Manifest, key_of
from convert.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convert.options import Capacity


class Load(NamedTuple):
    """Bytes of memory and thousandths of a CPU."""

    memory: int = 0
    cpu: int = 0

    def plus(self, other: Load, times: int = 1) -> Load:
        """Add `other`, so many times."""
        return Load(self.memory + other.memory * times, self.cpu + other.cpu * times)


class Demand(NamedTuple):
    """What a set of manifests asks of its nodes. largest: the one pod that a rolling update adds, and whose it is."""

    pods: int
    requests: Load
    largest: Load
    owner: str


def demand(manifests: Iterable[Manifest], nodes: int) -> Demand:
    """Add up the requests of all pods; a DaemonSet has one on each node, a Job runs beside everything else."""
    pods, total, largest, owner = 0, Load(), Load(), ""
    for manifest in manifests:
        if manifest["kind"] not in WORKLOADS:
            continue
        spec = manifest["spec"]
        each = _pod(spec["template"]["spec"])
        count = nodes if manifest["kind"] == "DaemonSet" else int(spec.get("replicas", spec.get("parallelism", 1)))
        pods += count
        total = total.plus(each, count)
        if manifest["kind"] == "Deployment" and _surges(spec) and each > largest:
            largest, owner = each, str(key_of(manifest))
    return Demand(pods, total, largest, owner)


def _surges(spec: dict[str, Any]) -> bool:
    return bool(spec.get("strategy", {}).get("type") != "Recreate")


def _pod(spec: dict[str, Any]) -> Load:
    load = Load()
    for container in spec.get("containers", []):
        resources = container.get("resources", {})
        # Kubernetes takes a limit for the request where none is given
        asked = {**resources.get("limits", {}), **resources.get("requests", {})}
        load = load.plus(Load(bytes_in(str(asked.get("memory", 0))), millicores_in(str(asked.get("cpu", 0)))))
    return load


def capacity_table(manifests: Iterable[Manifest], capacity: Capacity) -> list[str]:
    """Lines of the table, the last of them the verdict; none where the options give no capacity."""
    if not capacity.nodes:
        return []
    asked = demand(manifests, capacity.nodes)
    needed = asked.requests.plus(asked.largest)
    left_nodes = max(capacity.nodes - 1, 0)
    offered = Load(capacity.node_memory * left_nodes, capacity.node_cpu * left_nodes)
    left = offered.plus(needed, -1)
    surge = f"one more {asked.owner} while it is updated" if asked.owner else "no surge"
    rows = [
        ("", "memory", "cpu"),
        (f"requests of {asked.pods} pods", *_cells(asked.requests)),
        (surge, *_cells(asked.largest)),
        (f"offered by {left_nodes} of {capacity.nodes} nodes, one lost", *_cells(offered)),
        ("left", *_cells(left)),
    ]
    fits = left.memory >= 0 and left.cpu >= 0
    return [
        "capacity:",
        *columns(rows, frozenset({1, 2}), "  "),
        f"  {_verdict(left, capacity) if not fits else 'it fits'}",
    ]


def _cells(load: Load) -> tuple[str, str]:
    return f"{load.memory / (1 << 20):,.0f} MiB", f"{load.cpu:,} m"


def _verdict(left: Load, capacity: Capacity) -> str:
    """Say how many nodes are missing."""
    missing = max(
        -(left.memory // capacity.node_memory) if left.memory < 0 and capacity.node_memory else 0,
        -(left.cpu // capacity.node_cpu) if left.cpu < 0 and capacity.node_cpu else 0,
    )
    return f"it does not fit: {missing} more node{'' if missing == 1 else 's'} of this size needed"
