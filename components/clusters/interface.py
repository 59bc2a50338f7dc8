"""What every cluster offers to those who put something on it, and how a kind of cluster is found."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi
    import pulumi_aws as aws

    from longshore.components.clusters.connection import Connection
    from longshore.components.network import Network
    from longshore.stack.settings import Settings


MODULES = {"eks": "eks", "stack": "stack_reference", "kubeconfig": "kubeconfig"}
"""Kind in the stack file → module with a function `cluster(Place) -> Cluster`."""


class Oidc(NamedTuple):
    """The identity provider of an EKS cluster: by it, IAM trusts tokens of the cluster's ServiceAccounts.

    issuer: without `https://`, as IAM writes it in conditions.
    """

    arn: pulumi.Input[str]
    issuer: pulumi.Input[str]


class Cluster(Protocol):
    """A cluster, whoever made it.

    connection: the providers that deploy to it; they wait for all that a workload needs. name: of the EKS cluster, None
    on any other. oidc: None where IAM does not trust the cluster. exports: what another stack needs to deploy to it,
    plain data.
    """

    connection: Connection
    name: pulumi.Input[str] | None
    oidc: Oidc | None
    exports: Mapping[str, pulumi.Input[Any]]


class Place(NamedTuple):
    """Where a cluster is put: the settings of its stack, and what the stack made before it. root: of the project."""

    settings: Settings
    network: Network | None
    aws: aws.Provider | None
    root: str


def cluster_of(place: Place) -> Cluster:
    """Make, or reach, the cluster of a stack."""
    module = import_module(f"longshore.components.clusters.{MODULES[place.settings.cluster.kind]}")
    return cast("Cluster", module.cluster(place))
