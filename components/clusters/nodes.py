"""Managed node groups: what an EKS cluster without Auto Mode runs on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from longshore.components.policies import trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.stack.settings import NodeGroup

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
TIMEOUTS = pulumi.CustomTimeouts(create="30m", update="60m", delete="30m")
"""A node leaves only when its last pod may; PodDisruptionBudgets make that slow on purpose."""


class NodeGroups(pulumi.ComponentResource):
    """Groups of nodes with one role, encrypted disks, and instance metadata that pods cannot reach.

    Attributes:
        groups: each when its nodes are ready.
    """

    groups: Sequence[aws.eks.NodeGroup]

    def __init__(
        self,
        name: str,
        settings: Mapping[str, NodeGroup],
        *,
        cluster_name: pulumi.Input[str],
        version: str,
        partition: str,
        subnet_ids: Sequence[pulumi.Input[str]],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("longshore:eks:NodeGroups", name, None, opts)
        role, attached = self._role(name, partition)
        # An autoscaler owns the number of nodes after the first day.
        desired = "scalingConfig.desiredSize"
        made = pulumi.ResourceOptions(
            parent=self, depends_on=[*after, *attached], ignore_changes=[desired], custom_timeouts=TIMEOUTS
        )
        self.groups = [
            aws.eks.NodeGroup(
                f"{name}-{key}",
                cluster_name=cluster_name,
                node_role_arn=role.arn,
                subnet_ids=subnet_ids,
                version=version,
                ami_type=group.ami,
                capacity_type=group.capacity.upper().replace("-", "_"),
                instance_types=list(group.instance_types),
                scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                    min_size=group.minimum, desired_size=group.desired, max_size=group.maximum
                ),
                update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=1),
                node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
                launch_template=_template(f"{name}-{key}", group, pulumi.ResourceOptions(parent=self)),
                labels=group.labels,
                opts=made,
            )
            for key, group in sorted(settings.items())
        ]
        self.register_outputs({"roleArn": role.arn})

    def _role(self, name: str, partition: str) -> tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Nodes of {name}",
            assume_role_policy=json.dumps(trust("ec2.amazonaws.com")),
            opts=child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"arn:{partition}:iam::aws:policy/{policy}", opts=child
            )
            for policy in POLICIES
        ]
        return role, attached


def _template(name: str, group: NodeGroup, opts: pulumi.ResourceOptions) -> aws.eks.NodeGroupLaunchTemplateArgs:
    # Bottlerocket keeps its system on the first disk and everything of containers on the second.
    device = "/dev/xvdb" if group.ami.startswith("BOTTLEROCKET") else "/dev/xvda"
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
                    volume_size=group.disk, volume_type="gp3", encrypted="true", delete_on_termination="true"
                ),
            )
        ],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags={"Name": name})
            for kind in ("instance", "volume")
        ],
        opts=opts,
    )
    return aws.eks.NodeGroupLaunchTemplateArgs(
        id=template.id, version=template.latest_version.apply(lambda version: str(int(version)))
    )
