"""Pools of nodes in Auto Mode beside AWS's own: for each a NodePool, which asks for machines, and a NodeClass.

A NodePool that goes takes its nodes with it, and its NodeClass stays until the last of these is gone.
Source: https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html and .../create-node-class.html
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, NotRequired, TypedDict

import pulumi

from longshore.components.clusters.nodes import NodeCapacity
from longshore.components.kubernetes_object import KubernetesObject
from longshore.convert.kubernetes.nodes import NAMED, taint_of

OLDER_GENERATION = "4"


class Architecture(StrEnum):
    """Which processors a node has."""

    AMD64 = "amd64"
    ARM64 = "arm64"


class NodePoolArgs(TypedDict):
    """One pool of nodes, which grows and shrinks with the pods that fit it."""

    capacity_types: NotRequired[Sequence[NodeCapacity]]
    """How AWS sells the nodes; of both, spot is taken where there is some. Default: `on-demand`."""
    architectures: NotRequired[Sequence[Architecture]]
    """Which processors they have. Default: `amd64`."""
    categories: NotRequired[Sequence[str]]
    """Categories of instances, of the fifth generation or later. Default: `c`, `m` and `r`."""
    instance_types: NotRequired[Sequence[str]]
    """Types of instances, in place of categories."""
    cpu: NotRequired[str]
    """Processors of all nodes together at most, a Kubernetes quantity. Default: as many as pods need."""
    memory: NotRequired[str]
    """Memory of all nodes together at most, a Kubernetes quantity. Default: as much as pods need."""
    weight: NotRequired[int]
    """Of several pools that fit a pod, the one with the most is tried first; 1 to 100."""
    disk: NotRequired[int]
    """GiB of each node's disk. Default: 80."""
    expire_after: NotRequired[str]
    """How old a node gets; 504h at most. Default: 336h."""
    labels: NotRequired[Mapping[str, str]]
    """Labels of the nodes."""
    taints: NotRequired[Sequence[str]]
    """What keeps pods off that do not tolerate it, as kubectl writes it: `dedicated=batch:NoSchedule`."""


class PoolGround(NamedTuple):
    """What the nodes of all pools have of their cluster: the name of their role, subnets, security group, cost tags."""

    role: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    security_group_id: pulumi.Input[str]
    tags: Mapping[str, str]


def node_pools(
    name: str, pools: Mapping[str, NodePoolArgs], ground: PoolGround, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Make the pools of the cluster `name`; opts: with the provider for what is outside of namespaces."""
    made: list[pulumi.Resource] = []
    for key, pool in sorted(pools.items()):
        nodes = KubernetesObject(f"{name}-{key}", _node_class(key, pool, ground), opts)
        after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[nodes]))
        made += [nodes, KubernetesObject(f"{name}-{key}", _node_pool(key, pool), after)]
    return made


def _node_class(key: str, pool: NodePoolArgs, ground: PoolGround) -> dict[str, Any]:
    subnets = pulumi.Output.from_input(ground.subnet_ids).apply(lambda ids: [{"id": each} for each in ids])
    return {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "NodeClass",
        "metadata": {"name": key},
        "spec": {
            "role": ground.role,
            "subnetSelectorTerms": subnets,
            "securityGroupSelectorTerms": [{"id": ground.security_group_id}],
            "ephemeralStorage": {"size": f"{int(pool.get('disk', 80))}Gi"},
            **({"tags": dict(ground.tags)} if ground.tags else {}),
        },
    }


def _node_pool(key: str, pool: NodePoolArgs) -> dict[str, Any]:
    limits = {name: pool[name] for name in ("cpu", "memory") if pool.get(name)}
    node: dict[str, Any] = {
        "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": key},
        "requirements": _requirements(pool),
        "expireAfter": pool.get("expire_after", "336h"),
    }
    if pool.get("taints"):
        node["taints"] = [taint_of(text).manifest for text in pool["taints"]]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": key},
        "spec": {
            **({"weight": int(pool["weight"])} if pool.get("weight") else {}),
            **({"limits": limits} if limits else {}),
            "disruption": {"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "30s"},
            "template": {
                "metadata": {"labels": {**pool.get("labels", {}), NAMED: key}},
                "spec": node,
            },
        },
    }


def _requirements(pool: NodePoolArgs) -> list[dict[str, Any]]:
    def one_of(key: str, values: Sequence[str]) -> dict[str, Any]:
        return {"key": key, "operator": "In", "values": [str(value) for value in values]}

    if pool.get("instance_types"):
        machines = [one_of("node.kubernetes.io/instance-type", pool["instance_types"])]
    else:
        newer = {"key": "eks.amazonaws.com/instance-generation", "operator": "Gt", "values": [OLDER_GENERATION]}
        machines = [one_of("eks.amazonaws.com/instance-category", pool.get("categories", ("c", "m", "r"))), newer]
    return [
        one_of("karpenter.sh/capacity-type", pool.get("capacity_types", (NodeCapacity.ON_DEMAND,))),
        one_of("kubernetes.io/arch", pool.get("architectures", (Architecture.AMD64,))),
        *machines,
    ]
