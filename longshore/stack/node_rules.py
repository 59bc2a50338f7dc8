"""What the nodes of an EKS cluster must be together, and what AWS and Kubernetes refuse of them.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html,
https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html and https://karpenter.sh/docs/concepts/nodepools/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.decoding.errors import Wrong
from longshore.stack.node_settings import BUILT_IN, Controller, NodePool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.model import Path
    from longshore.stack.eks_settings import EksCluster
    from longshore.stack.node_settings import NodeGroup

RANDOM: Final = len("-0123abc")
"""What Pulumi puts behind the names that it makes up."""
NODE_GROUP_NAME: Final = 63
SMALLEST_DISK: Final = 20
"""GiB of the image of a node."""
AT_ONCE: Final = 100
HEAVIEST: Final = 100
OLDEST: Final = 504
"""Hours that Auto Mode lets a node live."""
TAINTS: Final = 50
SPOT_TYPES: Final = 3

ARM: Final = re.compile(r"(a1|[a-z]+[0-9]+g[a-z]*)\.").match
"""Instance types with AWS's own processors: `m7g.large`, `c7gn.xlarge`, `g5g.xlarge`."""
LABEL: Final = re.compile(r"[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?", re.ASCII).fullmatch
POOL_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?").fullmatch
RESERVED_LABELS: Final = ("kubernetes.io", "k8s.io", "eks.amazonaws.com", "karpenter.sh", "longshore.dev")

_GROUPS: Final[Path] = ("cluster", "nodeGroups")
_POOLS: Final[Path] = ("cluster", "nodePools")


def nodes(cluster: EksCluster, name: str) -> Iterator[Wrong]:
    """Find what keeps a cluster of this name from having the nodes that its stack wants."""
    if cluster.compute == "auto":
        yield from _auto(cluster)
    else:
        yield from _managed(cluster)
    for key, group in cluster.node_groups.items():
        yield from _group((*_GROUPS, key), key, group, cluster, name)
    for key, pool in cluster.own_pools.items():
        yield from _pool((*_POOLS, key), key, pool)


def doubts(cluster: EksCluster) -> Iterator[Wrong]:
    """Find what works, and is worth a warning."""
    groups, pools = cluster.node_groups.items(), cluster.own_pools.items()
    spots: list[tuple[Path, Sequence[str]]] = [
        *(((*_GROUPS, key), group.instance_types) for key, group in groups if group.capacity == "spot"),
        # A pool that names no types takes any of its categories.
        *(((*_POOLS, key), pool.instance_types) for key, pool in pools if _chosen_for_spot(pool)),
    ]
    for place, types in spots:
        if len(types) < SPOT_TYPES:
            help_text = f"name {SPOT_TYPES} types or more"
            yield Wrong((*place, "instanceTypes"), "gives spot little to choose from", help_text)
    for place in _mixed(cluster):
        yield Wrong(
            place,
            "takes pods that name no platform, and an image for x86 alone ends there at once",
            "keep them off by `taints: ['arch=arm64:NoSchedule']`: a service with `platform: linux/arm64` tolerates it",
            key=True,
        )


def keeps_off(taints: Iterable[str]) -> bool:
    """Do these keep a pod off that does not tolerate them?"""
    return any(not taint.endswith(":PreferNoSchedule") for taint in taints)


def _chosen_for_spot(pool: NodePool) -> bool:
    return bool(pool.instance_types) and "spot" in pool.capacity_types


def _mixed(cluster: EksCluster) -> Iterator[Path]:
    """Nodes for ARM on which a pod may stand that could as well stand on x86."""
    if cluster.compute == "auto":
        pools = {key: pool for key, pool in cluster.own_pools.items() if not keeps_off(pool.taints)}
        both = [architecture for pool in pools.values() for architecture in pool.architectures]
        x86 = "general-purpose" in cluster.built_in_pools or "amd64" in both
        arm = [(*_POOLS, key) for key, pool in pools.items() if "arm64" in pool.architectures]
    else:
        groups = {key: group for key, group in cluster.node_groups.items() if not keeps_off(group.taints)}
        x86 = any("ARM" not in group.ami for group in groups.values())
        arm = [(*_GROUPS, key) for key, group in groups.items() if "ARM" in group.ami]
    yield from arm if x86 else ()


def _auto(cluster: EksCluster) -> Iterator[Wrong]:
    if cluster.node_groups:
        yield Wrong(_GROUPS, "are not used in Auto Mode", "leave them out, or write `compute: managed`", key=True)
    for key, controller in (
        ("autoscaler", cluster.autoscaler),
        ("loadBalancerController", cluster.load_balancer_controller),
    ):
        if controller != Controller():
            yield Wrong(("cluster", key), "is built into Auto Mode", "leave it out", key=True)
    for name in BUILT_IN:
        if cluster.node_pools.get(name) not in (None, NodePool()):
            help_text = "write `false` to leave it out, and what you want under another name"
            yield Wrong((*_POOLS, name), "is AWS's own pool, and stays as AWS has it", help_text, key=True)
    if cluster.built_in_pools:
        return
    if cluster.own_pools:
        help_text = "keep `system`, which grows for the pods of AWS's own alone"
        yield Wrong(_POOLS, "keeps none of AWS's own pools, whose role the nodes of the others have", help_text)
    else:
        yield Wrong(_POOLS, "leaves nothing to run on", "write `[system, general-purpose]`")


