"""Volumes that were made from a backup, each kept for one claim that is not there yet.

A PersistentVolume whose `claimRef` names a claim is bound to that claim when it comes, before any other is made for it.
Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume
and https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/examples/kubernetes/static-provisioning
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi

from longshore.components.kubernetes_object import KubernetesObject
from longshore.convert.kubernetes.names import label


class RestoredVolumeArgs(TypedDict):
    """A volume of EBS."""

    volume: str
    """Its id."""
    zone: str
    """The zone that it is in."""
    size: str
    """Its size, a Kubernetes quantity."""


def restored_volumes(
    name: str, volumes: Mapping[str, RestoredVolumeArgs], driver: str, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Make a PersistentVolume for each; it outlives its object, and its claim.

    volumes: `<namespace>/<claim>` → the volume. driver: of EBS, as the StorageClass `gp3` has it.
    """
    made: list[pulumi.Resource] = []
    for claim, args in sorted(volumes.items()):
        namespace, _, called = claim.partition("/")
        own = label(f"restored-{namespace}-{called}")
        zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [args["zone"]]}
        content = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": own},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": args["size"]},
                "storageClassName": "gp3",
                "persistentVolumeReclaimPolicy": "Retain",
                "volumeMode": "Filesystem",
                "csi": {"driver": driver, "volumeHandle": args["volume"], "fsType": "ext4"},
                "claimRef": {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "namespace": namespace,
                    "name": called,
                },
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}},
            },
        }
        options = pulumi.ResourceOptions(
            # The API server lets nobody change these, and the provider does not know it.
            replace_on_changes=["spec.csi", "spec.nodeAffinity"],
            delete_before_replace=True,
        )
        made.append(KubernetesObject(f"{name}-{own}", content, pulumi.ResourceOptions.merge(opts, options)))
    return made
