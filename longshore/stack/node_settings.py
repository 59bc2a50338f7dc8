"""What a stack file may say of the nodes of an EKS cluster, and of what runs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from longshore.decoding.types import Count, Named, Section, Written, text
from longshore.stack.setting_types import Quantity, Version

BUILT_IN: Final = ("system", "general-purpose")
"""The pools that Auto Mode has from the start: https://docs.aws.amazon.com/eks/latest/userguide/set-builtin-node-pools.html."""

Taint = Annotated[
    str,
    text(
        r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?(=[-\w.]{0,63})?"
        r":(NoSchedule|PreferNoSchedule|NoExecute)",
        "a taint as kubectl writes it, such as `dedicated=batch:NoSchedule`",
    ),
]
Release = Annotated[
    str,
    text(
        r"[0-9]+\.[0-9]+\.[0-9]+-[0-9a-f]{8}",
        "a release of a node image, such as `1.35.3-20260812`, or `1.52.0-1a2b3c4d` of Bottlerocket",
    ),
]
Hours = Annotated[str, text(r"[1-9][0-9]{0,3}h", "a number of hours such as `336h`")]
Category = Annotated[str, text(r"[a-z]{1,5}", "a category of instances such as `m`: the letters before the number")]


@dataclass(frozen=True, slots=True)
class NodeGroup(Section):
    """Managed nodes."""

    instance_types: tuple[str, ...] = ("m7i.large",)
    """Types of instances; spot groups want three or more to choose from."""
    capacity: Literal["on-demand", "spot"] = "on-demand"
    """How AWS sells them."""
    ami: Literal["AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"] = (
        "AL2023_x86_64_STANDARD"
    )
    """The image of the nodes."""
    release: Release = ""
    """The release of that image; left out: the newest one at each `up`, which replaces nodes of an older one."""
    minimum: Count = 2
    """The fewest nodes."""
    desired: Count = 3
    """How many nodes there are; with an autoscaler at first only, and from then on as many as the pods need."""
    maximum: Count = 6
    """The most nodes."""
    max_unavailable: Count = 1
    """How many nodes are replaced at once when their image changes."""
    disk: Count = 50
    """GiB of the disk of a node."""
    labels: Named[Written] = field(default_factory=dict)
    """Labels of the nodes."""
    taints: tuple[Taint, ...] = ()
    """What keeps pods off the nodes that do not ask for them by a label or by the group's name."""


@dataclass(frozen=True, slots=True)
class PoolLimits(Section):
    """How much a pool may grow to."""

    cpu: Quantity = ""
    """Processors of all its nodes together, a Kubernetes quantity."""
    memory: Quantity = ""
    """Memory of all its nodes together, a Kubernetes quantity."""


@dataclass(frozen=True, slots=True)
class NodePool(Section):
    """Nodes that Auto Mode makes and takes away as pods need them."""

    capacity_types: tuple[Literal["on-demand", "spot"], ...] = ("on-demand",)
    """How AWS sells them; of both, spot is taken where there is some."""
    architectures: tuple[Literal["amd64", "arm64"], ...] = ("amd64",)
    """Which processors they have."""
    categories: tuple[Category, ...] = ("c", "m", "r")
    """Categories of instances, of the fifth generation or later."""
    instance_types: tuple[str, ...] = ()
    """Types of instances, in place of categories."""
    limits: PoolLimits = PoolLimits()
    """How much the pool may grow to; left out: as much as pods need."""
    weight: Count = 0
    """Of several pools that fit a pod, the one with the most is tried first, up to 100."""
    disk: Count = 80
    """GiB of the disk of a node."""
    expire_after: Hours = "336h"
    """How old a node gets before it is replaced; 504h at most."""
    labels: Named[Written] = field(default_factory=dict)
    """Labels of the nodes."""
    taints: tuple[Taint, ...] = ()
    """What keeps pods off the nodes that do not ask for them by a label or by the pool's name."""


@dataclass(frozen=True, slots=True)
class Controller(Section):
    """A program that Auto Mode has built in, and managed nodes have by its Helm chart."""

    version: Version = ""
    """Version of the chart; left out: the one that is pinned here."""
    chart: str = ""
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    values: Named[Any] = field(default_factory=dict)
    """Helm values over ours."""
