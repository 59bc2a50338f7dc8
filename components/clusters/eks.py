"""`EksCluster`: an EKS cluster of our own, in Auto Mode or with managed node groups as the equal second path.

What `pulumi_eks.Cluster` does well (roles, the control plane, the kubeconfig) it does; what it lacks, or does with a
surprise, is made beside it. https://docs.aws.amazon.com/eks/latest/best-practices/
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from longshore.components.clusters.classes import classes
from longshore.components.clusters.connection import connect
from longshore.components.clusters.eks_access import access_entry, role_name
from longshore.components.clusters.nodes import NodeGroupArgs, NodeGroups, NodeGroupsArgs
from longshore.components.clusters.shared_storage import SharedStorage, SharedStorageArgs
from longshore.components.component import Component
from longshore.stack import addons
from longshore.stack.iam_policies import trust

if TYPE_CHECKING:
    import pulumi_kubernetes as k8s

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CSI_ACCOUNT = "ebs-csi-controller-sa"
NODE_POOLS = ("system", "general-purpose")


class Compute(StrEnum):
    """Who runs the nodes."""

    AUTO = "auto"
    """EKS Auto Mode: AWS does, and brings network, DNS, disks and load balancers."""
    MANAGED = "managed"
    """Managed node groups, with the add-ons that pods need."""


class Support(StrEnum):
    """What happens at the end of a Kubernetes version's standard support."""

    STANDARD = "standard"
    """AWS upgrades the cluster."""
    EXTENDED = "extended"
    """The version stays, at about six times the price."""


