"""The cluster of a stack: made, referred to, or reached by a kubeconfig."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from longshore.components import (
    EksCluster,
    KubeconfigCluster,
    KubeconfigClusterArgs,
    StackReferenceCluster,
    StackReferenceClusterArgs,
)
from longshore.program import arguments
from longshore.stack import settings as wanted
from longshore.stack.pins import REHEARSAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.components import Network
    from longshore.stack.settings import Settings

Cluster = EksCluster | StackReferenceCluster | KubeconfigCluster


def cluster_of(settings: Settings, network: Network | None, opts: pulumi.ResourceOptions, root: str) -> Cluster:
    """Make, or reach, the cluster of a stack.

    network: of the stack, there for a cluster of its own. opts: with the provider of its AWS account. root: of the
    project.
    """
    cluster = settings.cluster
    if isinstance(cluster, wanted.StackCluster):
        return StackReferenceCluster(settings.environment, StackReferenceClusterArgs(stack=cluster.stack))
    if isinstance(cluster, wanted.KubeconfigCluster):
        return _reached(settings.environment, cluster, root)
    assert network  # noqa: S101  checked with the settings
    assert settings.aws  # noqa: S101  likewise
    args = arguments.eks_cluster(cluster, settings.aws, network, production=settings.in_production)
    after = pulumi.ResourceOptions(depends_on=list(network.routes))
    return EksCluster(settings.cluster_name, args, pulumi.ResourceOptions.merge(opts, after))


def exports(cluster: Cluster) -> Mapping[str, pulumi.Input[Any]]:
    """What another stack needs to deploy to the cluster of this one: plain data."""
    if isinstance(cluster, StackReferenceCluster):
        return {}
    identifier = {"clusterIdentifier": cluster.cluster_identifier}
    if isinstance(cluster, KubeconfigCluster):
        return identifier
    return {
        "clusterName": cluster.cluster_name,
        **identifier,
        "clusterVersion": cluster.cluster_version,
        "kubeconfig": cluster.kubeconfig,
        "oidcProviderArn": cluster.oidc_provider_arn,
        "oidcIssuer": cluster.oidc_issuer,
    }


def kubeconfig_path(settings: wanted.KubeconfigCluster, root: str) -> str:
    """The absolute path of the file: the stack's, `$KUBECONFIG`, or kubectl's own default."""
    chosen = settings.path or os.environ.get("KUBECONFIG") or "~/.kube/config"
    return str(Path(root, Path(chosen).expanduser()))


def _reached(name: str, cluster: wanted.KubeconfigCluster, root: str) -> KubeconfigCluster:
    path = kubeconfig_path(cluster, root)
    if not os.environ.get(REHEARSAL) and not Path(path).is_file():
        # The provider would take the path for the content of a kubeconfig, and say so in other words.
        several = "; name one of them" if os.pathsep in path else ""
        raise pulumi.RunError(f"no kubeconfig at {path}{several}: set `longshore:cluster.path` or $KUBECONFIG")
    # The path and not what is in the file, so that no token or key of it gets into the state.
    args = KubeconfigClusterArgs(kubeconfig=path, context=cluster.context, identifier=cluster.identifier)
    return KubeconfigCluster(name, args)
