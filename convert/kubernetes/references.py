"""Which objects of the same namespace a pod needs before it can start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convert.model import Manifest, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCE_KEYS = {
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMapRef": ("ConfigMap", "name"),
    "configMap": ("ConfigMap", "name"),
    "secretKeyRef": ("Secret", "name"),
    "secretRef": ("Secret", "name"),
    "secret": ("Secret", "secretName"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
}


def references(manifest: Manifest) -> Iterator[ObjectKey]:
    """Objects that `manifest` names: config maps, secrets, claims and the service account of a pod; a store."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "ExternalSecret":
        yield ObjectKey("SecretStore", spec["secretStoreRef"]["name"])
    elif manifest["kind"] == "SecretStore":
        yield from _service_accounts(spec)
    pod = spec.get("template", {}).get("spec")
    if pod:
        if "serviceAccountName" in pod:
            yield ObjectKey("ServiceAccount", pod["serviceAccountName"])
        yield from _named(pod.get("volumes", []))
        for container in (*pod.get("containers", ()), *pod.get("initContainers", ())):
            yield from _named(container.get("envFrom", []))
            yield from _named([entry["valueFrom"] for entry in container.get("env", ()) if "valueFrom" in entry])


def _service_accounts(value: Any) -> Iterator[ObjectKey]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "serviceAccountRef":
                yield ObjectKey("ServiceAccount", child["name"])
            else:
                yield from _service_accounts(child)


def _named(value: Any) -> Iterator[ObjectKey]:
    if isinstance(value, list):
        for child in value:
            yield from _named(child)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key in _REFERENCE_KEYS and isinstance(child, dict):
                kind, field = _REFERENCE_KEYS[key]
                if field in child:
                    yield ObjectKey(kind, child[field])
            elif isinstance(child, (dict, list)):
                yield from _named(child)
