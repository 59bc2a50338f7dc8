"""The control plane of an EKS cluster: its key, its logs, and what `pulumi_eks.Cluster` does well.

https://docs.aws.amazon.com/eks/latest/best-practices/
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from longshore.components.clusters.addons import AddonArgs
from longshore.components.clusters.controllers import ControllerArgs
from longshore.components.clusters.node_pools import NodePoolArgs
from longshore.components.clusters.nodes import NodeGroupArgs
from longshore.components.clusters.restored_volumes import RestoredVolumeArgs
from longshore.components.clusters.shared_storage import SharesArgs

KUBERNETES: Final = "1.35"
NODE_POOLS: Final = ("system", "general-purpose")


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


class ControlPlaneLog(StrEnum):
    """What the control plane writes down, each billed by what it writes."""

    API = "api"
    """What the API server does."""
    AUDIT = "audit"
    """Who asked for what, and got it or not."""
    AUTHENTICATOR = "authenticator"
    """Which IAM role came in as whom."""
    CONTROLLER_MANAGER = "controllerManager"
    """What the controllers do."""
    SCHEDULER = "scheduler"
    """Why a pod stands where it does."""


LOGS: Final = (ControlPlaneLog.API, ControlPlaneLog.AUDIT, ControlPlaneLog.AUTHENTICATOR)
"""Who did what; the other two help in the search for a fault of AWS's."""


