"""`Application`: a converted compose estate as Pulumi resources, in the order in which its parts need each other.

Resources are called as their objects are, so that moving a service within its file, or adding one before it, changes
nothing, and an interrupted deployment goes on where it was (`clusters/connection.py`). Nothing is made inside an
`apply`: a preview shows exactly what a deployment makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from longshore.components.resources import is_outside, resource
from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.kubernetes.order import apply_order
from longshore.convert.kubernetes.stable import stable_name
from longshore.model import ObjectKey, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.model import Conversion, Manifest

CLAIM = "PersistentVolumeClaim"
STATEFUL = frozenset({CLAIM, "StatefulSet"})


class Application(pulumi.ComponentResource):
    """Every object of a conversion, in one namespace.

    Attributes:
        objects: object → its resource.
    """

    objects: Mapping[ObjectKey, pulumi.CustomResource]

    def __init__(
        self,
        name: str,
        conversion: Conversion,
        *,
        namespace: str,
        production: bool,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the objects.

        Args:
            name: of the application.
            conversion: without errors; who reads a stack file ends the program before it gets here.
            namespace: where everything goes.
            production: whether what holds data is protected from deletion.
            after: what must be there before the first object: the namespace with its quota and policies, the identity
                of the store, the operator.
            opts: as for any component; its Kubernetes provider is that of all children.
        """
        super().__init__("longshore:compose:Application", name, None, opts)
        needs = creation_needs(conversion)
        manifests = {key_of(manifest): manifest for manifest in conversion.manifests}
        objects: dict[ObjectKey, pulumi.CustomResource] = {}
        for key in apply_order(needs):
            manifest = manifests[key]
            claims = sorted(need for need in needs[key] if need.kind == CLAIM and key.kind in WORKLOADS)
            objects[key] = resource(
                stable_name(manifest),
                {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}},
                pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[*after, *(objects[earlier] for earlier in sorted(needs[key]))],
                    protect=(production and key.kind in STATEFUL) or None,
                    # A claim that must be made anew goes only once no pod has it; both are called as before.
                    replace_with=[objects[claim] for claim in claims] or None,
                    # Of a Job that changed no two run at once; another name would let them.
                    delete_before_replace=bool(claims) or key.kind == "Job" or None,
                ),
            )
        self.objects = objects
        self.register_outputs({"namespace": namespace, "objects": len(objects)})


def creation_needs(conversion: Conversion) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """The order of a conversion, and what Services and workloads are to each other.

    A workload comes after the Services inside the cluster that select its pods: so pods find the names of what they
    wait for, and on the way down nobody calls a Service without pods. What waits for an address from outside (a load
    balancer, an Ingress) comes after the workloads behind it, or it would wait for ever.
    """
    behind = _workloads_behind(conversion.manifests)
    needs = dict(conversion.order)
    for manifest in conversion.manifests:
        key = key_of(manifest)
        if manifest["kind"] == "Ingress":
            found = (behind.get(service, frozenset()) for service in _backends(manifest))
            needs[key] = needs[key].union(*found)
        elif manifest["kind"] == "Service" and is_outside(manifest):
            needs[key] |= behind[key]
        elif manifest["kind"] == "Service":
            for workload in behind[key]:
                needs[workload] |= {key}
    return needs


def _workloads_behind(manifests: Sequence[Manifest]) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """Service → the workloads whose pods it selects."""
    labelled: dict[tuple[str, str], list[tuple[ObjectKey, Mapping[str, str]]]] = {}
    for manifest in manifests:
        if manifest["kind"] in WORKLOADS:
            labels = manifest["spec"]["template"].get("metadata", {}).get("labels", {})
            for pair in labels.items():
                labelled.setdefault(pair, []).append((key_of(manifest), labels))
    behind: dict[ObjectKey, frozenset[ObjectKey]] = {}
    for manifest in manifests:
        if manifest["kind"] == "Service":
            selector = manifest["spec"].get("selector") or {}
            rarest = min((labelled.get(pair, []) for pair in selector.items()), key=len, default=[])
            behind[key_of(manifest)] = frozenset(key for key, labels in rarest if selector.items() <= labels.items())
    return behind


def _backends(ingress: Manifest) -> set[ObjectKey]:
    spec = ingress["spec"]
    paths = [path for rule in spec.get("rules", ()) for path in rule.get("http", {}).get("paths", ())]
    backends = [spec.get("defaultBackend", {}), *(path["backend"] for path in paths)]
    return {ObjectKey("Service", backend["service"]["name"]) for backend in backends if "service" in backend}
