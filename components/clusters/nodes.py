"""`NodeGroups`: managed nodes, which an EKS cluster without Auto Mode runs on."""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.convert.kubernetes.nodes import NAMED, taint_of
from longshore.stack.iam_policies import managed_policy, trust

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
NETWORK_POLICY = "AmazonEKS_CNI_Policy"
TIMEOUTS = pulumi.CustomTimeouts(create="30m", update="60m", delete="30m")
"""A node leaves only when its last pod may; PodDisruptionBudgets make that slow on purpose."""


class NodeCapacity(StrEnum):
    """How AWS sells the machines."""

    ON_DEMAND = "on-demand"
    """For as long as they are wanted."""
    SPOT = "spot"
    """For less, until AWS wants them back; three instance types or more give it something to choose from."""


class NodeImage(StrEnum):
    """What the nodes run."""

    AL2023_X86_64 = "AL2023_x86_64_STANDARD"
    AL2023_ARM_64 = "AL2023_ARM_64_STANDARD"
    BOTTLEROCKET_X86_64 = "BOTTLEROCKET_x86_64"
    BOTTLEROCKET_ARM_64 = "BOTTLEROCKET_ARM_64"


class NodeGroupArgs(TypedDict):
    """One group of nodes."""

    instance_types: NotRequired[Sequence[str]]
    """What the nodes may be. Default: `m7i.large`."""
    capacity: NotRequired[NodeCapacity]
    """How AWS sells them. Default: `on-demand`."""
    ami: NotRequired[NodeImage]
    """What they run. Default: Amazon Linux 2023 for x86."""
    release: NotRequired[pulumi.Input[str]]
    """Release of that image, `1.35.3-20260812`. Default: the newest one on the day on which the group is made."""
    minimum: NotRequired[int]
    """How many nodes there are at least. Default: 2."""
    desired: NotRequired[int]
    """How many there are; with an autoscaler on the first day only. Default: 3."""
    maximum: NotRequired[int]
    """How many there are at most. Default: 6."""
    running: NotRequired[int]
    """How many an autoscaler has made of them, where `minimum` or `maximum` is about to change. EKS takes no new bounds
    without a number between them, and one that is not this number starts or ends nodes. Default: the bounds stay."""
    max_unavailable: NotRequired[int]
    """How many are replaced at once when their image changes. Default: 1."""
    disk: NotRequired[int]
    """GiB of each node's disk. Default: 50."""
    labels: NotRequired[Mapping[str, str]]
    """Labels of the nodes."""
    taints: NotRequired[Sequence[str]]
    """What keeps pods off that do not tolerate it, as kubectl writes it: `dedicated=batch:NoSchedule`."""


