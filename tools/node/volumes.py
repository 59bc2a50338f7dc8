"""Volumes as the storage classes of EKS give them, for the claims that the scheduler has placed on this node.

A disk (`gp3`) is a new ext4 of its own, on a loop device: it belongs to root and has `lost+found`, as the driver of EBS
makes it; as a `local` volume, kubelet gives it to a pod's fsGroup as it does there. A shared folder (`efs`) is one in
which everybody may write, since an access point of EFS writes as its own user for everybody; kubelet changes no owner.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import httpx

from tools.cluster.api import Api, ApiError, Manifest
from tools.node.layout import NODE

if TYPE_CHECKING:
    from pathlib import Path

    from tools.node.layout import Layout

DISK: Final = "gp3"
SHARED: Final = "efs"
_PROVISIONER: Final = "volumes.longshore.test"
_PLACED: Final = "volume.kubernetes.io/selected-node"
_WATCH_SECONDS: Final = 600
# A claim's size is a promise of the disk's; what is written here takes room as it is written.
_LARGEST_DISK: Final = 1 << 33
_SMALLEST_DISK: Final = 1 << 26
_UNITS: Final = {
    "Ki": 1 << 10,
    "Mi": 1 << 20,
    "Gi": 1 << 30,
    "Ti": 1 << 40,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
}


def classes() -> list[Manifest]:
    """The two storage classes."""
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": name,
                "annotations": {"storageclass.kubernetes.io/is-default-class": str(name == DISK).lower()},
            },
            "provisioner": _PROVISIONER,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
        for name in (DISK, SHARED)
    ]


def provide(layout: Layout) -> None:
    """Make a volume for each claim that waits for one, and remove it after its claim, until the process ends."""
    with Api(layout.kubeconfig) as api:
        while True:
            try:
                for _, claim in api.watch("v1", "PersistentVolumeClaim", "", _WATCH_SECONDS):
                    _clear(api, layout)
                    if _waits(claim):
                        api.apply(_volume(claim, _make(claim, layout)))
            except (httpx.HTTPError, ApiError) as error:
                print(f"volumes: {error!r}", file=sys.stderr, flush=True)
                time.sleep(0.2)


def _waits(claim: Manifest) -> bool:
    placed = _PLACED in claim["metadata"].get("annotations", {})
    ours = claim["spec"].get("storageClassName") in {DISK, SHARED}
    return ours and placed and not claim["spec"].get("volumeName") and "deletionTimestamp" not in claim["metadata"]


def _name(claim: Manifest) -> str:
    """As the provisioners of CSI name them."""
    return f"pvc-{claim['metadata']['uid']}"


def _make(claim: Manifest, layout: Layout) -> Path:
    at = layout.volumes / _name(claim)
    if at.exists():
        return at
    at.mkdir(parents=True)
    if claim["spec"]["storageClassName"] == SHARED:
        at.chmod(0o777)
        return at
    disk = at.with_suffix(".ext4")
    with disk.open("wb") as file:
        file.truncate(min(max(size(claim["spec"]["resources"]["requests"]["storage"]), _SMALLEST_DISK), _LARGEST_DISK))
    options = "lazy_itable_init=1,lazy_journal_init=1"
    subprocess.run(["mkfs.ext4", "-q", "-E", options, str(disk)], check=True)
    subprocess.run(["mount", "-o", "loop", str(disk), str(at)], check=True)
    return at


def size(quantity: str) -> int:
    """Bytes of a quantity such as `10Gi`."""
    unit = next((x for x in _UNITS if quantity.endswith(x)), "")
    return int(float(quantity.removesuffix(unit)) * _UNITS.get(unit, 1))


def _volume(claim: Manifest, at: Path) -> Manifest:
    spec, meta = claim["spec"], claim["metadata"]
    shared = spec["storageClassName"] == SHARED
    owner = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": _name(claim), "annotations": {"pv.kubernetes.io/provisioned-by": _PROVISIONER}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec["storageClassName"],
            "claimRef": {**owner, **{x: meta[x] for x in ("name", "namespace", "uid")}},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
            ("hostPath" if shared else "local"): {"path": str(at)},
        },
    }


def _clear(api: Api, layout: Layout) -> None:
    """Remove the disks of claims that are gone, as `reclaimPolicy: Delete` has it."""
    for volume in api.list("v1", "PersistentVolume"):
        if volume.get("status", {}).get("phase") in {"Released", "Failed"}:
            name = volume["metadata"]["name"]
            at = layout.volumes / name
            if subprocess.run(["mountpoint", "-q", str(at)], check=False).returncode == 0:
                if subprocess.run(["umount", str(at)], check=False).returncode:
                    continue  # a pod that is on its way out holds it still
                at.with_suffix(".ext4").unlink()
            api.delete("v1", "PersistentVolume", "", name)
