"""Which objects of the same namespace another one needs before it can do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.model import Manifest, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED_BY: Final = {
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMapRef": ("ConfigMap", "name"),
    "configMap": ("ConfigMap", "name"),
    "secretKeyRef": ("Secret", "name"),
    "secretRef": ("Secret", "name"),
    "secret": ("Secret", "secretName"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
}
"""Key in a source of a variable or a volume → the kind of object it names, and by which entry."""


def references(manifest: Manifest) -> frozenset[ObjectKey]:
    """Objects that `manifest` names: what a pod takes, its service account; a store; what an autoscaler scales."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "HorizontalPodAutoscaler":
        target = spec["scaleTargetRef"]
        return frozenset((ObjectKey(target["kind"], target["name"]),))
    if manifest["kind"] == "ExternalSecret":
        return frozenset((ObjectKey("SecretStore", spec["secretStoreRef"]["name"]),))
    if manifest["kind"] == "SecretStore":
        return frozenset(_service_accounts(spec))
    pod = spec.get("template", {}).get("spec")
    return frozenset(ObjectKey(kind, name) for kind, name in _of_pod(pod)) if pod else frozenset()


def _of_pod(pod: dict[str, Any]) -> set[tuple[str, str]]:
    """(kind, name) of what a pod names, each once: a container may take twenty variables from one Secret."""
    found: set[tuple[str, str]] = set()
    if "serviceAccountName" in pod:
        found.add(("ServiceAccount", pod["serviceAccountName"]))
    _add_named(pod.get("volumes", []), found)
    for container in (*pod.get("containers", ()), *pod.get("initContainers", ())):
        _add_named(container.get("envFrom", []), found)
        for entry in container.get("env", ()):
            if "valueFrom" in entry:
                _add_named(entry["valueFrom"], found)
    return found


def _add_named(value: Any, found: set[tuple[str, str]]) -> None:
    if isinstance(value, list):
        for child in value:
            _add_named(child, found)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key in _NAMED_BY and isinstance(child, dict):
                kind, name = _NAMED_BY[key]
                named = child.get(name) or child.get("name")  # a Secret has another entry in a `projected` volume
                if named:
                    found.add((kind, named))
            elif isinstance(child, (dict, list)):
                _add_named(child, found)


def _service_accounts(value: Any) -> Iterator[ObjectKey]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "serviceAccountRef":
                yield ObjectKey("ServiceAccount", child["name"])
            else:
                yield from _service_accounts(child)
