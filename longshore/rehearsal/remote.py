"""What `pulumi_eks.Cluster` makes below itself, so that a plan can show it: the component unfolds only in its provider.

Held against the real provider in tests/engine. Imports no pulumi.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Any

from longshore.rehearsal.plan import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

EKS_CLUSTER = "eks:index:Cluster"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

POLICY = "arn:aws:iam::aws:policy/"
NOTHING: dict[str, Any] = {}

AUTO_POLICIES = (
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
NODE_POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy")


def expected_children(cluster: Node, make_urn: Callable[[str, str, str], str]) -> Iterator[Node]:
    """List the resources that the provider will register below `cluster`, by its inputs."""
    name, inputs = cluster.name, cluster.inputs
    auto: Mapping[str, Any] = inputs.get("autoMode") or {}

    def node(
        kind: str, label: str, parent: str = "", inputs: Mapping[str, Any] = NOTHING, *, custom: bool = True
    ) -> Node:
        above = parent or cluster.urn
        urn = make_urn(above, kind, label)
        return Node(urn, kind, label, above, custom=custom, protected=cluster.protected, expected=True, inputs=inputs)

    def role(label: str, policies: Sequence[str]) -> Iterator[Node]:
        service = node("eks:index:ServiceRole", label, custom=False)
        yield service
        yield node(ROLE, f"{label}-role", service.urn)
        for policy in policies:
            yield node(ATTACHMENT, f"{label}-{_suffix(policy)}", service.urn, {"policyArn": f"{POLICY}{policy}"})

    yield from role(f"{name}-eksRole", AUTO_POLICIES if auto.get("enabled") else AUTO_POLICIES[1:2])
    if auto.get("enabled"):
        yield from role(f"{name}-nodeRole", NODE_POLICIES)
    control = node("aws:eks/cluster:Cluster", f"{name}-eksCluster")
    yield control
    yield node("pulumi:providers:kubernetes", f"{name}-eks-k8s")


def _suffix(policy: str) -> str:
    """By what the component tells attachments apart."""
    return sha1(f"{POLICY}{policy}".encode(), usedforsecurity=False).hexdigest()[:8]
