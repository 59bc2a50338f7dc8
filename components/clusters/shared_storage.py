"""`SharedStorage`: disks that many nodes mount at once (EFS), for compose volumes with more than one consumer.

Whoever reaches a file system without a policy may do everything in it, as root, and in a VPC every pod reaches it. So
each has one: TLS only, no root, and by an access point only, of which each claim has its own.
Source: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.clusters.addons import AddonArgs, eks_addon
from longshore.components.component import Component
from longshore.components.kubernetes_object import KubernetesObject
from longshore.stack.addons import SHARED_STORAGE
from longshore.stack.iam_policies import mount_by_access_points
from longshore.stack.shared_classes import class_of

NFS: Final = 2049


class SharesArgs(TypedDict):
    """Which file systems there are beside the one that all share, which classes they have, and how they are kept."""

    teams: NotRequired[Sequence[str]]
    """Teams with a file system of their own, as StorageClass `efs-<team>`. Default: none."""
    owners: NotRequired[Sequence[str]]
    """Users by `uid:gid`: in the classes `efs-<uid>-<gid>` and `efs-<team>-<uid>-<gid>` such a user owns everything."""
    idle_days: NotRequired[int]
    """Days after which a file that nobody reads costs less to keep, and more to read; 0: never. Default: 30."""
    backups: NotRequired[bool]
    """Whether AWS Backup keeps what is in them. Default: in production."""


class SharedStorageArgs(TypedDict):
    """Which cluster the storage is for, and where its nodes stand."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, which gets the driver."""
    vpc_id: pulumi.Input[str]
    """The VPC of its nodes."""
    vpc_cidr: pulumi.Input[str]
    """The addresses of the VPC, which may mount the file system."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where the nodes stand, one subnet per zone: each gets a mount target."""
    zones: Sequence[str]
    """What tells the zones apart in names, as many as there are subnets: `a`, `b`, `c`."""
    driver_version: str
    """Version of the add-on `aws-efs-csi-driver`."""
    driver: NotRequired[AddonArgs]
    """What the add-on is told beside what it needs to be, and which further rights it gets."""
    shares: NotRequired[SharesArgs]
    """Further file systems and classes, and how all are kept."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    tags: NotRequired[Mapping[str, str]]
    """Of the file systems, beside their names. Default: none."""
    production: NotRequired[bool]
    """Whether the file system is backed up and outlives its deletion. Default: no."""


class SharedStorage(Component):
    """Encrypted file systems with a mount target in every zone, their driver, and StorageClasses for them."""

    file_system_id: pulumi.Output[str]
    """Id of the file system that all share."""
    storage_class: pulumi.Output[str]
    """Name of its StorageClass."""

    def __init__(self, name: str, args: SharedStorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:aws:SharedStorage")
        self._args, self._shares = args, args.get("shares", SharesArgs())
        self._production = args.get("production", False)
        self._group = self._security_group(name)
        self._driver = eks_addon(
            name,
            SHARED_STORAGE,
            args["driver_version"],
            cluster_name=args["cluster_name"],
            args=args.get("driver", AddonArgs()),
            partition=args.get("partition", "aws"),
            opts=self._after,
        )
        files, made = self._share(name, "")
        for team in self._shares.get("teams", ()):
            self._share(f"{name}-{team}", team)
        self.file_system_id, self.storage_class = files.id, made.metadata["name"]
        self.register_outputs({"fileSystemId": self.file_system_id, "storageClass": self.storage_class})

    def _share(self, name: str, team: str) -> "tuple[aws.efs.FileSystem, KubernetesObject]":
        """Make a file system and its classes: of a team, or of all."""
        files = aws.efs.FileSystem(
            name,
            encrypted=True,
            throughput_mode="elastic",
            lifecycle_policies=idle_files(int(self._shares.get("idle_days", 30))),
            tags={"Name": name, **self._args.get("tags", {})},
            opts=pulumi.ResourceOptions(parent=self, protect=self._production or None),
        )
        if self._shares.get("backups", self._production):
            enabled = aws.efs.BackupPolicyBackupPolicyArgs(status="ENABLED")
            aws.efs.BackupPolicy(name, file_system_id=files.id, backup_policy=enabled, opts=self._child)
        role = self._driver.pod_identity_associations.apply(lambda found: str(found[0].role_arn) if found else "")
        policy = aws.efs.FileSystemPolicy(
            name,
            file_system_id=files.id,
            policy=pulumi.Output.all(files.arn, role).apply(
                lambda arns: json.dumps(mount_by_access_points(str(arns[0]), str(arns[1])))
            ),
            opts=self._child,
        )
        ready = [self._driver, policy, *self._mount_targets(name, files)]
        classes = [self._class(name, team, owner, files, ready) for owner in ("", *self._shares.get("owners", ()))]
        return files, classes[0]

    def _class(
        self, name: str, team: str, owner: str, files: "aws.efs.FileSystem", after: Sequence[pulumi.Resource]
    ) -> KubernetesObject:
        numbers = dict(zip(("uid", "gid"), owner.split(":"), strict=True)) if owner else {}
        parameters = {"provisioningMode": "efs-ap", "fileSystemId": files.id, "directoryPerms": "700", **numbers}
        return KubernetesObject(
            "-".join((name, *numbers.values())),
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": class_of(team, owner)},
                "provisioner": "efs.csi.aws.com",
                "parameters": parameters,
                "reclaimPolicy": "Retain" if self._production else "Delete",
            },
            pulumi.ResourceOptions(
                parent=self,
                depends_on=list(after),
                # The API server refuses to change it, and the provider does not know that.
                replace_on_changes=["reclaimPolicy"],
                delete_before_replace=True,
            ),
        )

    def _security_group(self, name: str) -> "aws.ec2.SecurityGroup":
        return aws.ec2.SecurityGroup(
            name,
            description="NFS from the VPC",
            vpc_id=self._args["vpc_id"],
            ingress=[
                aws.ec2.SecurityGroupIngressArgs(
                    description="NFS from the VPC",
                    protocol="tcp",
                    from_port=NFS,
                    to_port=NFS,
                    cidr_blocks=[self._args["vpc_cidr"]],
                )
            ],
            tags={"Name": name},
            opts=self._child,
        )

    def _mount_targets(self, name: str, files: "aws.efs.FileSystem") -> "list[aws.efs.MountTarget]":
        subnets = pulumi.Output.from_input(self._args["subnet_ids"])
        return [
            aws.efs.MountTarget(
                f"{name}-{zone}",
                file_system_id=files.id,
                subnet_id=subnets[index],
                security_groups=[self._group.id],
                opts=self._child,
            )
            for index, zone in enumerate(self._args["zones"])
        ]


def idle_files(days: int) -> "list[aws.efs.FileSystemLifecyclePolicyArgs] | None":
    """When files go where they cost less, and that the first who reads one brings it back."""
    if not days:
        return None
    away = f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"
    return [
        aws.efs.FileSystemLifecyclePolicyArgs(transition_to_ia=away),
        aws.efs.FileSystemLifecyclePolicyArgs(transition_to_primary_storage_class="AFTER_1_ACCESS"),
    ]
