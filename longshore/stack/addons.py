"""EKS add-ons and the versions that are known to fit: pinned, because an unpinned one changes with every deployment.

`aws eks describe-addon-versions --kubernetes-version 1.35` lists what there is now. Imports no pulumi, so that a stack
file can be checked fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAME: Final = ("1.33", "1.34", "1.35")

VERSIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "vpc-cni": dict.fromkeys(_SAME, "v1.23.0-eksbuild.1"),
    "kube-proxy": {
        "1.33": "v1.33.10-eksbuild.18",
        "1.34": "v1.34.6-eksbuild.18",
        "1.35": "v1.35.3-eksbuild.18",
    },
    "eks-pod-identity-agent": dict.fromkeys(_SAME, "v1.4.0-eksbuild.1"),
    "coredns": {
        "1.33": "v1.13.2-eksbuild.11",
        "1.34": "v1.13.2-eksbuild.11",
        "1.35": "v1.14.3-eksbuild.3",
    },
    "aws-ebs-csi-driver": dict.fromkeys(_SAME, "v1.63.1-eksbuild.1"),
    "aws-efs-csi-driver": dict.fromkeys(_SAME, "v2.3.1-eksbuild.1"),
    "metrics-server": {
        "1.33": "v0.8.1-eksbuild.14",
        "1.34": "v0.9.0-eksbuild.5",
        "1.35": "v0.9.0-eksbuild.5",
    },
}

NETWORK: Final = ("vpc-cni", "kube-proxy")
"""Before the first node, or no node ever becomes ready; `eks.Cluster` makes them."""

BEFORE_NODES: Final = ("eks-pod-identity-agent",)
FOR_WORKLOADS: Final = ("coredns", "aws-ebs-csi-driver")
"""After the nodes they run on, before anything of ours."""

METRICS: Final = "metrics-server"
"""What tells autoscalers how much pods use."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "auto": (METRICS,),
    "managed": (*NETWORK, *BEFORE_NODES, *FOR_WORKLOADS, METRICS),
}
"""What each way of computing lacks; Auto Mode has networking, DNS, storage and load balancing built in."""


SHARED_STORAGE: Final = "aws-efs-csi-driver"


class Cluster(Protocol):
    """What of a cluster decides its add-ons."""

    @property
    def compute(self) -> str:
        """`auto` or `managed`."""

    @property
    def version(self) -> str:
        """Of Kubernetes, `1.35`."""

    @property
    def shared_storage(self) -> bool:
        """Whether several pods may mount one volume."""

    @property
    def addons(self) -> Mapping[str, str]:
        """Name → version, over ours; an empty version leaves one out."""


def needed(cluster: Cluster) -> tuple[str, ...]:
    """Add-ons that a cluster of these settings cannot do without."""
    return (*NEEDED[cluster.compute], *((SHARED_STORAGE,) if cluster.shared_storage else ()))


def addons_of(cluster: Cluster) -> dict[str, str]:
    """Add-on → version for a cluster: ours for its Kubernetes version, then those of the stack; "" leaves one out."""
    ours = {name: VERSIONS[name].get(cluster.version, "") for name in needed(cluster)}
    return {name: version for name, version in {**ours, **cluster.addons}.items() if version}


def unknown_addons(cluster: Cluster) -> list[str]:
    """Add-ons that the cluster needs and for which neither we nor the stack name a version."""
    return [name for name in needed(cluster) if name not in cluster.addons and cluster.version not in VERSIONS[name]]
