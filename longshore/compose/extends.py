"""`extends`: a service that starts from another one, in the same file or in another.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from longshore.compose.files import absolute, parent
from longshore.compose.merge import merge_service
from longshore.compose.paths import Base, resolve_paths
from longshore.compose.problems import choices, quote
from longshore.compose.resets import reset_service
from longshore.compose.tree import Node, clone, size, span_of

if TYPE_CHECKING:
    from longshore.compose.model import Model
    from longshore.model import Path

Tracker = tuple[tuple[str, str], ...]
_LONGEST = 100
SECTIONS = ("services", "jobs")


class _Scope:
    """The services of one file, and the paths that this file resets."""

    __slots__ = ("entries", "resets")

    def __init__(self, entries: dict[str, Node], resets: list[Path]) -> None:
        self.entries = entries
        self.resets = resets


def apply_extends(root: Node, resets: list[Path], file: str, model: Model) -> None:
    """Complete every service of a file's tree with what it extends."""
    for section in SECTIONS:
        node = root.value.get(section)
        entries = node.value if node is not None else {}
        if type(entries) is not dict:
            if entries is None:
                model.problems.error(
                    "wrong-type",
                    f"`{section}` is empty",
                    node,
                    help="remove it, or indent what belongs to it below it",
                )
            continue
        scope = _Scope(entries, resets)
        for name in entries:
            merged = _extended(name, scope, file, (), model)
            if merged is not None:
                entries[name] = merged


def _extended(name: str, scope: _Scope, file: str, tracker: Tracker, model: Model) -> Node | None:
    service = scope.entries[name]
    extends = service.value.get("extends") if type(service.value) is dict else None
    if extends is None:
        return service
    reference = _reference(extends, model)
    if reference is None:
        return service
    wanted, other = reference
    base_scope, reached = scope, file
    if other is not None:
        found = _other_file(other, wanted, model)
        if found is None:
            return service
        base_scope, reached = found, str(other.value)
    elif wanted.value not in scope.entries:
        _not_found(wanted, scope.entries, "", model)
        return service
    step = (reached, name)
    if step in tracker or len(tracker) >= _LONGEST:
        _cycle(extends, (*tracker, step), model)
        return service
    model.reading.go_on(extends)
    base = _extended(str(wanted.value), base_scope, file, (*tracker, step), model)
    if base is None or type(base.value) is not dict:
        return service
    if not model.reading.spend(size(base), extends):
        return service
    source = clone(base)
    reset_service(source, name, scope.resets)
    merged = merge_service(source, service, model.problems)
    if type(merged.value) is dict:
        merged.value.pop("extends", None)
    merged = Node(merged.value, service.at, service.key)
    scope.entries[name] = merged
    return merged


def _reference(extends: Node, model: Model) -> tuple[Node, Node | None] | None:
    """Give the nodes that name the service, and the file, if there is one."""
    value = extends.value
    wanted: Node | None = extends
    other: Node | None = None
    if type(value) is dict:
        wanted, other = value.get("service"), value.get("file")
        if other is not None and other.value is None:
            other = None
    if wanted is None:
        model.problems.error("extends", "`extends` names no service", extends, help="add `service: name`")
        return None
    if type(wanted.value) is not str or (other is not None and type(other.value) is not str):
        model.problems.error("extends", "this is not a name", wanted if type(wanted.value) is not str else other)
        return None
    return wanted, other


def _other_file(other: Node, wanted: Node, model: Model) -> _Scope | None:
    path = absolute(other.value, model.directory)
    if "://" in other.value:
        model.problems.error(
            "remote-file",
            "this is not a local file",
            other,
            help="copy the file into the project; nothing is fetched",
        )
        return None
    if path not in model.bases:
        model.bases[path] = _load(path, other, model)
    base = model.bases[path]
    if base is None:
        return None
    if wanted.value not in base.entries:
        _not_found(wanted, base.entries, f" of `{other.value}`", model)
        return None
    return _Scope(dict(base.entries), base.resets)


def _load(path: str, at: Node, model: Model) -> _Scope | None:
    """Read a file that is extended: its services in long form, its paths made relative to the project."""
    problems = model.problems
    chain = problems.chain
    place = span_of(at.at)
    problems.chain = (*chain, ("extended from", place)) if place else chain
    try:
        before = problems.errors
        root, resets = model.extended(path, at)
        entries = root.get("services")
        if type(entries) is not dict:
            if problems.errors == before:
                problems.error("extends", f"`{at.value}` has no services", at)
            return None
        directory = posixpath.relpath(parent(path), model.directory)
        resolve_paths(root, Base(directory, model.home, model.reading.files, problems))
        return _Scope(entries, resets)
    finally:
        problems.chain = chain


def _not_found(wanted: Node, entries: dict[str, Node], where: str, model: Model) -> None:
    model.problems.error(
        "extends",
        f"{quote(wanted.value)} is not a service{where or ' of this file'}",
        wanted,
        help=choices(str(wanted.value), entries) or ("" if where else "a service of another file needs `file:` too"),
    )


def _cycle(extends: Node, steps: Tracker, model: Model) -> None:
    names = " → ".join(name for _, name in steps)
    model.problems.error(
        "extends-cycle",
        f"services extend each other in a circle: {names}",
        extends,
        help="move what they share into a third service",
    )
