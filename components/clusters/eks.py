"""`EksCluster`: an EKS cluster of our own, in Auto Mode or with managed node groups as the equal second path.

What `pulumi_eks.Cluster` does well (roles, the control plane, the kubeconfig) it does; what it lacks, or does with a
surprise, is made beside it. https://docs.aws.amazon.com/eks/latest/best-practices/
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
import pulumi_aws as aws

from longshore.components.clusters.addons import AddonArgs, eks_addon
from longshore.components.clusters.classes import AUTO_MODE, CONTROLLER, DRIVERS, classes
from longshore.components.clusters.connection import connect
from longshore.components.clusters.control_plane import KUBERNETES, Compute, EksClusterArgs, control_plane
from longshore.components.clusters.controllers import (
    ClusterAutoscaler,
    ClusterAutoscalerArgs,
    ControlledCluster,
    ControllerArgs,
    LoadBalancerController,
    LoadBalancerControllerArgs,
)
from longshore.components.clusters.eks_access import access_entry, role_name
from longshore.components.clusters.node_pools import PoolGround, node_pools
from longshore.components.clusters.nodes import NodeGroups, NodeGroupsArgs
from longshore.components.clusters.restored_volumes import restored_volumes
from longshore.components.clusters.shared_storage import SharedStorage, SharedStorageArgs, SharesArgs
from longshore.components.clusters.viewers import GROUP, viewers
from longshore.components.component import Component
from longshore.stack import addons
from longshore.stack.backup_settings import TAG
from longshore.stack.iam_policies import tag_what_auto_mode_makes

if TYPE_CHECKING:
    import pulumi_kubernetes as k8s


class _Versions(NamedTuple):
    """What of a cluster decides which add-ons it has (`longshore.stack.addons`)."""

    compute: str
    version: str
    shared_storage: bool
    addon_versions: Mapping[str, str | None]


class EksCluster(Component):
    """A cluster with its key, logs, nodes, add-ons and access. It is called as the component is.

    Attributes:
        connection: the Kubernetes providers that deploy to it, for programs in Python; they wait for all that a
            workload needs. Elsewhere a provider is made of `kubeconfig` and `clusterIdentifier`.
    """

    cluster_name: pulumi.Output[str]
    """Name of the cluster."""
    cluster_version: pulumi.Output[str]
    """Its Kubernetes version."""
    cluster_identifier: pulumi.Output[str]
    """Tells it from another cluster of the same name: `clusterIdentifier` of a Kubernetes provider."""
    kubeconfig: pulumi.Output[str]
    """How to enter it, as JSON; it holds no token, but asks `aws` for one."""
    oidc_provider_arn: pulumi.Output[str]
    """ARN of the IAM identity provider that trusts its ServiceAccounts."""
    node_role: pulumi.Output[str]
    """Name of the IAM role of its nodes."""
    oidc_issuer: pulumi.Output[str]
    """Who signs their tokens, without `https://`, as IAM writes it in conditions."""

    def __init__(
        self,
        name: str,
        args: EksClusterArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> None:
        """Declare the cluster; it waits for what `opts` depends on, which must have the VPC's way out.

        hooks: run before anything of it is made.

        Raises:
            ValueError: an argument is not one of those there are, or a needed add-on has no version.
        """
        super().__init__(name, opts, formerly="longshore:eks:Cluster")
        self._prefix, self._args = name, args
        self._compute = Compute(args.get("compute", Compute.AUTO))
        self._version: str = args.get("version", KUBERNETES)
        self._partition = args.get("partition", "aws")
        self._production = args.get("production", False)
        self._versions = self._addon_versions()
        self._cluster = control_plane(name, args, child=self._child, after=self._after, hooks=hooks)
        control = self._cluster.eks_cluster
        self.cluster_name, self.cluster_version = control.name, control.version
        trusted = self._identity_provider()
        self.node_role = self._cluster.auto_mode_node_role_name
        ready, added = self._ready()
        # The identifier outlives an update that makes the kubeconfig unknown, and changes when the cluster is another.
        self.cluster_identifier = pulumi.Output.concat(control.arn, "@", control.created_at)
        self.kubeconfig = self._cluster.kubeconfig_json
        self.connection = connect(
            name,
            kubeconfig=self.kubeconfig,
            identifier=self.cluster_identifier,
            # On the way down the workloads go first, while there are nodes, and controllers that release what they own.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*ready, *added, trusted, *self._access()]),
            prepare=lambda outside: self._prepared(outside, ready),
        )
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "clusterVersion": self.cluster_version,
                "clusterIdentifier": self.cluster_identifier,
                "kubeconfig": self.kubeconfig,
                "oidcProviderArn": self.oidc_provider_arn,
                "oidcIssuer": self.oidc_issuer,
                "nodeRole": self.node_role,
            }
        )

    def _prepared(self, outside: "k8s.Provider", ready: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        """What claims, ingresses and policies of any namespace rely on."""
        tags, auto = self._args.get("cost_tags", {}), self._compute is Compute.AUTO
        kept = self._kept()
        tagging = self._tagging({**tags, **kept})
        within = pulumi.ResourceOptions(parent=self, provider=outside, depends_on=tagging)
        made = self._controllers(outside, tags) if not auto else []
        balancer = AUTO_MODE if auto else CONTROLLER if self._balances else None
        made += classes(
            self._prefix,
            auto=auto,
            balancer=balancer,
            network_policies=self._args.get("network_policies", True),
            shared_load_balancers=self._args.get("shared_load_balancers", True),
            certificate=self._args.get("certificate_arn"),
            subnets={
                "internet-facing": self._args.get("public_subnet_ids"),
                "internal": self._args.get("inside_subnet_ids"),
            },
            production=self._production,
            tags=tags,
            kept=kept,
            # The chart of the controller brings the kind of their parameters.
            opts=pulumi.ResourceOptions.merge(within, pulumi.ResourceOptions(depends_on=list(made))),
        )
        made += restored_volumes(
            self._prefix,
            self._args.get("restored", {}),
            DRIVERS[self._compute.value],
            pulumi.ResourceOptions(parent=self, provider=outside),
        )
        made += self._pools(within, tags)
        if self._args.get("shared_storage", False):
            made.append(self._shared_storage(outside, ready))
        if self._args.get("viewers"):
            made += viewers(self._prefix, pulumi.ResourceOptions(parent=self, provider=outside))
        return made

    @property
    def _balances(self) -> bool:
        """Whether a controller that is installed here makes load balancers."""
        return self._args.get("load_balancer_controller", ControllerArgs()) is not None

    def _controllers(self, outside: "k8s.Provider", tags: Mapping[str, str]) -> list[pulumi.Resource]:
        """What managed nodes have beside them: an autoscaler, and what makes load balancers."""
        opts = pulumi.ResourceOptions(parent=self, providers=[outside])
        arn = self._cluster.eks_cluster.arn
        cluster = ControlledCluster(
            cluster_name=self.cluster_name,
            region=arn.apply(lambda arn: str(arn).split(":")[3]),
            account_id=arn.apply(lambda arn: str(arn).split(":")[4]),
            partition=self._partition,
            release_readers=(GROUP,) if self._args.get("viewers") else (),
        )
        scaler = self._args.get("autoscaler", ControllerArgs())
        balancers = self._args.get("load_balancer_controller", ControllerArgs())
        made: list[pulumi.Resource] = []
        if scaler is not None:
            scaled = ClusterAutoscalerArgs(cluster=cluster, version=self._version, controller=scaler)
            made.append(ClusterAutoscaler(f"{self._prefix}-autoscaler", scaled, opts))
        if balancers is not None:
            balanced = LoadBalancerControllerArgs(
                cluster=cluster, vpc_id=self._args["vpc_id"], cost_tags=tags, controller=balancers
            )
            made.append(LoadBalancerController(f"{self._prefix}-balancers", balanced, opts))
        return made

    def _pools(self, within: pulumi.ResourceOptions, tags: Mapping[str, str]) -> list[pulumi.Resource]:
        """Pools of nodes beside those that Auto Mode has from the start, with the same role."""
        pools = self._args.get("own_pools", {})
        if not pools:
            return []
        ground = PoolGround(
            self._cluster.auto_mode_node_role_name,
            self._args["private_subnet_ids"],
            self._cluster.cluster_security_group_id,
            tags,
        )
        return node_pools(self._prefix, pools, ground, within)

    def _kept(self) -> Mapping[str, str]:
        """The tag of what `Backups` finds."""
        return {TAG: self._prefix} if self._args.get("backups", False) else {}

    def _tagging(self, tags: Mapping[str, str]) -> "list[aws.iam.RolePolicy]":
        """Let Auto Mode put our tags on what it makes; managed nodes and their drivers may by AWS's own policies."""
        if not tags or self._compute is Compute.MANAGED:
            return []
        role = self._cluster.eks_cluster.role_arn.apply(lambda arn: str(arn).rsplit("/", 1)[-1])
        policy = json.dumps(tag_what_auto_mode_makes(self._partition))
        return [aws.iam.RolePolicy(f"{self._prefix}-tags", role=role, policy=policy, opts=self._child)]

    def _addon_versions(self) -> Mapping[str, str]:
        wanted = _Versions(
            self._compute.value,
            self._version,
            self._args.get("shared_storage", False),
            {name: addon.get("version") for name, addon in self._args.get("addons", {}).items()},
        )
        unknown = addons.unknown_addons(wanted)
        if unknown:
            known = f"no version of {', '.join(unknown)} is known for Kubernetes {self._version}"
            raise ValueError(f"{self._prefix}: {known}: name one in `addons`")
        return addons.addons_of(wanted)

    def _ready(self) -> tuple[Sequence[pulumi.Resource], Sequence[pulumi.Resource]]:
        """Nodes and add-ons in the order in which they need each other: (what can run pods, what serves these)."""
        before = self._addons(addons.BEFORE_NODES, [self._cluster])
        groups = self._nodes(before) if self._compute is Compute.MANAGED else []
        ready = [self._cluster, *groups]
        made = {*addons.BEFORE_NODES, *addons.FOR_WORKLOADS, addons.SHARED_STORAGE}
        others = [addon for addon in self._versions if addon not in made]
        return ready, [*before, *self._addons([*others, *addons.FOR_WORKLOADS], ready)]

    def _shared_storage(self, outside: "k8s.Provider", after: Sequence[pulumi.Resource]) -> SharedStorage:
        if "vpc_cidr" not in self._args:
            raise ValueError(f"{self._prefix}: shared storage needs `vpc_cidr`, the addresses that may mount it")
        return SharedStorage(
            f"{self._prefix}-shared",
            SharedStorageArgs(
                cluster_name=self.cluster_name,
                vpc_id=self._args["vpc_id"],
                vpc_cidr=self._args["vpc_cidr"],
                subnet_ids=self._args["private_subnet_ids"],
                zones=self._args.get("zones", ("a", "b", "c")),
                driver_version=self._versions[addons.SHARED_STORAGE],
                driver=self._args.get("addons", {}).get(addons.SHARED_STORAGE, AddonArgs()),
                shares=self._args.get("shares", SharesArgs()),
                partition=self._partition,
                tags=self._kept(),
                production=self._production,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=list(after), providers=[outside]),
        )

    def _identity_provider(self) -> "aws.iam.OpenIdConnectProvider":
        # Not `create_oidc_provider`: that asks AWS for a certificate while a preview runs, before there is a cluster.
        provider = aws.iam.OpenIdConnectProvider(
            f"{self._prefix}-oidc",
            url=self._cluster.oidc_provider_url,
            client_id_lists=["sts.amazonaws.com"],
            opts=self._child,
        )
        self.oidc_provider_arn, self.oidc_issuer = provider.arn, self._cluster.oidc_issuer
        return provider

    def _access(self) -> list[pulumi.Resource]:
        """Let admins and viewers in; the role that deploys is an admin by having made the cluster."""
        policies: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
            ("ClusterAdmin", self._args.get("admins", ()), ()),
            ("View", self._args.get("viewers", ()), (GROUP,)),
        )
        return [
            access_entry(
                f"{self._prefix}-{role_name(role)}",
                cluster_name=self.cluster_name,
                role=role,
                policy=f"AmazonEKS{policy}Policy",
                partition=self._partition,
                groups=groups,
                opts=self._child,
            )
            for policy, roles, groups in policies
            for role in roles
        ]

    def _nodes(self, before: Sequence[pulumi.Resource]) -> Sequence[pulumi.Resource]:
        nodes = NodeGroups(
            f"{self._prefix}-nodes",
            NodeGroupsArgs(
                groups=self._args.get("node_groups", {}),
                cluster_name=self.cluster_name,
                version=self._version,
                subnet_ids=self._args["private_subnet_ids"],
                network_rights=False,
                autoscaled=self._args.get("autoscaler", ControllerArgs()) is not None,
                cost_tags=self._args.get("cost_tags", {}),
                partition=self._partition,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[self._cluster, *before]),
        )
        self.node_role = nodes.role_arn.apply(lambda arn: str(arn).rsplit("/", 1)[-1])
        return nodes.groups

    def _addons(self, names: Sequence[str], after: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        return [
            eks_addon(
                f"{self._prefix}-{addon}",
                addon,
                self._versions[addon],
                cluster_name=self.cluster_name,
                args=self._args.get("addons", {}).get(addon, AddonArgs()),
                partition=self._partition,
                configuration=self._told(addon),
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(after), aliases=self._formerly(addon)),
            )
            for addon in names
            if addon in self._versions
        ]

    def _told(self, addon: str) -> Mapping[str, Any]:
        """What we tell an add-on."""
        enforced = str(self._args.get("network_policies", True)).lower()
        return {"enableNetworkPolicy": enforced} if addon == "vpc-cni" else {}

    def _formerly(self, addon: str) -> list[pulumi.Alias]:
        """Where a state has an add-on that `eks.Cluster` made."""
        if addon not in addons.NETWORK:
            return []
        if addon == "kube-proxy":
            return [pulumi.Alias(parent=self._cluster)]
        within = self._cluster.urn.apply(
            lambda urn: f"{urn.rsplit('::', 1)[0]}$eks:index:VpcCniAddon::{self._prefix}-{addon}"
        )
        return [pulumi.Alias(parent=within)]
