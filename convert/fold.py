"""The fold of effects into objects: one writer per field, defaults last, an origin for everything."""

from __future__ import annotations

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
    from collections.abc import Iterable, Sequence

_Told = Approximated | LocalOnly | Unsupported | Problem

_FATES: Final[dict[type, Fate]] = {Approximated: Fate.APPROXIMATED, LocalOnly: Fate.LOCAL_ONLY, Unsupported: Fate.UNSUPPORTED}


class _Node:
    """A mapping under construction; keyed list elements are entries whose key is an Item."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: dict[str | Item, Any] = {}


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
        if put.setting:
            origin = origin._replace(setting=put.setting)
        node = self._objects.get(put.object)
        if node is None:
            node = self._objects[put.object] = _Node()
        for part in put.field[:-1]:
            child = node.entries.get(part)
            if child is None:
                child = node.entries[part] = _Node()
            elif not isinstance(child, _Node):
                self._clash(put.object, put.field, origin)
            node = child
        last = put.field[-1]
        if last in node.entries and node.entries[last] != put.value:
            self._clash(put.object, put.field, origin)
        node.entries[last] = put.value
        self._origins.setdefault((put.object, put.field), origin)

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
            self._fates.update((leaf, fate) for leaf in leaves if leaf[: len(place)] == place)
        message = effect.message if isinstance(effect, Problem) else effect.reason
        code = effect.code or (str(path[2]) if len(path) > 2 else str(path[0]))  # noqa: PLR2004  services.<name>.<attribute>
        severity = effect.severity
        if code in allowed and severity is not Severity.INFO:
            severity, message = Severity.INFO, f"{message} (allowed)"
        self._findings.append(Finding(code, severity, message, effect.help, place, fate=fate))

    def conversion(self) -> Conversion:
        """Write the defaults, turn everything into manifests, and sort."""
        for default, origin in self._defaults:
            if self._vacant(default.object, default.field):
                self._put(Put(*default), origin)
        objects = {key: manifest for key, (manifest, _) in self._emitted.items()}
        for key, node in self._objects.items():
            content = _plain(node)
            base = objects.get(key, {})
            objects[key] = {
                "apiVersion": API_VERSION[key.kind],
                "kind": key.kind,
                **base,
                **content,
                "metadata": {"name": key.name, **base.get("metadata", {}), **content.get("metadata", {})},
            }
        needs = dependencies(objects, self._after)
        return Conversion(
            tuple(objects[key] for key in apply_order(needs)),
            tuple(self._findings),
            self._origins,
            needs,
            self._fates,
        )

    def _vacant(self, key: ObjectKey, field: Field) -> bool:
        node: Any = self._objects.get(key)
        for part in field:
            if node is None:
                return True
            if not isinstance(node, _Node):
                return False
            node = node.entries.get(part)
        return node is None


def _plain(node: _Node) -> Any:
    entries = node.entries
    if entries and isinstance(next(iter(entries)), Item):
        return [_element(item, child) for item, child in entries.items()]  # type: ignore[arg-type]
    return {part: _plain(child) if isinstance(child, _Node) else child for part, child in entries.items()}


def _element(item: Item, child: Any) -> Any:
    content = _plain(child) if isinstance(child, _Node) else child
    return {item.key: item.value, **content} if isinstance(content, dict) else content


def _name(origin: Origin) -> str:
    return path_text(origin.path) or f"policy {origin.policy}"
