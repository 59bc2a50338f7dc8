"""The kinds of objects that a conversion makes: API version of each, and its place in the order of creation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from longshore.model import Manifest, ObjectKey

API_VERSION: Final[dict[str, str]] = {
    "ServiceAccount": "v1",
    "SecretStore": "external-secrets.io/v1",
    "ExternalSecret": "external-secrets.io/v1",
    "ConfigMap": "v1",
    "PersistentVolumeClaim": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Service": "v1",
    "Job": "batch/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
    "Ingress": "networking.k8s.io/v1",
}
"""In the order in which `kubectl apply` is happiest: what pods need comes before the pods."""

WORKLOADS: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job"})

REPLICATED: Final = frozenset({"Deployment", "StatefulSet"})
"""Workloads that run as many pods as `spec.replicas` says."""

RANK: Final = {kind: rank for rank, kind in enumerate(API_VERSION)}


def new(key: ObjectKey, **content: Any) -> Manifest:
    """Begin a manifest of a known kind: `new(ObjectKey("ConfigMap", "web"), data={...})`."""
    return {"apiVersion": API_VERSION[key.kind], "kind": key.kind, "metadata": {"name": key.name}, **content}