class EksClusterArgs(TypedDict):
    """Where a cluster stands, what it runs on, and who may enter."""

    vpc_id: pulumi.Input[str]
    """The VPC; `Network` gives it, as the three that follow."""
    private_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where nodes and pods stand, one subnet per zone."""
    control_subnet_ids: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Where the control plane of a cluster with managed nodes has its interfaces. Default: the private subnets."""
    vpc_cidr: NotRequired[pulumi.Input[str]]
    """The addresses of the VPC, which reach the shared storage."""
    zones: NotRequired[Sequence[str]]
    """What tells the zones of the subnets apart in names. Default: `a`, `b` and `c`."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    version: NotRequired[str]
    """Kubernetes version. Default: `1.35`."""
    compute: NotRequired[Compute]
    """Who runs the nodes. Default: `auto`."""
    node_pools: NotRequired[Sequence[str]]
    """The pools that Auto Mode has from the start. Default: `system` and `general-purpose`."""
    node_groups: NotRequired[Mapping[str, NodeGroupArgs]]
    """Name → managed nodes, one group at least where `compute` is `managed`."""
    public_endpoint_cidrs: NotRequired[Sequence[str]]
    """Who reaches the API server from outside the VPC. Default: nobody does."""
    admins: NotRequired[Sequence[str]]
    """ARNs of IAM roles with all rights, beside the one that deploys, which must not be listed."""
    viewers: NotRequired[Sequence[str]]
    """ARNs of IAM roles that read all but Secrets."""
    addons: NotRequired[Mapping[str, str]]
    """EKS add-on → version, over the pinned defaults; an empty version leaves one out."""
    network_policies: NotRequired[bool]
    """Whether NetworkPolicies are enforced. Default: they are."""
    shared_storage: NotRequired[bool]
    """Whether there is a file system (EFS) for volumes that several pods mount, as StorageClass `efs`. Default: no."""
    support: NotRequired[Support]
    """What happens at the end of the version's support. Default: `standard`."""
    log_days: NotRequired[int]
    """For how many days CloudWatch keeps the logs of the control plane. Default: 90."""
    production: NotRequired[bool]
    """Whether what holds data outlives its deletion: disks, file systems, keys. Default: no."""
    protect: NotRequired[bool]
    """Whether the cluster and its key are protected from deletion. Default: in production."""
    deploy_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role as which the kubeconfig enters. Default: whoever uses it."""


class _Versions(NamedTuple):
    """What of a cluster decides which add-ons it has (`longshore.stack.addons`)."""

    compute: str
    version: str
    shared_storage: bool
    addons: Mapping[str, str]


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
    oidc_issuer: pulumi.Output[str]
    """Who signs their tokens, without `https://`, as IAM writes it in conditions."""

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the cluster; it waits for what `opts` depends on, which must have the VPC's way out.

        Raises:
            ValueError: an argument is not one of those there are, or a needed add-on has no version.
        """
        super().__init__(name, opts, formerly="longshore:eks:Cluster")
        self._prefix, self._args = name, args
        self._compute = Compute(args.get("compute", Compute.AUTO))
        self._version: str = args.get("version", "1.35")
        self._partition = args.get("partition", "aws")
        self._production = args.get("production", False)
        self._protected = args.get("protect", self._production)
        self._versions = self._addon_versions()
        self._cluster = self._control_plane()
        control = self._cluster.eks_cluster
        self.cluster_name, self.cluster_version = control.name, control.version
        trusted = self._identity_provider()
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
            }
        )

    def _prepared(self, outside: "k8s.Provider", ready: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        """What claims, ingresses and policies of any namespace rely on."""
        made = classes(
            self._prefix,
            auto=self._compute is Compute.AUTO,
            network_policies=self._args.get("network_policies", True),
            production=self._production,
            opts=pulumi.ResourceOptions(parent=self, provider=outside),
        )
        if self._args.get("shared_storage", False):
            made.append(self._shared_storage(outside, ready))
        return made

    def _addon_versions(self) -> Mapping[str, str]:
        wanted = _Versions(
            self._compute.value,
            self._version,
            self._args.get("shared_storage", False),
            self._args.get("addons", {}),
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
        made = {*addons.NETWORK, *addons.BEFORE_NODES, *addons.FOR_WORKLOADS, addons.SHARED_STORAGE}
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
                partition=self._partition,
                production=self._production,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=list(after), providers=[outside]),
        )

    def _control_plane(self) -> "eks.Cluster":
        name, args = self._prefix, self._args
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
            f"{name}-logs",
            name=f"/aws/eks/{name}/cluster",
            retention_in_days=int(args.get("log_days", 90)),
            opts=self._child,
        )
        cidrs = list(args.get("public_endpoint_cidrs", ()))
        role = args.get("deploy_role_arn")
        support = Support(args.get("support", Support.STANDARD))
        return eks.Cluster(
            name,
            name=name,
            version=self._version,
            vpc_id=args["vpc_id"],
            authentication_mode=eks.AuthenticationMode.API,
            endpoint_private_access=True,
            endpoint_public_access=bool(cidrs),
            public_access_cidrs=cidrs or None,
            enabled_cluster_log_types=list(LOGS),
            encryption_config_key_arn=key.arn,
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type=support.name),
            deletion_protection=self._protected,
            skip_default_node_group=True,
            create_instance_role=False,
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            provider_credential_opts=eks.KubeconfigOptionsArgs(role_arn=role) if role else None,
            # Without a way out of the VPC no node joins, and none leaves in order.
            opts=pulumi.ResourceOptions.merge(
                self._after, pulumi.ResourceOptions(depends_on=[logs], protect=self._protected)
            ),
            **(self._auto() if self._compute is Compute.AUTO else self._managed()),
        )

    def _auto(self) -> dict[str, Any]:
        pools = list(self._args.get("node_pools", NODE_POOLS))
        # The built-in node class takes the subnets of the cluster, and never others: they must have room for nodes.
        return {
            "subnet_ids": self._args["private_subnet_ids"],
            "auto_mode": eks.AutoModeOptionsArgs(
                enabled=True, compute_config=eks.ClusterComputeConfigArgs(node_pools=pools)
            ),
        }

    def _managed(self) -> dict[str, Any]:
        args, versions = self._args, self._versions
        return {
            "subnet_ids": args.get("control_subnet_ids", args["private_subnet_ids"]),
            "skip_default_security_groups": True,
            "bootstrap_self_managed_addons": False,
            "vpc_cni_options": eks.VpcCniOptionsArgs(
                addon_version=versions["vpc-cni"],
                enable_network_policy=args.get("network_policies", True),
                log_level="WARN",
            ),
            "kube_proxy_addon_options": eks.KubeProxyAddonOptionsArgs(version=versions["kube-proxy"]),
        }

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
        policies = (("ClusterAdmin", self._args.get("admins", ())), ("View", self._args.get("viewers", ())))
        return [
            access_entry(
                f"{self._prefix}-{role_name(role)}",
                cluster_name=self.cluster_name,
                role=role,
                policy=f"AmazonEKS{policy}Policy",
                partition=self._partition,
                opts=self._child,
            )
            for policy, roles in policies
            for role in roles
        ]

    def _nodes(self, before: Sequence[pulumi.Resource]) -> Sequence[pulumi.Resource]:
        return NodeGroups(
            f"{self._prefix}-nodes",
            NodeGroupsArgs(
                groups=self._args.get("node_groups", {}),
                cluster_name=self.cluster_name,
                version=self._version,
                subnet_ids=self._args["private_subnet_ids"],
                partition=self._partition,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[self._cluster, *before]),
        ).groups

    def _addons(self, names: Sequence[str], after: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        return [
            aws.eks.Addon(
                f"{self._prefix}-{addon}",
                cluster_name=self.cluster_name,
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

    def _csi_identity(self) -> "list[aws.eks.AddonPodIdentityAssociationArgs]":
        role = aws.iam.Role(
            f"{self._prefix}-ebs-csi",
            description=f"EBS volumes of {self._prefix}",
            assume_role_policy=json.dumps(trust("pods.eks.amazonaws.com", "sts:TagSession")),
            opts=self._child,
        )
        policy = f"arn:{self._partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
        attached = aws.iam.RolePolicyAttachment(
            f"{self._prefix}-ebs-csi", role=role.name, policy_arn=policy, opts=self._child
        )
        # By way of the attachment, so that the driver starts with its rights.
        arn = pulumi.Output.all(role.arn, attached.id).apply(lambda values: str(values[0]))
        return [aws.eks.AddonPodIdentityAssociationArgs(role_arn=arn, service_account=CSI_ACCOUNT)]
