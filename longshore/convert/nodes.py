"""Which nodes could carry an estate: how many of each type, with one of them lost and one rollout under way.

What a node offers to pods is less than it has. Of memory, EKS keeps 255Mi and 11Mi for each pod that it may have, and
the kubelet 100Mi; of the processor a share that falls with each core. What every node runs beside the estate (network,
proxy, disks) asks for some more.
Sources: https://github.com/awslabs/amazon-eks-ami (nodeadm's defaults; pods by instance type),
https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html, .../co.html, .../mo.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.capacity import weigh
from longshore.convert.options import Capacity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.convert.capacity import Load, Weighed

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30
_KEPT, _KEPT_BY_POD, _EVICTION = 255 * _MIB, 11 * _MIB, 100 * _MIB
_OWN_MEMORY, _OWN_CPU = 250 * _MIB, 200
"""What the pods of the platform on each node ask for: network plug-in, kube-proxy, the driver of disks."""
_OWN_PODS: Final = 4
_MOST_NODES: Final = 100


class NodeType(NamedTuple):
    """A type of node: processors, GiB of memory, and how many pods its network interfaces have addresses for."""

    name: str
    processors: int
    memory: int
    pods: int

    @property
    def offered(self) -> tuple[int, int]:
        """Bytes and millicores that are left for the pods of an estate."""
        kept = sum(_share(core) for core in range(self.processors))
        memory = self.memory * _GIB - _KEPT - _KEPT_BY_POD * self.pods - _EVICTION - _OWN_MEMORY
        return memory, self.processors * 1000 - kept - _OWN_CPU


TYPES: Final = (
    NodeType("c7i.large", 2, 4, 29),
    NodeType("m7i.large", 2, 8, 29),
    NodeType("r7i.large", 2, 16, 29),
    NodeType("c7i.xlarge", 4, 8, 58),
    NodeType("m7i.xlarge", 4, 16, 58),
    NodeType("r7i.xlarge", 4, 32, 58),
    NodeType("c7i.2xlarge", 8, 16, 58),
    NodeType("m7i.2xlarge", 8, 32, 58),
    NodeType("r7i.2xlarge", 8, 64, 58),
    NodeType("m7i.4xlarge", 16, 64, 234),
)


class Choice(NamedTuple):
    """So many nodes of a type carry the estate; weighed: what is asked beside what all but one of them offer."""

    type: NodeType
    nodes: int
    weighed: Weighed

    @property
    def used(self) -> tuple[int, int]:
        """Percent of the memory and of the processors of all nodes that the pods ask for when nothing is replaced."""
        surge = self.weighed.surge
        memory = self.weighed.memory_asked - (surge.memory if surge else 0)
        cpu = self.weighed.cpu_asked - (surge.cpu if surge else 0)
        offered = self.type.offered
        return 100 * memory // (offered[0] * self.nodes), 100 * cpu // (offered[1] * self.nodes)


def choices(loads: Sequence[Load]) -> tuple[Choice, ...]:
    """For each type that can run the largest pod, the fewest nodes of it; the least memory and cores first."""
    found = [choice for kind in TYPES if (choice := _fewest(loads, kind))]
    return tuple(sorted(found, key=lambda one: (one.nodes * (one.type.processors * 4 + one.type.memory), one.nodes)))


def _share(core: int) -> int:
    """Millicores of one core that are kept: 6 % of the first, 1 % of the second, 0.5 % of two more, then 0.25 %."""
    return {0: 60, 1: 10, 2: 5, 3: 5}.get(core, 3)


def _fewest(loads: Sequence[Load], kind: NodeType) -> Choice | None:
    memory, cpu = kind.offered
    for nodes in range(2, _MOST_NODES + 1):
        weighed = weigh(loads, Capacity(nodes, memory, cpu))
        pods = sum(nodes - 1 if load.each_node else load.replicas for load in loads) + 1
        if not weighed.misfits and pods <= (nodes - 1) * (kind.pods - _OWN_PODS):
            return Choice(kind, nodes, weighed)
    return None