class NodeGroupsArgs(TypedDict):
    """Which nodes there are, and whose they are."""

    groups: Mapping[str, NodeGroupArgs]
    """Name of a group → what it is."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster that the nodes join."""
    version: str
    """Kubernetes version of the nodes: that of the cluster, or an older one."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where the nodes stand."""
    autoscaled: NotRequired[bool]
    """Whether an autoscaler owns the number of nodes between the bounds of their group. Default: yes."""
    cost_tags: NotRequired[Mapping[str, str]]
    """Tags of machines, their disks and their interfaces."""
    network_rights: NotRequired[bool]
    """Whether the nodes have the rights of the VPC CNI, and every pod on the host's network with them: where the
    add-on of the cluster has no role of its own. Default: yes."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""


class NodeGroups(Component):
    """Groups of nodes with one role, encrypted disks, and instance metadata that pods cannot reach."""

    role_arn: pulumi.Output[str]
    """ARN of the role of all nodes."""

    def __init__(self, name: str, args: NodeGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:eks:NodeGroups")
        policies = (*POLICIES, NETWORK_POLICY) if args.get("network_rights", True) else POLICIES
        role, attached = self._role(name, args.get("partition", "aws"), policies)
        self.role_arn = role.arn
        self._autoscaled = args.get("autoscaled", True)
        made = pulumi.ResourceOptions.merge(
            self._after, pulumi.ResourceOptions(depends_on=attached, custom_timeouts=TIMEOUTS)
        )
        self.groups: Sequence[pulumi.Resource] = [
            self._group(f"{name}-{key}", args, key, made) for key in sorted(args["groups"])
        ]
        self.register_outputs({"roleArn": self.role_arn})

    def _group(self, name: str, args: NodeGroupsArgs, key: str, opts: pulumi.ResourceOptions) -> "aws.eks.NodeGroup":
        group = args["groups"][key]
        ami = NodeImage(group.get("ami", NodeImage.AL2023_X86_64))
        capacity = NodeCapacity(group.get("capacity", NodeCapacity.ON_DEMAND))
        scaling, owned = _scaling(group, autoscaled=self._autoscaled)
        return aws.eks.NodeGroup(
            name,
            cluster_name=args["cluster_name"],
            node_role_arn=self.role_arn,
            subnet_ids=args["subnet_ids"],
            version=args["version"],
            ami_type=ami.value,
            capacity_type=capacity.name,
            instance_types=list(group.get("instance_types", ("m7i.large",))),
            scaling_config=scaling,
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=int(group.get("max_unavailable", 1))),
            # Not by force: what a disruption budget holds makes an update fail, which says which pod it was.
            release_version=group.get("release"),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            launch_template=_template(name, ami, int(group.get("disk", 50)), args.get("cost_tags", {}), self._child),
            labels={**group.get("labels", {}), NAMED: key},
            taints=[_taint(text) for text in group.get("taints", ())] or None,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=owned)),
        )

    def _role(
        self, name: str, partition: str, policies: Sequence[str]
    ) -> "tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]":
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Nodes of {name}",
            assume_role_policy=json.dumps(trust("ec2.amazonaws.com")),
            opts=self._child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}",
                role=role.name,
                policy_arn=managed_policy(policy, partition),
                opts=self._child,
            )
            for policy in policies
        ]
        return role, attached


def _scaling(group: NodeGroupArgs, *, autoscaled: bool) -> "tuple[aws.eks.NodeGroupScalingConfigArgs, list[str]]":
    """Say how many nodes a group has, and what of that is an autoscaler's, which Pulumi then leaves as it is."""
    least, most = int(group.get("minimum", 2)), int(group.get("maximum", 6))
    desired, owned = int(group.get("desired", 3)), ["scalingConfig.desiredSize"] if autoscaled else []
    if autoscaled and "running" in group:
        desired, owned = min(max(int(group["running"]), least), most), []
    scaling = aws.eks.NodeGroupScalingConfigArgs(min_size=least, desired_size=desired, max_size=most)
    return scaling, owned


def _taint(text: str) -> "aws.eks.NodeGroupTaintArgs":
    """`dedicated=batch:NoSchedule`, in which EKS calls the effect `NO_SCHEDULE`."""
    taint = taint_of(text)
    called = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", taint.effect).upper()
    return aws.eks.NodeGroupTaintArgs(key=taint.key, value=taint.value or None, effect=called)


def _template(
    name: str, ami: NodeImage, disk: int, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> "aws.eks.NodeGroupLaunchTemplateArgs":
    # Bottlerocket keeps its system on the first disk and everything of containers on the second.
    device = "/dev/xvdb" if ami.name.startswith("BOTTLEROCKET") else "/dev/xvda"
    template = aws.ec2.LaunchTemplate(
        name,
        update_default_version=True,
        metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        block_device_mappings=[
            aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                device_name=device,
                ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                    volume_size=disk, volume_type="gp3", encrypted="true", delete_on_termination="true"
                ),
            )
        ],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags={**tags, "Name": name})
            for kind in ("instance", "volume", "network-interface")
        ],
        opts=opts,
    )
    return aws.eks.NodeGroupLaunchTemplateArgs(
        id=template.id, version=template.latest_version.apply(lambda version: str(int(version)))
    )
