"""Disks that many nodes mount at once (EFS), for compose volumes with more than one consumer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from longshore.components.policies import trust
from longshore.stack.addons import SHARED_STORAGE
from longshore.stack.settings import SHARED_CLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.components.network import Network
    from longshore.stack.settings import Aws

ACCOUNT: Final = "efs-csi-controller-sa"
NFS: Final = 2049


class SharedStorage(pulumi.ComponentResource):
    """An encrypted file system with a mount target in every zone, its driver, and a StorageClass for it."""

    def __init__(
        self,
        name: str,
        *,
        network: Network,
        cluster_name: pulumi.Input[str],
        version: str,
        account: Aws,
        production: bool,
        after: Sequence[pulumi.Resource],
        provider: k8s.Provider,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("longshore:aws:SharedStorage", name, None, opts)
        files, targets = self._files(name, network, production=production)
        driver = self._driver(name, cluster_name, version, account.partition, after)
        k8s.storage.v1.StorageClass(
            name,
            metadata={"name": SHARED_CLASS},
            provisioner="efs.csi.aws.com",
            parameters={"provisioningMode": "efs-ap", "fileSystemId": files.id, "directoryPerms": "700"},
            reclaim_policy="Retain" if production else "Delete",
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=provider,
                depends_on=[*targets, driver],
                # The API server refuses to change it, and the provider does not know that.
                replace_on_changes=["reclaimPolicy"],
                delete_before_replace=True,
            ),
        )
        self.register_outputs({"fileSystemId": files.id, "storageClass": SHARED_CLASS})

    def _files(
        self, name: str, network: Network, *, production: bool
    ) -> tuple[aws.efs.FileSystem, list[aws.efs.MountTarget]]:
        child = pulumi.ResourceOptions(parent=self)
        files = aws.efs.FileSystem(
            name,
            encrypted=True,
            throughput_mode="elastic",
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=production or None),
        )
        if production:
            enabled = aws.efs.BackupPolicyBackupPolicyArgs(status="ENABLED")
            aws.efs.BackupPolicy(name, file_system_id=files.id, backup_policy=enabled, opts=child)
        group = aws.ec2.SecurityGroup(
            name,
            description="NFS from the VPC",
            vpc_id=network.vpc_id,
            ingress=[
                aws.ec2.SecurityGroupIngressArgs(
                    description="NFS from the VPC",
                    protocol="tcp",
                    from_port=NFS,
                    to_port=NFS,
                    cidr_blocks=[network.cidr],
                )
            ],
            tags={"Name": name},
            opts=child,
        )
        targets = [
            aws.efs.MountTarget(
                f"{name}-{letter}", file_system_id=files.id, subnet_id=subnet, security_groups=[group.id], opts=child
            )
            for letter, subnet in zip(network.letters, network.private_subnet_ids, strict=True)
        ]
        return files, targets

    def _driver(
        self,
        name: str,
        cluster_name: pulumi.Input[str],
        version: str,
        partition: str,
        after: Sequence[pulumi.Resource],
    ) -> aws.eks.Addon:
        role = aws.iam.Role(
            name,
            description=f"Shared volumes of {name}",
            assume_role_policy=json.dumps(trust("pods.eks.amazonaws.com", "sts:TagSession")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        attached = aws.iam.RolePolicyAttachment(
            name,
            role=role.name,
            policy_arn=f"arn:{partition}:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy",
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.eks.Addon(
            name,
            cluster_name=cluster_name,
            addon_name=SHARED_STORAGE,
            addon_version=version,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            pod_identity_associations=[
                aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.arn, service_account=ACCOUNT)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*after, attached]),
        )
