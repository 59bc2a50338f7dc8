"""In which order a deployment makes the objects of a conversion, one waiting for the other, and deletes them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.model import Conversion, Manifest, ObjectKey, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def creation_needs(conversion: Conversion) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """The order of a conversion, and what workloads and those that select their pods are to each other.

    A workload comes after the Services inside the cluster that select its pods: so pods find the names of what they
    wait for, and on the way down nobody calls a Service without pods. It comes after its NetworkPolicies: a pod without
    one is cut off by `default-deny`, and could not write down on the way down what it still has. What waits for an
    address from outside (a load balancer, an Ingress) comes after the workloads behind it, or it would wait for ever.
    """
    selected = _selected(conversion.manifests)
    needs = dict(conversion.order)
    for manifest in conversion.manifests:
        key = key_of(manifest)
        if manifest["kind"] == "Ingress":
            found = (selected.get(service, frozenset()) for service in _backends(manifest))
            needs[key] = needs[key].union(*found)
        elif manifest["kind"] == "Service" and is_outside(manifest):
            needs[key] |= selected[key]
        elif key in selected:
            for workload in selected[key]:
                needs[workload] |= {key}
    return needs


def _selected(manifests: Sequence[Manifest]) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """Service or NetworkPolicy → the workloads whose pods it selects; a Service without a selector selects none."""
    labelled: dict[tuple[str, str], list[tuple[ObjectKey, Mapping[str, str]]]] = {}
    for manifest in manifests:
        if manifest["kind"] in WORKLOADS:
            labels = manifest["spec"]["template"].get("metadata", {}).get("labels", {})
            for pair in labels.items():
                labelled.setdefault(pair, []).append((key_of(manifest), labels))
    found: dict[ObjectKey, frozenset[ObjectKey]] = {}
    for manifest in manifests:
        if manifest["kind"] == "Service":
            selector = manifest["spec"].get("selector") or {}
        elif manifest["kind"] == "NetworkPolicy":
            selector = manifest["spec"]["podSelector"]["matchLabels"]
        else:
            continue
        rarest = min((labelled.get(pair, []) for pair in selector.items()), key=len, default=[])
        found[key_of(manifest)] = frozenset(key for key, labels in rarest if selector.items() <= labels.items())
    return found


def _backends(ingress: Manifest) -> set[ObjectKey]:
    spec = ingress["spec"]
    paths = [path for rule in spec.get("rules", ()) for path in rule.get("http", {}).get("paths", ())]
    backends = [spec.get("defaultBackend", {}), *(path["backend"] for path in paths)]
    return {ObjectKey("Service", backend["service"]["name"]) for backend in backends if "service" in backend}


def is_outside(service: Manifest) -> bool:
    """Does a Service wait for an address outside the cluster?"""
    return bool(service["spec"].get("type") == "LoadBalancer")