def _managed(cluster: EksCluster) -> Iterator[Wrong]:
    if cluster.node_pools:
        yield Wrong(_POOLS, "are of Auto Mode", "managed nodes are `nodeGroups`; or write `compute: auto`", key=True)
    groups = cluster.node_groups.values()
    if not groups:
        yield Wrong(("cluster", "compute"), "`managed` needs nodes", "write `nodeGroups: {general: {}}`")
    elif not any(group.minimum and not keeps_off(group.taints) for group in groups):
        help_text = "let one group be without `taints`, with a `minimum` of 1 or more"
        yield Wrong(_GROUPS, "leave no node for the pods of the cluster itself, DNS among them", help_text, key=True)


def _group(place: Path, name: str, group: NodeGroup, cluster: EksCluster, called: str) -> Iterator[Wrong]:
    most = NODE_GROUP_NAME - RANDOM - len(f"{called}-nodes-")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) or len(name) > most:
        help_text = f"letters, digits, `-` and `_`, {most} characters at most"
        yield Wrong(place, "is no name for a node group of this cluster", help_text, key=True)
    if not group.minimum <= group.desired <= group.maximum:
        yield Wrong(place, "must have `desired` between `minimum` and `maximum`")
    if not group.instance_types:
        yield Wrong((*place, "instanceTypes"), "names no instance type", "such as `[m7i.large]`")
    if not group.maximum:
        yield Wrong(place, "must have a `maximum` of 1 or more", "`minimum` and `desired` may be 0")
    if not 1 <= group.max_unavailable <= AT_ONCE:
        yield Wrong((*place, "maxUnavailable"), f"must be 1 to {AT_ONCE}", "or no node could ever be replaced")
    if group.release and group.ami.startswith("AL2023") and not group.release.startswith(f"{cluster.version}."):
        help_text = "leave it out for the newest one, or name one of that version"
        yield Wrong((*place, "release"), f"is no release for Kubernetes {cluster.version}", help_text)
    yield from _disk(place, group.disk)
    yield from _architectures(place, group.instance_types, {"arm64"} if "ARM" in group.ami else {"amd64"}, "ami")
    yield from _labels(place, group.labels)
    yield from _taints(place, group.taints)


def _pool(place: Path, name: str, pool: NodePool) -> Iterator[Wrong]:
    if not POOL_NAME(name) or name == "default":
        help_text = "lower-case letters, digits and `-`, 63 at most; `default` is AWS's"
        yield Wrong(place, "is no name for a pool", help_text, key=True)
    for key, found in (("capacityTypes", pool.capacity_types), ("architectures", pool.architectures)):
        if not found:
            yield Wrong((*place, key), "leaves nothing to choose from", "leave it out for the default")
    if not pool.instance_types and not pool.categories:
        yield Wrong((*place, "categories"), "leaves nothing to choose from", "such as `[c, m, r]`")
    if pool.instance_types and pool.categories != NodePool().categories:
        yield Wrong(
            (*place, "categories"), "counts for nothing beside `instanceTypes`", "drop one of the two", key=True
        )
    if pool.weight > HEAVIEST:
        yield Wrong((*place, "weight"), f"is more than {HEAVIEST}", f"{HEAVIEST} at most")
    if int(pool.expire_after.rstrip("h") or 0) > OLDEST:
        help_text = f"{OLDEST}h at most, which is three weeks"
        yield Wrong((*place, "expireAfter"), "is longer than Auto Mode lets a node live", help_text)
    yield from _disk(place, pool.disk)
    yield from _architectures(place, pool.instance_types, set(pool.architectures), "architectures")
    yield from _labels(place, pool.labels)
    yield from _taints(place, pool.taints)


def _disk(place: Path, disk: int) -> Iterator[Wrong]:
    if disk < SMALLEST_DISK:
        help_text = f"{SMALLEST_DISK} GiB or more"
        yield Wrong((*place, "disk"), f"of {disk} GiB has no room for the image of a node", help_text)


def _architectures(place: Path, types: Sequence[str], wanted: set[str], key: str) -> Iterator[Wrong]:
    """Find instance types with other processors than are wanted by the setting `key`."""
    example = "AL2023_ARM_64_STANDARD" if key == "ami" else "[arm64]"
    for index, instance_type in enumerate(types):
        arm = bool(ARM(instance_type))
        if ("arm64" if arm else "amd64") not in wanted:
            is_for = "the image is" if key == "ami" else f"`{key}` is"
            message = f"`{instance_type}` is {'ARM' if arm else 'x86'}, and {is_for} for {'x86' if arm else 'ARM'}"
            help_text = f"give `{key}` and `instanceTypes` of one kind, such as `{example}` and `m7g.large`"
            yield Wrong((*place, "instanceTypes", index), message, help_text)


def _labels(place: Path, labels: Mapping[str, str]) -> Iterator[Wrong]:
    for key, value in labels.items():
        domain, _, last = key.rpartition("/")
        if domain.endswith(RESERVED_LABELS):
            yield Wrong((*place, "labels", key), "is a label that EKS keeps for itself", "choose another", key=True)
        elif not LABEL(last) or not (value == "" or LABEL(value)):
            yield Wrong((*place, "labels", key), "is no label of Kubernetes", "letters, digits, `-`, `_` and `.`")


def _taints(place: Path, taints: Sequence[str]) -> Iterator[Wrong]:
    if len(taints) > TAINTS:
        yield Wrong((*place, "taints"), f"are {len(taints)}, and EKS takes {TAINTS}", "join some of them")
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        key, _, effect = taint.partition(":")
        same = (key.partition("=")[0], effect)
        if same in seen:
            help_text = "a node has one of a key and an effect"
            yield Wrong((*place, "taints", index), f"`{same[0]}` with {effect} is there already", help_text)
        seen.add(same)
