"""The stages of one set of files, in Docker's order: each document over those before it, then what holds for all.

interpolate → include → reset → extends → merge → unicity → schema → long forms; then defaults, checks and paths.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from longshore.compose.canonical import canonical, omit_empty
from longshore.compose.defaults import check_values, set_defaults
from longshore.compose.extends import apply_extends
from longshore.compose.include import apply_include
from longshore.compose.interpolate import interpolate
from longshore.compose.merge import merge, merge_files
from longshore.compose.normalise import check_equals_signs, take_values
from longshore.compose.paths import Base, resolve_paths
from longshore.compose.resets import reset
from longshore.compose.schema import check_schema
from longshore.compose.source import MOST_SERVICES, SPLIT, Document, build
from longshore.compose.tree import Node
from longshore.compose.unicity import enforce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.compose.environment import Environment
    from longshore.compose.problems import Problems
    from longshore.compose.reading import Reading
    from longshore.model import Path

_OTHERWISE = {list: "a list", type(None): "empty"}


class Model:
    """One project, or one included in it. directory: where its paths start. included: the files on the way here.

    bases: file → what `extends` may take from it, read once.
    """

    def __init__(
        self, reading: Reading, directory: str, environment: Environment, included: tuple[str, ...] = ()
    ) -> None:
        self.reading = reading
        self.problems: Problems = reading.problems
        self.directory = directory
        self.environment = environment
        self.included = included
        self.home = reading.request.environment.get("HOME")
        self.bases: dict[str, Any] = {}

    def child(self, directory: str, included: tuple[str, ...]) -> Model:
        """Start an included project."""
        return Model(self.reading, directory, self.environment.child(), included)

    def load(self, files: Iterable[tuple[str, Node | None]]) -> Node:
        """Read files, each over the ones before; `(path, node that names it)` pairs, no node for those of the user."""
        tree = Node({})
        files = tuple(files)
        for path, at in files[1:]:
            self._learn(path, at)
        for path, at in files:
            for document in self._documents(path, at):
                tree = self._add(document, tree, path)
        self.problems.root = tree
        self.reading.go_on(tree)
        set_defaults(tree, self.problems)
        check_values(tree, self.problems)
        self.reading.go_on(tree)
        base = Base(self.directory, self.home, self.reading.files, self.problems)
        resolve_paths(tree, base)
        self._list_variables(tree)
        return tree

    def extended(self, path: str, at: Node) -> tuple[Node, list[Path]]:
        """Read a file that services are taken from: nothing of it is checked until it is part of something."""
        tree = Node({})
        resets: list[Path] = []
        for document in self._documents(path, at):
            resets = document.resets
            reset(tree, resets)
            tree = merge_files(tree, document.root, self.problems)
            enforce(tree, self.problems)
            self._shape(tree)
        return tree, resets

    def _documents(self, path: str, at: Node | None) -> Iterable[Document]:
        """Give the interpolated documents of a file, one at a time."""
        problems = self.problems
        self._learn(path, at)
        for source in self.reading.documents(path, explicit=at is None, at=at) or ():
            document = build(source, problems)
            if document is None:
                continue
            if not self.reading.count_values(document):
                return
            problems.root = document.root
            self.reading.go_on(document.root)
            kind = type(document.root.value)
            if kind is not dict:
                problems.error(
                    "not-a-mapping",
                    f"a compose file is a mapping, but this is {_OTHERWISE.get(kind, 'a single value')}",
                    document.root,
                    help="start with `services:`, and indent the services below it",
                )
                continue
            if self.reading.request.interpolate:
                interpolate(document, self.environment, problems)
            _adopt(document.root, problems)
            yield document

    def _learn(self, path: str, at: Node | None) -> None:
        """Find the variables that a file uses as secrets, before any value is put in their place."""
        request = self.reading.request
        if request.is_secret is not None and request.used_as_secrets is not None:
            self.reading.documents(path, explicit=at is None, at=at)
            used = request.used_as_secrets(self.reading.text(path))
            self.environment.learn(name for name in used if name not in request.plain)

    def _add(self, document: Document, tree: Node, path: str) -> Node:
        root, problems = document.root, self.problems
        self.reading.go_on(root)
        apply_include(root, document.resets, path, self)
        reset(tree, document.resets)
        problems.root = root
        apply_extends(root, document.resets, path, self)
        self.reading.go_on(root)
        tree = merge_files(tree, root, problems)
        problems.root = tree
        self._check_number(tree)
        enforce(tree, problems)
        self.reading.go_on(root)
        check_schema(tree, problems)
        self._drop_version(tree)
        self._shape(tree)
        return tree

    def _check_number(self, tree: Node) -> None:
        services = tree.get("services")
        if type(services) is dict and len(services) > MOST_SERVICES:
            beyond = next(islice(services.values(), MOST_SERVICES, None))
            self.problems.error(
                "too-many-services",
                f"the project has {len(services):,} services, more than the {MOST_SERVICES:,} that are converted",
                beyond,
                help=SPLIT,
                key=True,
            )

    def _shape(self, tree: Node) -> None:
        """Write everything in its long form, which may show that two entries are one."""
        canonical(tree, self.problems, lenient=not self.reading.request.interpolate)
        omit_empty(tree)
        enforce(tree, self.problems)

    def _drop_version(self, tree: Node) -> None:
        version = tree.value.pop("version", None)
        if version is not None:
            self.problems.warning("version", "`version` has no meaning any more", version, help="remove the line")

    def _list_variables(self, tree: Node) -> None:
        """Give the variables in lists their values here, where an included project's own variables are known."""
        for section in ("services", "jobs"):
            entries = tree.get(section)
            for entry in entries.values() if type(entries) is dict else ():
                variables = entry.value.get("environment") if type(entry.value) is dict else None
                if variables is not None and type(variables.value) is list:
                    check_equals_signs(variables, self.problems)
                    take_values(variables, self.environment, keep=True)


def _adopt(root: Node, problems: Problems) -> None:
    """Rename the extensions that the specification has adopted since: `x-develop`, `x-initialSync`."""
    services = root.get("services")
    for service in services.values() if type(services) is dict else ():
        _rename(service, "x-develop", "develop", problems)
        watch = service.get("develop", "watch") if type(service.value) is dict else None
        for trigger in watch if type(watch) is list else ():
            _rename(trigger, "x-initialSync", "initial_sync", problems)


def _rename(node: Node, before: str, now: str, problems: Problems) -> None:
    if type(node.value) is not dict or before not in node.value:
        return
    extension = node.value.pop(before)
    own = node.value.get(now)
    if own is None or own.value is None:
        node.value[now] = extension
    else:
        node.value[now] = merge(extension, own, None, problems)
