"""The cluster of a stack: made, referred to, or reached by a kubeconfig."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from longshore.components import (
    EksCluster,
    ImageCaches,
    KubeconfigCluster,
    KubeconfigClusterArgs,
    Network,
    StackReferenceCluster,
    StackReferenceClusterArgs,
)
from longshore.program import arguments
from longshore.stack import settings as wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.program.bound_cluster import Reached
    from longshore.program.running_nodes import Seen
    from longshore.stack.network_settings import NetworkSettings
    from longshore.stack.settings import Settings

Cluster = EksCluster | StackReferenceCluster | KubeconfigCluster


def cluster_of(
    settings: Settings,
    network: Network | NetworkSettings | None,
    opts: pulumi.ResourceOptions,
    reached: Reached | None,
    hooks: pulumi.ResourceHookBinding | None,
    certificate: pulumi.Output[str] | None,
    tags: Mapping[str, str],
    nodes: Seen,
) -> Cluster:
    """Make, or reach, the cluster of a stack.

    network: of the stack, made or there, for a cluster of its own. opts: with the provider of its AWS account. reached:
    the cluster of a stack on a kubeconfig. hooks: run before an EKS cluster is made. certificate: ARN of the one that
    its load balancers show. tags: of what an EKS cluster makes by itself. nodes: what AWS says of its managed nodes.
    """
    cluster = settings.cluster
    if isinstance(cluster, wanted.StackCluster):
        return StackReferenceCluster(settings.environment, StackReferenceClusterArgs(stack=cluster.stack))
    if isinstance(cluster, wanted.KubeconfigCluster):
        assert reached  # noqa: S101  it was reached before
        how = KubeconfigClusterArgs(kubeconfig=reached.kubeconfig, identifier=cluster.identifier)
        found = KubeconfigCluster(cluster.kind, how, _formerly(settings.environment), hooks=reached.hooks())
        reached.watch(found.connection.outside)
        return found
    assert network  # noqa: S101  checked with the settings
    assert settings.aws  # noqa: S101  likewise
    args = arguments.eks_cluster(
        cluster, settings.aws, network, production=settings.in_production, tags=tags, nodes=nodes
    )
    if settings.observability:
        args["addons"] = arguments.with_observability(args.get("addons", {}), settings.observability)
    if settings.backup:
        args = arguments.with_backups(args, settings.backup)
    if certificate:
        args["certificate_arn"] = certificate
    after = pulumi.ResourceOptions(depends_on=[network] if isinstance(network, Network) else None)
    return EksCluster(settings.cluster_name, args, pulumi.ResourceOptions.merge(opts, after), hooks=hooks)


def _formerly(environment: str) -> pulumi.ResourceOptions:
    """Let a cluster be what was called by its environment before.

    By that name, one whose environment is called otherwise now would be a new one to the engine, and nothing would hold
    the stack to where it was.
    """
    earlier = "longshore:kubernetes:Kubeconfig"
    before = [pulumi.Alias(name=environment), pulumi.Alias(name=environment, type_=earlier)]
    return pulumi.ResourceOptions(aliases=before)


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
        # It lets nobody in; but it is long, and what is secret is not shown after each `up`.
        "kubeconfig": pulumi.Output.secret(cluster.kubeconfig),
        "oidcProviderArn": cluster.oidc_provider_arn,
        "oidcIssuer": cluster.oidc_issuer,
    }


def keep_images(settings: Settings, cluster: Cluster, opts: pulumi.ResourceOptions) -> None:
    """Keep images of other registries for the nodes of a cluster that is made here, where the stack wants that."""
    if settings.images.caches and settings.aws and isinstance(cluster, EksCluster):
        args = arguments.caches(settings, settings.aws, cluster.node_role)
        ImageCaches(f"{settings.cluster_name}-caches", args, opts)
