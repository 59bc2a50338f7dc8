"""Which objects belong to which workload: those that it alone names, and those that name or select its pods alone.

What several workloads use (a network, a shared volume, the secret store) belongs to none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.kubernetes.references import references
from longshore.model import ObjectKey, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from longshore.model import Manifest

NAME: Final = "app.kubernetes.io/name"
"""The label by which the pods of one compose service are told from all others."""


class Group(NamedTuple):
    """A workload and what is its own.

    name: of its service, and of the container in it that the pod is there for. manifests: in the order in which they
    are rendered, the workload among them.
    """

    name: str
    workload: Manifest
    manifests: tuple[Manifest, ...]


class Grouped(NamedTuple):
    """All manifests: those of each workload, in the order of their names, and those that belong to none."""

    groups: tuple[Group, ...]
    shared: tuple[Manifest, ...]


def grouped(manifests: Sequence[Manifest]) -> Grouped:
    """Part the manifests of an estate by the workload that they belong to."""
    workloads = {_pod_labels(manifest)[NAME]: manifest for manifest in manifests if manifest["kind"] in WORKLOADS}
    keys = {key_of(manifest): name for name, manifest in workloads.items()}
    users: dict[ObjectKey, set[str]] = {}
    for name, manifest in workloads.items():
        for needed in references(manifest):
            users.setdefault(needed, set()).add(name)
    owned: dict[str, list[Manifest]] = {name: [] for name in workloads}
    shared: list[Manifest] = []
    for manifest in manifests:
        owner = keys.get(key_of(manifest)) or _owner(manifest, users, keys)
        owned.get(owner, shared).append(manifest)
    groups = (Group(name, workloads[name], tuple(owned[name])) for name in sorted(workloads))
    return Grouped(tuple(groups), tuple(shared))


def _owner(manifest: Manifest, users: Mapping[ObjectKey, set[str]], workloads: Mapping[ObjectKey, str]) -> str:
    """The one workload that an object belongs to; empty: none, or several.

    An Ingress is called after the service with the shortest path, and the one beside it that leads HTTP to HTTPS too.
    """
    spec = _spec(manifest)
    if manifest["kind"] == "ExternalSecret":
        return _only(users.get(ObjectKey("Secret", spec["target"]["name"]), ()))
    if manifest["kind"] == "Ingress":
        called: str = manifest["metadata"]["name"]
        return _only({called, called.removesuffix("-http")}.intersection(workloads.values()))
    if manifest["kind"] == "HorizontalPodAutoscaler":
        return _only(workloads[key] for key in references(manifest))
    selector = spec.get("podSelector") or spec.get("selector") or {}
    name: str = (selector.get("matchLabels") or selector).get(NAME, "")
    return name or _only(users.get(key_of(manifest), ()))


def _only(names: Iterable[str]) -> str:
    found = set(names)
    return found.pop() if len(found) == 1 else ""


def _spec(manifest: Manifest) -> Manifest:
    spec: Manifest = manifest.get("spec") or {}
    return spec


def _pod_labels(workload: Manifest) -> dict[str, str]:
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels
