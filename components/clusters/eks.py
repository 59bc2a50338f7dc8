"""An EKS cluster of our own: Auto Mode, or managed node groups as the equal second path.

What `pulumi_eks.Cluster` does well (roles, the control plane, the kubeconfig) it does; what it lacks, or does with a
surprise, is made beside it. https://docs.aws.amazon.com/eks/latest/best-practices/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from longshore.components.clusters.classes import classes
from longshore.components.clusters.connection import connect
from longshore.components.clusters.eks_access import access_entry, role_name
from longshore.components.clusters.interface import Oidc
from longshore.components.clusters.nodes import NodeGroups
from longshore.components.clusters.shared_storage import SharedStorage
from longshore.components.policies import trust
from longshore.stack import addons
from longshore.stack.settings import EksCluster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.components.clusters.interface import Place
    from longshore.components.network import Network
    from longshore.stack.settings import Aws

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CSI_ACCOUNT = "ebs-csi-controller-sa"


class Eks(pulumi.ComponentResource):
    """A cluster with its key, logs, nodes, add-ons and access; `interface.Cluster` is its face."""

    def __init__(
        self,
        name: str,
        settings: EksCluster,
        *,
        network: Network,
        account: Aws,
        production: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("longshore:eks:Cluster", name, None, opts)
        self._prefix = name
        self._settings = settings
        self._account = account
        self._production = production
        self._child = pulumi.ResourceOptions(parent=self)
        self._versions = addons.addons_of(settings)
        self._cluster = self._control_plane(network)
        control = self._cluster.eks_cluster
        self.name: pulumi.Input[str] | None = control.name
        self.oidc: Oidc | None = self._identity_provider()
        ready, needed = self._ready(network)
        # The identifier outlives an update that makes the kubeconfig unknown, and changes when the cluster is another.
        identifier = pulumi.Output.concat(control.arn, "@", control.created_at)
        self.connection = connect(
            name,
            kubeconfig=self._cluster.kubeconfig_json,
            identifier=identifier,
            # On the way down the workloads go first, while there are nodes, and controllers that release what they own.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*ready, *needed, *self._access()]),
        )
        if settings.shared_storage:
            self._shared_storage(network, ready)
        classes(name, settings, production=production, parent=self, provider=self.connection.outside)
        self.exports: Mapping[str, pulumi.Input[Any]] = {
            "clusterName": control.name,
            "clusterIdentifier": identifier,
            "clusterVersion": control.version,
            "kubeconfig": self._cluster.kubeconfig_json,
            "oidcProviderArn": self.oidc.arn,
            "oidcIssuer": self.oidc.issuer,
        }
        self.register_outputs(dict(self.exports))

    def _ready(self, network: Network) -> tuple[Sequence[pulumi.Resource], Sequence[pulumi.Resource]]:
        """Nodes and add-ons in the order in which they need each other: (what can run pods, what pods need)."""
        before = self._addons(addons.BEFORE_NODES, [self._cluster])
        groups = self._nodes(network, before) if self._settings.compute == "managed" else []
        ready = [self._cluster, *groups]
        made = {*addons.NETWORK, *addons.BEFORE_NODES, *addons.FOR_WORKLOADS, addons.SHARED_STORAGE}
        self._addons([addon for addon in self._versions if addon not in made], ready)
        return ready, self._addons(addons.FOR_WORKLOADS, ready)

    def _shared_storage(self, network: Network, after: Sequence[pulumi.Resource]) -> None:
        SharedStorage(
            f"{self._prefix}-shared",
            network=network,
            cluster_name=self._cluster.eks_cluster.name,
            version=self._versions[addons.SHARED_STORAGE],
            account=self._account,
            production=self._production,
            after=after,
            provider=self.connection.outside,
            opts=self._child,
        )

    def _control_plane(self, network: Network) -> eks.Cluster:
        name, settings = self._prefix, self._settings
        key = aws.kms.Key(
            f"{name}-secrets",
            description=f"Kubernetes secrets of {name}",
            enable_key_rotation=True,
            deletion_window_in_days=30 if self._production else 7,
            # Without its key a cluster cannot read its own secrets again.
            opts=pulumi.ResourceOptions(parent=self, protect=self._protected or None),
        )
        aws.kms.Alias(f"{name}-secrets", name=f"alias/{name}-secrets", target_key_id=key.key_id, opts=self._child)
        # Made by us before EKS makes one that keeps its logs for ever.
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs", name=f"/aws/eks/{name}/cluster", retention_in_days=settings.log_days, opts=self._child
        )
        endpoint = settings.endpoint
        role = self._account.assume_role
        return eks.Cluster(
            name,
            name=name,
            version=settings.version,
            vpc_id=network.vpc_id,
            authentication_mode=eks.AuthenticationMode.API,
            endpoint_private_access=True,
            endpoint_public_access=endpoint.public,
            public_access_cidrs=list(endpoint.cidrs) if endpoint.public else None,
            enabled_cluster_log_types=list(LOGS),
            encryption_config_key_arn=key.arn,
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type=settings.support.upper()),
            deletion_protection=self._protected,
            skip_default_node_group=True,
            create_instance_role=False,
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            provider_credential_opts=eks.KubeconfigOptionsArgs(role_arn=role) if role else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                # Without a way out of the VPC no node joins, and none leaves in order.
                depends_on=[logs, *network.routes],
                protect=self._protected,
            ),
            **(self._auto(network) if settings.compute == "auto" else self._managed(network)),
        )

    @property
    def _protected(self) -> bool:
        return self._production if self._settings.protect is None else self._settings.protect

    def _auto(self, network: Network) -> dict[str, Any]:
        # The built-in node class takes the subnets of the cluster, and never others: they must have room for nodes.
        return {
            "subnet_ids": network.private_subnet_ids,
            "auto_mode": eks.AutoModeOptionsArgs(
                enabled=True, compute_config=eks.ClusterComputeConfigArgs(node_pools=list(self._settings.node_pools))
            ),
        }

    def _managed(self, network: Network) -> dict[str, Any]:
        versions = self._versions
        return {
            "subnet_ids": network.control_subnet_ids,
            "skip_default_security_groups": True,
            "bootstrap_self_managed_addons": False,
            "vpc_cni_options": eks.VpcCniOptionsArgs(
                addon_version=versions["vpc-cni"],
                enable_network_policy=self._settings.network_policies,
                log_level="WARN",
            ),
            "kube_proxy_addon_options": eks.KubeProxyAddonOptionsArgs(version=versions["kube-proxy"]),
        }

    def _identity_provider(self) -> Oidc:
        # Not `create_oidc_provider`: that asks AWS for a certificate while a preview runs, before there is a cluster.
        provider = aws.iam.OpenIdConnectProvider(
            f"{self._prefix}-oidc",
            url=self._cluster.oidc_provider_url,
            client_id_lists=["sts.amazonaws.com"],
            opts=self._child,
        )
        return Oidc(provider.arn, self._cluster.oidc_issuer)

    def _access(self) -> list[pulumi.Resource]:
        """Let admins and viewers in; the role that deploys is an admin by having made the cluster."""
        policies = (("ClusterAdmin", self._settings.admins), ("View", self._settings.viewers))
        return [
            access_entry(
                f"{self._prefix}-{role_name(role)}",
                cluster_name=self._cluster.eks_cluster.name,
                role=role,
                policy=f"AmazonEKS{policy}Policy",
                partition=self._account.partition,
                opts=self._child,
            )
            for policy, roles in policies
            for role in roles
        ]

    def _nodes(self, network: Network, before: Sequence[pulumi.Resource]) -> Sequence[pulumi.Resource]:
        return NodeGroups(
            f"{self._prefix}-nodes",
            self._settings.node_groups,
            cluster_name=self._cluster.eks_cluster.name,
            version=self._settings.version,
            partition=self._account.partition,
            subnet_ids=network.private_subnet_ids,
            after=[self._cluster, *before],
            opts=self._child,
        ).groups

    def _addons(self, names: Sequence[str], after: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        return [
            aws.eks.Addon(
                f"{self._prefix}-{addon}",
                cluster_name=self._cluster.eks_cluster.name,
                addon_name=addon,
                addon_version=self._versions[addon],
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                pod_identity_associations=self._csi_identity() if addon == "aws-ebs-csi-driver" else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
            )
            for addon in names
            if addon in self._versions
        ]

    def _csi_identity(self) -> list[aws.eks.AddonPodIdentityAssociationArgs]:
        role = aws.iam.Role(
            f"{self._prefix}-ebs-csi",
            description=f"EBS volumes of {self._prefix}",
            assume_role_policy=json.dumps(trust("pods.eks.amazonaws.com", "sts:TagSession")),
            opts=self._child,
        )
        policy = f"arn:{self._account.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
        attached = aws.iam.RolePolicyAttachment(
            f"{self._prefix}-ebs-csi", role=role.name, policy_arn=policy, opts=self._child
        )
        # By way of the attachment, so that the driver starts with its rights.
        arn = pulumi.Output.all(role.arn, attached.id).apply(lambda values: str(values[0]))
        return [aws.eks.AddonPodIdentityAssociationArgs(role_arn=arn, service_account=CSI_ACCOUNT)]


def cluster(place: Place) -> Eks:
    """Make the cluster of the stack in its network."""
    settings, account = place.settings.cluster, place.settings.aws
    assert isinstance(settings, EksCluster)  # noqa: S101  the kind chose this module
    assert place.network  # noqa: S101  checked with the settings
    assert account  # noqa: S101  likewise
    return Eks(
        place.settings.cluster_name,
        settings,
        network=place.network,
        account=account,
        production=place.settings.in_production,
        opts=pulumi.ResourceOptions(providers=[place.aws] if place.aws else None),
    )
