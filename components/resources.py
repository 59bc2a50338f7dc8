"""Manifests as Pulumi resources: what Pulumi must be told beside the manifest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pulumi

from longshore.components.kubernetes_object import KubernetesObject
from longshore.convert.kubernetes.creation import is_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from longshore.model import Manifest

FORBIDDEN: Final = frozenset({"Secret"})
"""Kinds that would put values into the state."""

PULL: Final = 300
"""Seconds that a node may take to appear and to pull an image."""
ATTEMPT: Final = 3600
"""Seconds for a Job that says nothing of its own; migrations of large tables take long."""
SECRET: Final = 180
"""Seconds for the operator to fetch a secret; it retries with a growing pause, so a longer wait finds little more."""


def resource(name: str, manifest: Manifest, opts: pulumi.ResourceOptions, *, most: int = 0) -> KubernetesObject:
    """Declare one object of a conversion.

    most: how many pods an autoscaler may make of a workload, which says no number then.

    Raises:
        ValueError: the manifest is a Secret, whose values would end up in the state.
    """
    api_version, kind = manifest["apiVersion"], manifest["kind"]
    if kind in FORBIDDEN and api_version == "v1":
        raise ValueError(f"{kind} {manifest['metadata']['name']}: secrets are made by the operator, never by Pulumi")
    metadata = {**manifest["metadata"]}
    extra = notes(manifest)
    if extra:
        metadata["annotations"] = {**metadata.get("annotations", {}), **extra}
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=timeouts(manifest, most)))
    return KubernetesObject(name, {**manifest, "metadata": metadata}, opts)


def notes(manifest: Manifest) -> dict[str, str]:
    """What Pulumi is to wait for: a custom resource it does not know, a Service it would wait for in vain."""
    kind = manifest["kind"]
    if kind in {"ExternalSecret", "SecretStore"}:
        return {"pulumi.com/waitFor": "condition=Ready"}
    if kind == "PersistentVolumeClaim" or (kind == "Service" and not is_outside(manifest)):
        # Both are there before the pods that they would wait for; the workload itself is awaited.
        return {"pulumi.com/skipAwait": "true"}
    return {}


def timeouts(manifest: Manifest, most: int = 0) -> pulumi.CustomTimeouts | None:
    """How long a deployment waits for an object, from what its own probes allow; most: as of `resource`."""
    kind = manifest["kind"]
    if kind in {"ExternalSecret", "SecretStore"}:
        return _timeout(SECRET)
    if kind == "Job":
        return _timeout(manifest["spec"].get("activeDeadlineSeconds") or ATTEMPT)
    if kind in {"Deployment", "StatefulSet", "DaemonSet"}:
        return _timeout(rollout_seconds(manifest, most))
    return None


def rollout_seconds(manifest: Manifest, most: int = 0) -> int:
    """Seconds until the last pod of a workload must be ready: pods come in waves, each allowed its slowest start."""
    spec = manifest["spec"]
    pod = spec["template"]["spec"]
    start = max((_start_seconds(container) for container in pod["containers"]), default=0)
    wave = PULL + start + int(spec.get("minReadySeconds", 0)) + int(pod.get("terminationGracePeriodSeconds", 30))
    # Kubernetes itself gives up after its deadline, and says why; so it must be the first to lose patience.
    patience = int(spec.get("progressDeadlineSeconds", 0)) + 60
    return math.ceil(max(wave * _waves(manifest["kind"], spec, most), patience) / 60) * 60


def _waves(kind: str, spec: dict[str, Any], most: int) -> int:
    replicas = int(spec.get("replicas", most or 1))
    if kind == "StatefulSet":
        return max(1, replicas)
    rolling = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    return max(1, math.ceil(replicas / max(1, surge + unavailable)))


def _share(value: int | str, whole: int, rounded: Callable[[float], int]) -> int:
    return rounded(whole * int(value.rstrip("%")) / 100) if isinstance(value, str) else value


def _start_seconds(container: dict[str, Any]) -> int:
    """Seconds that the probes of a container give it to become ready."""
    total = 0
    for name in ("startupProbe", "readinessProbe"):
        probe = container.get(name)
        if probe:
            total += int(probe.get("initialDelaySeconds", 0))
            total += int(probe.get("periodSeconds", 10)) * int(probe.get("failureThreshold", 3))
    return total


def _timeout(seconds: int) -> pulumi.CustomTimeouts:
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
