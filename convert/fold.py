"""The fold of effects into objects: one writer per field, defaults last, an origin for everything."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from convert.kubernetes.kinds import API_VERSION
from convert.kubernetes.order import apply_order, dependencies
from convert.model import (
    After,
    Approximated,
    Conversion,
    Default,
    Effect,
    Emit,
    Fate,
    Field,
    Finding,
    Item,
    LocalOnly,
    Manifest,
    ObjectKey,
    Origin,
    Path,
    Problem,
    Put,
    Severity,
    Unsupported,
    field_text,
    key_of,
    path_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NO_LABELS: Final = MappingProxyType[str, str]({})

_Told = Approximated | LocalOnly | Unsupported | Problem

_FATES: Final[dict[type, Fate]] = {
    Approximated: Fate.APPROXIMATED,
    LocalOnly: Fate.LOCAL_ONLY,
    Unsupported: Fate.UNSUPPORTED,
}


class _Node(dict[str | Item, Any]):
    """A mapping under construction; keyed list elements are entries whose key is an Item."""

    __slots__ = ()


class Fold:
    """Collects effects; the one place of the converter that holds state while it works."""

    def __init__(self) -> None:
        self._objects: dict[ObjectKey, _Node] = {}
        self._emitted: dict[ObjectKey, tuple[Manifest, Origin]] = {}
        self._origins: dict[tuple[ObjectKey, Field], Origin] = {}
        self._defaults: list[tuple[Default, Origin]] = []
        self._after: list[tuple[ObjectKey, ObjectKey]] = []
        self._findings: list[Finding] = []
        self._fates: dict[Path, Fate] = {}

    def translate(self, effects: Iterable[Effect], path: Path, leaves: Sequence[Path], allowed: frozenset[str]) -> None:
        """Fold the effects of the rule that claimed `path`; `leaves` are translated unless one says otherwise."""
        self._fates.update(dict.fromkeys(leaves, Fate.TRANSLATED))
        self.apply(effects, Origin(path=path), path, allowed, leaves)

    def apply(
        self,
        effects: Iterable[Effect],
        origin: Origin,
        path: Path,
        allowed: frozenset[str],
        leaves: Sequence[Path] = (),
    ) -> None:
        """Fold the effects of one rule; findings whose code is in `allowed` become information."""
        for effect in effects:
            kind = type(effect)
            if kind is Put:
                self._put(effect, origin)  # type: ignore[arg-type]
            elif kind is Default:
                self._defaults.append((effect, origin))  # type: ignore[arg-type]
            elif kind is Emit:
                self._emit(effect.manifest, origin)  # type: ignore[union-attr]
            elif kind is After:
                self._after.append((effect.object, effect.earlier))  # type: ignore[union-attr]
            else:
                self._find(effect, path, allowed, leaves)  # type: ignore[arg-type]

    def _put(self, put: Put, origin: Origin) -> None:
        key, field, value, setting = put
        if setting:
            origin = origin._replace(setting=setting)
        node = self._objects.get(key)
        if node is None:
            node = self._objects[key] = _Node()
        for part in field[:-1]:
            child = node.get(part)
            if child is None:
                child = node[part] = _Node()
            elif type(child) is not _Node:
                self._clash(key, field, origin)
            node = child
        last = field[-1]
        if last in node:
            if node[last] != value:
                self._clash(key, field, origin)
        else:
            node[last] = value
            self._origins[key, field] = origin

    def _default(self, default: Default, origin: Origin) -> None:
        """Write a default unless something stands at its field, above it or below it."""
        key, field, value, setting = default
        node = self._objects.get(key)
        if node is None:
            node = self._objects[key] = _Node()
        for part in field[:-1]:
            child = node.get(part)
            if child is None:
                child = node[part] = _Node()
            elif type(child) is not _Node:
                return
            node = child
        if field[-1] not in node:
            node[field[-1]] = value
            self._origins[key, field] = origin._replace(setting=setting) if setting else origin

    def _clash(self, key: ObjectKey, field: Field, origin: Origin) -> None:
        writers = (self._origins.get((key, field[:length])) for length in range(len(field), 0, -1))
        before = next(filter(None, writers), Origin())
        raise TypeError(f"{key} {field_text(field)} is written by {_name(before)} and, differently, by {_name(origin)}")

    def _emit(self, manifest: Manifest, origin: Origin) -> None:
        key = key_of(manifest)
        before = self._emitted.get(key)
        if before and before[0] != manifest:
            raise TypeError(f"{key} is made by {_name(before[1])} and, differently, by {_name(origin)}")
        if not before:
            self._emitted[key] = manifest, origin
            self._origins[key, ()] = origin

    def _find(self, effect: _Told, path: Path, allowed: frozenset[str], leaves: Sequence[Path]) -> None:
        place = (*path, *effect.at)
        fate = _FATES.get(type(effect))
        if fate:
            covered = leaves if place == path else [leaf for leaf in leaves if leaf[: len(place)] == place]
            self._fates.update(dict.fromkeys(covered, fate))
        message = effect.message if isinstance(effect, Problem) else effect.reason
        if not message:
            return
        code = effect.code or str(path[2 if len(path) > 2 else 0]).replace("_", "-")  # noqa: PLR2004  services.<name>.<it>
        severity = effect.severity
        if code in allowed and severity is not Severity.INFO:
            severity, message = Severity.INFO, f"{message} (allowed)"
        span = effect.span if isinstance(effect, (Unsupported, Problem)) else None
        self._findings.append(Finding(code, severity, message, effect.help, place, span, fate))

    def conversion(self, labels: Mapping[str, str] = NO_LABELS) -> Conversion:
        """Write the defaults, turn everything into manifests, and sort; `labels` are those that every object has."""
        for default, origin in self._defaults:
            self._default(default, origin)
        objects = {key: manifest for key, (manifest, _) in self._emitted.items()}
        for key, node in self._objects.items():
            content = {**objects.get(key, {}), **_plain(node)}
            metadata = {**objects.get(key, {}).get("metadata", {}), **content.pop("metadata", {}), "name": key.name}
            objects[key] = {"apiVersion": API_VERSION[key.kind], "kind": key.kind, "metadata": metadata, **content}
        if labels:
            objects = {key: _labelled(manifest, labels) for key, manifest in objects.items()}
        needs = dependencies(objects, self._after)
        return Conversion(
            tuple(objects[key] for key in apply_order(needs)),
            tuple(self._findings),
            self._origins,
            needs,
            self._fates,
        )


def _labelled(manifest: Manifest, labels: Mapping[str, str]) -> Manifest:
    """Add labels that are not there; the manifest itself may be shared, so it is left as it is."""
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "labels": {**labels, **metadata.get("labels", {})}}}


def _plain(node: _Node) -> Any:
    """Write a mapping with its keys sorted, as `kubectl get` does; a list as its elements were put, by their keys."""
    if type(next(iter(node), None)) is Item:
        return [_element(item, child) for item, child in node.items()]  # type: ignore[arg-type]
    return {part: _plain(child) if type(child := node[part]) is _Node else child for part in sorted(node)}


def _element(item: Item, child: Any) -> Any:
    content = _plain(child) if type(child) is _Node else child
    return {item.key: item.value, **content} if isinstance(content, dict) else content


def _name(origin: Origin) -> str:
    return path_text(origin.path) or f"policy {origin.policy}"
