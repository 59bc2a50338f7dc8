"""The fold of effects into objects: one writer per field, defaults last, an origin for everything."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from longshore.convert.kubernetes.kinds import API_VERSION
from longshore.convert.kubernetes.order import apply_order, dependencies
from longshore.convert.kubernetes.stable import lasting
from longshore.model import (
    After,
    Approximated,
    Conversion,
    Default,
    Each,
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
    """A mapping under construction, made where it is asked for; elements of keyed lists have an Item as their key."""

    __slots__ = ()

    def __missing__(self, key: str | Item) -> _Node:
        self[key] = made = _Node()
        return made


class _Object:
    """One object under construction: the manifest it was emitted as, what was put into it, and who wrote what."""

    __slots__ = ("content", "key", "manifest", "writers")

    def __init__(self, key: ObjectKey) -> None:
        self.key = key
        self.manifest: Manifest = {}
        self.content = _Node()
        self.writers: list[tuple[Field, Origin]] = []

    def put(self, node: _Node, field: Field, value: Any, origin: Origin) -> None:
        """Write `value` to `field`, whose last part is in `node`."""
        last = field[-1]
        if type(value) is Each:
            below = node[last] if value else node
            if type(below) is not _Node:
                self.clash(field, origin)
            for part, each in value.items():
                self.put(below, (*field, part), each, origin)
        elif last not in node:
            node[last] = value
            self.writers.append((field, origin))
        elif node[last] != value:
            self.clash(field, origin)

    def default(self, node: _Node, field: Field, value: Any, origin: Origin) -> None:
        """Write `value` to `field`, whose last part is in `node`, unless something stands there."""
        last = field[-1]
        if type(value) is Each:
            below = node[last] if value else node
            if type(below) is _Node:
                for part, each in value.items():
                    self.default(below, (*field, part), each, origin)
        elif last not in node:
            node[last] = value
            self.writers.append((field, origin))

    def clash(self, field: Field, origin: Origin) -> NoReturn:
        """Say who wrote to `field`, or to what it lies in, before `origin` did."""
        above = [writer for place, writer in self.writers if place and place == field[: len(place)]]
        before = above[-1] if above else Origin()
        raise TypeError(
            f"{self.key} {field_text(field)} is written by {_name(before)} and, differently, by {_name(origin)}"
        )


class _Objects(dict[ObjectKey, _Object]):
    """Objects under construction, each made where it is first written to."""

    def __missing__(self, key: ObjectKey) -> _Object:
        self[key] = made = _Object(key)
        return made


class _Leaves:
    """The leaves that a rule claimed at `path`. Those below a place are looked up: a rule may speak of each of many."""

    __slots__ = ("_all", "_below", "_path")

    def __init__(self, path: Path, leaves: Sequence[Path]) -> None:
        self._path = path
        self._all = leaves
        self._below: dict[Path, list[Path]] = {}

    def below(self, place: Path) -> Sequence[Path]:
        """The leaves at and below `place`, which is the claimed path or below it."""
        if place == self._path:
            return self._all
        if not self._below:
            for leaf in self._all:
                for end in range(len(self._path) + 1, len(leaf) + 1):
                    self._below.setdefault(leaf[:end], []).append(leaf)
        return self._below.get(place, ())


_NO_LEAVES: Final = _Leaves((), ())


class Fold:
    """Collects effects; the one place of the converter that holds state while it works."""

    def __init__(self) -> None:
        self._objects = _Objects()
        self._defaults: list[tuple[Default, Origin]] = []
        self._after: list[tuple[ObjectKey, ObjectKey]] = []
        self._findings: list[Finding] = []
        self._fates: dict[Path, Fate] = {}

    def translate(self, effects: Iterable[Effect], path: Path, leaves: Sequence[Path], allowed: frozenset[str]) -> None:
        """Fold the effects of the rule that claimed `path`; `leaves` are translated unless one says otherwise."""
        fates, translated = self._fates, Fate.TRANSLATED
        for leaf in leaves:
            fates[leaf] = translated
        self.apply(effects, Origin(path), path, allowed, _Leaves(path, leaves))

    def apply(
        self,
        effects: Iterable[Effect],
        origin: Origin,
        path: Path,
        allowed: frozenset[str],
        leaves: _Leaves = _NO_LEAVES,
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
        written = self._objects[key]
        node = written.content
        for part in field[:-1]:
            node = node[part]
            if type(node) is not _Node:
                written.clash(field, origin)
        written.put(node, field, value, origin)

    def _default(self, default: Default, origin: Origin) -> None:
        """Write a default unless something stands at its field, above it or below it."""
        key, field, value, setting = default
        if setting:
            origin = origin._replace(setting=setting)
        written = self._objects[key]
        node = written.content
        for part in field[:-1]:
            node = node[part]
            if type(node) is not _Node:
                return
        written.default(node, field, value, origin)

    def _emit(self, manifest: Manifest, origin: Origin) -> None:
        key = key_of(manifest)
        written = self._objects[key]
        if not written.manifest:
            written.manifest = manifest
            written.writers.append(((), origin))
        elif written.manifest != manifest:
            before = next(writer for field, writer in written.writers if not field)
            raise TypeError(f"{key} is made by {_name(before)} and, differently, by {_name(origin)}")

    def _find(self, effect: _Told, path: Path, allowed: frozenset[str], leaves: _Leaves) -> None:
        place = (*path, *effect.at)
        fate = _FATES.get(type(effect))
        if fate:
            self._fates.update(dict.fromkeys(leaves.below(place), fate))
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
        objects: dict[ObjectKey, Manifest] = {}
        origins: dict[ObjectKey, list[tuple[Field, Origin]]] = {}
        called: dict[ObjectKey, ObjectKey] = {}
        for key, written in self._objects.items():
            manifest = _finished(key, written, labels)
            own = called[key] = lasting(key, manifest)
            manifest["metadata"]["name"] = own.name
            objects[own], origins[own] = manifest, written.writers
        after = [(called[key], called[earlier]) for key, earlier in self._after if key in called and earlier in called]
        needs = dependencies(objects, after)
        return Conversion(
            tuple(objects[key] for key in apply_order(needs)), tuple(self._findings), origins, needs, self._fates
        )


def _finished(key: ObjectKey, written: _Object, labels: Mapping[str, str]) -> Manifest:
    """Join what was emitted, which others may share, with what was put; `labels` are added where they are missing."""
    emitted, content = written.manifest, _plain(written.content)
    metadata = {**emitted.get("metadata", {}), **content.pop("metadata", {}), "name": key.name}
    if labels:
        metadata["labels"] = {**labels, **metadata.get("labels", {})}
    return {"apiVersion": API_VERSION[key.kind], "kind": key.kind, **emitted, "metadata": metadata, **content}


def _plain(node: _Node) -> Any:
    """Write a mapping with its keys sorted, as `kubectl get` does; a list as its elements were put, by their keys."""
    if type(next(iter(node), None)) is Item:
        return [_element(item, child) for item, child in node.items()]  # type: ignore[arg-type]
    # A comprehension would be a call of its own, for each of many small nodes.
    written = {}
    for part in sorted(node):
        child = node[part]
        written[part] = _plain(child) if type(child) is _Node else child
    return written


def _element(item: Item, child: Any) -> Any:
    content = _plain(child) if type(child) is _Node else child
    return {item.key: item.value, **content} if isinstance(content, dict) else content


def _name(origin: Origin) -> str:
    return path_text(origin.path) or f"policy {origin.policy}"
