"""`include`: whole compose projects as parts of this one, each with its own directory and variables.

Source: https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.files import absolute, join, parent
from longshore.compose.merge import merge_resource
from longshore.compose.problems import did_you_mean, quote
from longshore.compose.reading import DEEPEST_INCLUDE
from longshore.compose.resets import reset
from longshore.compose.tree import Node, clone, identity, span_of
from longshore.compose.variables import add_files

if TYPE_CHECKING:
    from longshore.compose.model import Model
    from longshore.model import Path

SECTIONS = ("services", "jobs", "volumes", "networks", "secrets", "configs", "models")


def apply_include(root: Node, resets: list[Path], file: str, model: Model) -> None:
    """Add the resources of every included project to a file's tree, below what the file itself says."""
    include = root.value.pop("include", None) if type(root.value) is dict else None
    if include is None or include.value is None:
        return
    if type(include.value) is not list:
        model.problems.error(
            "include", "`include` is not a list", include, help="write `include: [./other/compose.yaml]`"
        )
        return
    for entry in include.value:
        problems = model.problems
        chain = problems.chain
        place = span_of(entry.at)
        problems.chain = (*chain, ("included from", place)) if place else chain
        try:
            imported = _included(entry, file, model)
        finally:
            problems.chain = chain
        if imported is not None:
            _add(imported, root, resets, model)


class _Entry(NamedTuple):
    """An entry of `include`: its paths, its env files and its project directory, empty if not given."""

    node: Node
    paths: list[Node]
    env_files: list[Node]
    directory: str


def _included(node: Node, file: str, model: Model) -> Node | None:
    entry = _entry(node, model)
    if entry is None or not entry.paths:
        return None
    if not all(_is_local(path, model) for path in entry.paths):
        return None
    files = [absolute(str(path.value), model.directory) for path in entry.paths]
    included = (*model.included, file)
    if files[0] in included or len(included) > DEEPEST_INCLUDE:
        names = " → ".join(model.reading.shown(name) for name in (*included, files[0]))
        message = f"files include each other in a circle: {names}"
        model.problems.error("include-cycle", message, entry.paths[0], help="remove one of them")
        return None
    if not model.reading.count_include(entry.paths[0]):
        return None
    directory = absolute(entry.directory, model.directory) if entry.directory else parent(files[0])
    child = model.child(directory, included)
    _environment(entry, child, model)
    return child.load([(path, node) for path, node in zip(files, entry.paths, strict=True)])


def _entry(node: Node, model: Model) -> _Entry | None:
    """Read an entry; None, and a finding, if it is none."""
    if type(node.value) is str:
        return _Entry(node, [node], [], "")
    if type(node.value) is not dict:
        model.problems.error("include", "this is neither a path nor a mapping", node)
        return None
    paths, env_files = _texts(node, "path", model), _texts(node, "env_file", model)
    directory = node.get("project_directory")
    if type(directory) not in {str, int, type(None)}:
        model.problems.error("include", "this is not a path", node.value["project_directory"])
        return None
    if not _known_keys(node, model) or paths is None or env_files is None:
        return None
    return _Entry(node, paths, env_files, "" if directory is None else str(directory))


def _texts(entry: Node, name: str, model: Model) -> list[Node] | None:
    """Give the texts of `path` or `env_file`, which may be one or a list."""
    node = entry.value.get(name)
    if node is None or node.value is None:
        return []
    items = node.value if type(node.value) is list else [node]
    for item in items:
        if type(item.value) is not str:
            model.problems.error("include", "this is not a path", item)
            return None
    return items


def _is_local(path: Node, model: Model) -> bool:
    if "://" in path.value or path.value.startswith(("git@", "oci:")):
        help_ = "copy the file into the project; nothing is fetched"
        model.problems.error("remote-file", "this is not a local file", path, help=help_)
        return False
    return True


def _known_keys(entry: Node, model: Model) -> bool:
    known = ("path", "env_file", "project_directory")
    wrong = [key for key in entry.value if key not in known]
    for key in wrong:
        model.problems.error(
            "unknown-key",
            f"{quote(key)} is not a key of `include`",
            entry.value[key],
            key=True,
            help=did_you_mean(key, known),
        )
    return not wrong


def _environment(entry: _Entry, child: Model, model: Model) -> None:
    """Add the variables of the included project's own env files."""
    reading = model.reading
    if not entry.env_files:
        default = join(child.directory, ".env")
        if reading.files.kind(default) == "file":
            add_files(reading, [(default, entry.node)], child.environment)
        return
    found = [(absolute(str(node.value), model.directory), node) for node in entry.env_files]
    add_files(reading, found, child.environment)


def _add(imported: Node, root: Node, resets: list[Path], model: Model) -> None:
    """Put imported resources below those of the file that includes them."""
    for section in SECTIONS:
        source = imported.value.get(section)
        if source is None or type(source.value) is not dict:
            continue
        target = root.value.setdefault(section, Node({}, source.at, source.key))
        if type(target.value) is not dict:
            if target.value is not None:
                model.problems.error("wrong-type", f"`{section}` is not a mapping", target)
                continue
            target.value = {}
        for name, resource in source.value.items():
            own = target.value.get(name)
            if own is None:
                target.value[name] = resource
            elif identity(own) != identity(resource):
                reset(Node({section: Node({name: resource})}), resets)
                target.value[name] = merge_resource(section, clone(resource), own, model.problems)