class EksClusterArgs(TypedDict):
    """Where a cluster stands, what it runs on, and who may enter."""

    vpc_id: pulumi.Input[str]
    """The VPC; `Network` gives it, as the three that follow."""
    private_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where nodes and pods stand, one subnet per zone."""
    control_subnet_ids: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Where the control plane of a cluster with managed nodes has its interfaces. Default: the private subnets."""
    public_subnet_ids: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Where load balancers that face the internet stand. Default: the subnets with a tag for them."""
    inside_subnet_ids: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Where load balancers inside stand. Default: the subnets with a tag for them."""
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
    own_pools: NotRequired[Mapping[str, NodePoolArgs]]
    """Name → nodes of Auto Mode beside those, of which one pool at least must be there. Default: none."""
    node_groups: NotRequired[Mapping[str, NodeGroupArgs]]
    """Name → managed nodes, one group at least where `compute` is `managed`."""
    autoscaler: NotRequired[ControllerArgs | None]
    """The Cluster Autoscaler of managed nodes; None: none. Default: the chart that is pinned here."""
    load_balancer_controller: NotRequired[ControllerArgs | None]
    """The AWS Load Balancer Controller of managed nodes; None: none. Default: the chart that is pinned here."""
    public_endpoint_cidrs: NotRequired[Sequence[str]]
    """Who reaches the API server from outside the VPC. Default: nobody does."""
    admins: NotRequired[Sequence[str]]
    """ARNs of IAM roles with all rights, beside the one that deploys, which must not be listed."""
    viewers: NotRequired[Sequence[str]]
    """ARNs of IAM roles that read all but Secrets, as the Kubernetes group `longshore:viewers`."""
    addons: NotRequired[Mapping[str, AddonArgs]]
    """EKS add-ons by name, over those that the cluster needs."""
    network_policies: NotRequired[bool]
    """Whether NetworkPolicies are enforced. Default: they are."""
    shared_load_balancers: NotRequired[bool]
    """Whether all hosts of one scheme share an Application Load Balancer. Default: they do."""
    certificate_arn: NotRequired[pulumi.Input[str]]
    """ARN of a certificate that all Application Load Balancers show; `DomainCertificate` gives it."""
    shared_storage: NotRequired[bool]
    """Whether there is a file system (EFS) for volumes that several pods mount, as StorageClass `efs`. Default: no."""
    shares: NotRequired[SharesArgs]
    """What there is of that: further file systems and classes, and how they are kept."""
    backups: NotRequired[bool]
    """Whether volumes of the class `gp3` and file systems carry the tag by which `Backups` finds them. Default: no."""
    restored: NotRequired[Mapping[str, RestoredVolumeArgs]]
    """`<namespace>/<claim>` → the volume of EBS, made from a backup, which this claim gets when it is made."""
    support: NotRequired[Support]
    """What happens at the end of the version's support. Default: `standard`."""
    logs: NotRequired[Sequence[ControlPlaneLog]]
    """What the control plane writes to CloudWatch. Default: `api`, `audit` and `authenticator`."""
    cost_tags: NotRequired[Mapping[str, str]]
    """Tags of what the cluster makes by itself: nodes, their disks and interfaces, volumes, load balancers."""
    log_days: NotRequired[int]
    """For how many days CloudWatch keeps the logs of the control plane. Default: 90."""
    production: NotRequired[bool]
    """Whether what holds data outlives its deletion: disks, file systems, keys. Default: no."""
    protect: NotRequired[bool]
    """Whether the cluster and its key are protected from deletion. Default: in production."""
    deploy_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role as which the kubeconfig enters. Default: whoever uses it."""


def control_plane(
    name: str,
    args: EksClusterArgs,
    *,
    child: pulumi.ResourceOptions,
    after: pulumi.ResourceOptions,
    hooks: pulumi.ResourceHookBinding | None = None,
) -> "eks.Cluster":
    """Make the control plane of the cluster `name`.

    child: options of what may be made at once. after: of what waits for the VPC's way out. hooks: run before
    the key is made, and with it the cluster.
    """
    production = args.get("production", False)
    protected = args.get("protect", production)
    key = _key(name, production=production, protected=protected, child=child, hooks=hooks)
    # Made by us before EKS makes one that keeps its logs for ever.
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=f"/aws/eks/{name}/cluster",
        retention_in_days=int(args.get("log_days", 90)),
        opts=child,
    )
    cidrs = list(args.get("public_endpoint_cidrs", ()))
    role = args.get("deploy_role_arn")
    support = Support(args.get("support", Support.STANDARD))
    auto = Compute(args.get("compute", Compute.AUTO)) is Compute.AUTO
    return eks.Cluster(
        name,
        name=name,
        version=args.get("version", KUBERNETES),
        vpc_id=args["vpc_id"],
        authentication_mode=eks.AuthenticationMode.API,
        endpoint_private_access=True,
        endpoint_public_access=bool(cidrs),
        public_access_cidrs=cidrs or None,
        enabled_cluster_log_types=[ControlPlaneLog(kind).value for kind in args.get("logs", LOGS)],
        encryption_config_key_arn=key.arn,
        upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type=support.name),
        deletion_protection=protected,
        skip_default_node_group=True,
        create_instance_role=False,
        coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
        provider_credential_opts=eks.KubeconfigOptionsArgs(role_arn=role) if role else None,
        # Without a way out of the VPC no node joins, and none leaves in order.
        opts=pulumi.ResourceOptions.merge(after, pulumi.ResourceOptions(depends_on=[logs], protect=protected)),
        **(_auto(args) if auto else _managed(args)),
    )


def _key(
    name: str,
    *,
    production: bool,
    protected: bool,
    child: pulumi.ResourceOptions,
    hooks: pulumi.ResourceHookBinding | None,
) -> "aws.kms.Key":
    """Make the key of the cluster's secrets, without which it cannot read its own again."""
    key = aws.kms.Key(
        f"{name}-secrets",
        description=f"Kubernetes secrets of {name}",
        enable_key_rotation=True,
        deletion_window_in_days=30 if production else 7,
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=protected or None, hooks=hooks)),
    )
    aws.kms.Alias(f"{name}-secrets", name=f"alias/{name}-secrets", target_key_id=key.key_id, opts=child)
    return key


def _auto(args: EksClusterArgs) -> dict[str, Any]:
    pools = list(args.get("node_pools", NODE_POOLS))
    # The built-in node class takes the subnets of the cluster, and never others: they must have room for nodes.
    return {
        "subnet_ids": args["private_subnet_ids"],
        "auto_mode": eks.AutoModeOptionsArgs(
            enabled=True, compute_config=eks.ClusterComputeConfigArgs(node_pools=pools)
        ),
    }


def _managed(args: EksClusterArgs) -> dict[str, Any]:
    # The network is an add-on as the others are: the component would give it no role of its own.
    return {
        "subnet_ids": args.get("control_subnet_ids", args["private_subnet_ids"]),
        "skip_default_security_groups": True,
        "bootstrap_self_managed_addons": False,
        "use_default_vpc_cni": True,
        "kube_proxy_addon_options": eks.KubeProxyAddonOptionsArgs(enabled=False),
    }
