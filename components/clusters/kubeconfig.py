"""`KubeconfigCluster`: any cluster that a kubeconfig reaches: kind, GKE, AKS, an EKS that somebody else made."""

from typing import NotRequired, TypedDict

import pulumi

from longshore.components.clusters.connection import connect
from longshore.components.component import Component


class KubeconfigClusterArgs(TypedDict):
    """How to reach a cluster."""

    kubeconfig: pulumi.Input[str]
    """A kubeconfig, or better the path of one: then no token or key of it gets into the state."""
    context: NotRequired[str]
    """The context to use. Default: the current one of the file."""
    identifier: NotRequired[pulumi.Input[str]]
    """Tells the cluster from another: a new one makes all anew. Default: `kubeconfig`."""


class KubeconfigCluster(Component):
    """A cluster by its kubeconfig.

    Attributes:
        connection: the Kubernetes providers that deploy to it, for programs in Python.
    """

    cluster_identifier: pulumi.Output[str]
    """Tells the cluster from another: `clusterIdentifier` of a Kubernetes provider."""

    def __init__(
        self,
        name: str,
        args: KubeconfigClusterArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> None:
        """Reach the cluster; hooks: run before anything is done by a kubeconfig that is new to the state."""
        super().__init__(name, opts, formerly="longshore:kubernetes:Kubeconfig")
        self.cluster_identifier = pulumi.Output.from_input(args.get("identifier", "kubeconfig"))
        self.connection = connect(
            name,
            kubeconfig=args["kubeconfig"],
            identifier=self.cluster_identifier,
            context=args.get("context", ""),
            opts=self._after,
            hooks=hooks,
        )
        self.register_outputs({"clusterIdentifier": self.cluster_identifier})
