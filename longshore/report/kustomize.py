"""Manifests as Kustomize has them: a base with what all environments share, and an overlay for each with the rest.

A field in which two environments differ is in no base: each overlay sets its own, by a JSON patch, and so says all that
its environment decides. JSON patches (RFC 6902) change exactly the place that they name, where strategic merge patches
would put the variables of a container into another order, on which `$(NAME)` depends.
Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.kubernetes.stable import stable_name
from longshore.report.yaml_text import document, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.model import Manifest

Place = tuple[str, str]
"""What an object is in every environment: its kind, and its name without what changes with its content."""

_NOTHING: Final = object()
_KIND: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


def kustomizations(environments: Mapping[str, Sequence[Manifest]]) -> dict[str, str]:
    """Write `base/` and `overlays/<environment>/`: path → text.

    environments: name of each overlay → its manifests; their namespace is said once, in the overlay.
    """
    estates = {name: {_place(each): _without_namespace(each) for each in found} for name, found in environments.items()}
    first, *others = estates.values()
    base = {
        place: _common_object(place, [estate[place] for estate in estates.values()])
        for place in first
        if all(place in other for other in others)
    }
    files = _folder("base", {_file(place): document(manifest) for place, manifest in base.items()}, {})
    for name, estate in estates.items():
        namespace = next((manifest["metadata"].get("namespace", "") for manifest in environments[name]), "")
        files |= _overlay(name, estate, base, namespace)
    return files


def _overlay(
    name: str, estate: Mapping[Place, Manifest], base: Mapping[Place, Manifest], namespace: str
) -> dict[str, str]:
    """One environment: what it alone has, and how the rest differs from the base."""
    own = {_file(place): document(manifest) for place, manifest in estate.items() if place not in base}
    patches: dict[str, str] = {}
    targets: list[dict[str, Any]] = []
    for place, manifest in base.items():
        changes = list(_changes(manifest, estate[place], ""))
        if changes:
            path = f"patches/{_file(place)}"
            patches[path] = sequence(changes)
            targets.append({"path": path, "target": _target(manifest)})
    more: dict[str, Any] = {}
    if namespace:
        more["namespace"] = namespace
    if targets:
        more["patches"] = targets
    return _folder(f"overlays/{name}", own, more, ["../../base"]) | {
        f"overlays/{name}/{file}": text for file, text in patches.items()
    }


def _folder(
    folder: str, manifests: Mapping[str, str], more: Mapping[str, Any], resources: Sequence[str] = ()
) -> dict[str, str]:
    """A kustomization of the manifests in its own folder and of other `resources`."""
    kustomization = {**_KIND, "resources": [*resources, *manifests], **more}
    files = {**manifests, "kustomization.yaml": document(kustomization)}
    return {f"{folder}/{file}": text for file, text in files.items()}


def _place(manifest: Manifest) -> Place:
    return manifest["kind"], stable_name(manifest)


def _file(place: Place) -> str:
    return f"{place[0]}-{place[1]}.yaml".lower()


def _without_namespace(manifest: Manifest) -> Manifest:
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "namespace"}
    return {**manifest, "metadata": metadata}


def _target(manifest: Manifest) -> dict[str, str]:
    group, _, version = manifest["apiVersion"].rpartition("/")
    target = {"version": version, "kind": manifest["kind"], "name": manifest["metadata"]["name"]}
    return {"group": group, **target} if group else target


def _common_object(place: Place, manifests: Sequence[Manifest]) -> Manifest:
    """What an object is everywhere; one whose name differs has in the base the part of it that stays."""
    found: Manifest = _common(manifests)
    return {**found, "metadata": {"name": place[1], **found["metadata"]}}


def _common(values: Sequence[Any]) -> Any:
    """What several values share: of maps the keys, of lists of one length the elements; `_NOTHING`: nothing."""
    first, *others = values
    if all(isinstance(value, dict) for value in values):
        shared = {
            key: _common([value[key] for value in values]) for key in first if all(key in other for other in others)
        }
        return {key: value for key, value in shared.items() if value is not _NOTHING}
    if all(isinstance(value, list) and len(value) == len(first) for value in values):
        elements = [_common(list(each)) for each in zip(*values, strict=True)]
        return elements if _NOTHING not in elements else _NOTHING
    alike = all(type(other) is type(first) and other == first for other in others)
    return first if alike else _NOTHING


def _changes(base: Any, whole: Any, path: str) -> Iterator[dict[str, Any]]:
    """The operations that make `whole` of `base`, which is all of it or a part."""
    if isinstance(base, dict):
        for key, value in whole.items():
            place = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in base:
                yield from _changes(base[key], value, place)
            else:
                yield {"op": "add", "path": place, "value": value}
    elif isinstance(base, list):
        for index, (part, value) in enumerate(zip(base, whole, strict=True)):
            yield from _changes(part, value, f"{path}/{index}")
    elif base != whole:
        yield {"op": "replace", "path": path, "value": whole}
