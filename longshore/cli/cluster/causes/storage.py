"""Why a volume is not there, or does not get into a pod.

Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.cluster.causes.cause import Cause, said_by_cluster
from longshore.cli.cluster.causes.secrets import not_configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object


def claims_of(pod: Object, scene: Scene) -> Iterator[Cause]:
    """Why a claim that a pod mounts has no volume."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        name = str((volume.get("persistentVolumeClaim") or {}).get("claimName") or "")
        if name and (cause := claim_pending(name, scene)):
            yield cause


def claim_pending(name: str, scene: Scene) -> Cause | None:
    """Why a claim has no volume; None where it has one, or where it waits for its pod to get a node, as it should."""
    claim = scene.claims.get(name)
    if claim is None or (claim.get("status") or {}).get("phase") not in {"Pending", "Lost"}:
        return None
    spec = claim.get("spec") or {}
    storage_class = spec.get("storageClassName")
    failed = scene.said("PersistentVolumeClaim", name, "ProvisioningFailed", "FailedBinding", "VolumeMismatch")
    if (claim.get("status") or {}).get("phase") == "Lost":
        return Cause("claim-pending", f"the volume of the claim `{name}` is gone", "restore it from a backup")
    if not failed:
        if storage_class:
            return None
        what = f"the claim `{name}` names no class, and the cluster has no default one"
        return Cause("claim-pending", what, f"write `longshore:storage: {{storageClass: …}}` in {scene.file}")
    size = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "")
    modes = ", ".join(spec.get("accessModes") or ())
    asks = f"{size} {modes}, class {storage_class or 'of the cluster'}"
    what = f"the claim `{name}` ({asks}) gets no volume: {said_by_cluster(failed[0].get('message'))}"
    help_ = (
        f"`longshore doctor -s {scene.stack}` lists the classes that there are; `longshore:storage` in {scene.file} "
        "says which one is used"
    )
    return Cause("claim-pending", what, help_)


def not_mounted(pod: Object, scene: Scene) -> Cause | None:
    """Why a pod that has a node waits to be started: its volumes, or its network."""
    name = str(pod["metadata"]["name"])
    for event in scene.said("Pod", name, "FailedMount", "FailedAttachVolume", "FailedMapVolume"):
        message = str(event.get("message") or "")
        if cause := not_configured(pod, "", message, scene):
            return cause
        help_ = "a disk that another node still has is let go within some minutes; else see `kubectl describe pod`"
        return Cause("volume-not-mounted", f"a volume does not get into its pod: {said_by_cluster(message)}", help_)
    for event in scene.said("Pod", name, "FailedCreatePodSandBox"):
        help_ = "the network of its node cannot take one more pod, or is not ready: `kubectl get nodes`"
        said = said_by_cluster(event.get("message"))
        return Cause("does-not-start", f"its pod gets no network: {said}", help_)
    return None
