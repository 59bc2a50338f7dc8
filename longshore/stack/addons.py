"""EKS add-ons, the versions that are known to fit, and the rights that they need.

Pinned, because an unpinned one changes with every deployment. `aws eks describe-addon-versions --kubernetes-version
1.35` lists what there is now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

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
IDENTITY_AGENT: Final = "eks-pod-identity-agent"
BEFORE_NODES: Final = (*NETWORK, IDENTITY_AGENT)
"""Before the first node, or no node ever becomes ready."""
FOR_WORKLOADS: Final = ("coredns", "aws-ebs-csi-driver")
"""After the nodes they run on, before anything of ours."""

METRICS: Final = "metrics-server"
"""What tells autoscalers how much pods use."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "auto": (METRICS,),
    "managed": (*BEFORE_NODES, *FOR_WORKLOADS, METRICS),
}
"""What each way of computing lacks; Auto Mode has networking, DNS, storage and load balancing built in."""

SHARED_STORAGE: Final = "aws-efs-csi-driver"


class Identity(NamedTuple):
    """What an add-on is to AWS: the ServiceAccount that asks for rights, and the policies that it needs.

    policies: by the names that AWS gave them, with their path.
    """

    account: str
    policies: tuple[str, ...]


IDENTITIES: Final[Mapping[str, Identity]] = {
    "vpc-cni": Identity("aws-node", ("AmazonEKS_CNI_Policy",)),
    "aws-ebs-csi-driver": Identity("ebs-csi-controller-sa", ("service-role/AmazonEBSCSIDriverPolicy",)),
    SHARED_STORAGE: Identity("efs-csi-controller-sa", ("service-role/AmazonEFSCSIDriverPolicy",)),
    "amazon-cloudwatch-observability": Identity(
        "cloudwatch-agent", ("CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess")
    ),
    # It reads the buckets that it is for, and no policy of AWS's knows which.
    "aws-mountpoint-s3-csi-driver": Identity("s3-csi-driver-sa", ()),
}
"""Of add-ons that ask AWS for something: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html."""


class Cluster(Protocol):
    """What of a cluster decides its add-ons."""

    @property
    def compute(self) -> str:
        """`auto` or `managed`."""

    @property
    def version(self) -> str:
        """Of Kubernetes, `1.35`."""

    @property
    def shared_storage(self) -> object:
        """What is true where several pods may mount one volume."""

    @property
    def addon_versions(self) -> Mapping[str, str | None]:
        """Name → version, over ours; an empty one leaves the add-on out, None takes ours."""


def needed(cluster: Cluster) -> tuple[str, ...]:
    """Add-ons that a cluster of these settings cannot do without."""
    return (*NEEDED[cluster.compute], *((SHARED_STORAGE,) if cluster.shared_storage else ()))


def addons_of(cluster: Cluster) -> dict[str, str]:
    """Add-on → version for a cluster: those that it needs and those of the stack, without those that it leaves out."""
    wanted: dict[str, str | None] = {**dict.fromkeys(needed(cluster)), **cluster.addon_versions}
    known = {name: _ours(name, cluster.version) if version is None else version for name, version in wanted.items()}
    return {name: version for name, version in known.items() if version}


def unknown_addons(cluster: Cluster) -> list[str]:
    """Add-ons that the cluster gets and for which neither we nor the stack name a version."""
    wanted: dict[str, str | None] = {**dict.fromkeys(needed(cluster)), **cluster.addon_versions}
    return [name for name, version in wanted.items() if version is None and not _ours(name, cluster.version)]


def _ours(addon: str, kubernetes: str) -> str:
    return VERSIONS.get(addon, {}).get(kubernetes, "")
