"""`SharedStorage`: disks that many nodes mount at once (EFS), for compose volumes with more than one consumer."""

from collections.abc import Sequence
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.clusters.addons import AddonArgs, eks_addon
from longshore.components.component import Component
from longshore.components.kubernetes_object import KubernetesObject
from longshore.stack.addons import SHARED_STORAGE
from longshore.stack.settings import SHARED_CLASS

NFS: Final = 2049


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
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    production: NotRequired[bool]
    """Whether the file system is backed up and outlives its deletion. Default: no."""


class SharedStorage(Component):
    """An encrypted file system with a mount target in every zone, its driver, and a StorageClass for it."""

    file_system_id: pulumi.Output[str]
    """Id of the file system."""
    storage_class: pulumi.Output[str]
    """Name of the StorageClass."""

    def __init__(self, name: str, args: SharedStorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:aws:SharedStorage")
        production = args.get("production", False)
        files, targets = self._files(name, args, production=production)
        driver = eks_addon(
            name,
            SHARED_STORAGE,
            args["driver_version"],
            cluster_name=args["cluster_name"],
            args=args.get("driver", AddonArgs()),
            partition=args.get("partition", "aws"),
            opts=self._after,
        )
        made = KubernetesObject(
            name,
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": SHARED_CLASS},
                "provisioner": "efs.csi.aws.com",
                "parameters": {"provisioningMode": "efs-ap", "fileSystemId": files.id, "directoryPerms": "700"},
                "reclaimPolicy": "Retain" if production else "Delete",
            },
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[*targets, driver],
                # The API server refuses to change it, and the provider does not know that.
                replace_on_changes=["reclaimPolicy"],
                delete_before_replace=True,
            ),
        )
        self.file_system_id, self.storage_class = files.id, made.metadata["name"]
        self.register_outputs({"fileSystemId": self.file_system_id, "storageClass": self.storage_class})

    def _files(
        self, name: str, args: SharedStorageArgs, *, production: bool
    ) -> "tuple[aws.efs.FileSystem, list[aws.efs.MountTarget]]":
        files = aws.efs.FileSystem(
            name,
            encrypted=True,
            throughput_mode="elastic",
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=production or None),
        )
        if production:
            enabled = aws.efs.BackupPolicyBackupPolicyArgs(status="ENABLED")
            aws.efs.BackupPolicy(name, file_system_id=files.id, backup_policy=enabled, opts=self._child)
        group = aws.ec2.SecurityGroup(
            name,
            description="NFS from the VPC",
            vpc_id=args["vpc_id"],
            ingress=[
                aws.ec2.SecurityGroupIngressArgs(
                    description="NFS from the VPC",
                    protocol="tcp",
                    from_port=NFS,
                    to_port=NFS,
                    cidr_blocks=[args["vpc_cidr"]],
                )
            ],
            tags={"Name": name},
            opts=self._child,
        )
        subnets = pulumi.Output.from_input(args["subnet_ids"])
        targets = [
            aws.efs.MountTarget(
                f"{name}-{zone}",
                file_system_id=files.id,
                subnet_id=subnets[index],
                security_groups=[group.id],
                opts=self._child,
            )
            for index, zone in enumerate(args["zones"])
        ]
        return files, targets
