"""`include`: whole compose projects as parts of this one, each with its own directory and variables.

Source: https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.compose.files import join, parent
from convert.compose.merge import merge_resource
from convert.compose.problems import quote
from convert.compose.reading import DEEPEST_INCLUDE
from convert.compose.resets import reset
from convert.compose.tree import Node, clone, identity, span_of
from convert.compose.variables import add_files

if TYPE_CHECKING:
    from convert.compose.model import Model
    from convert.model import Path

SECTIONS = ("services", "jobs", "volumes", "networks", "secrets", "configs", "models")


def apply_include(root: Node, resets: list[Path], file: str, model: Model) -> None:
    """Add the resources of every included project to a file's tree, below what the file itself says."""
    include = root.value.pop("include", None) if type(root.value) is dict else None
    if include is None or include.value is None:
        return
    if type(include.value) is not list:
        model.problems.error(
            "include", "`include` is not a list", include, help="Write `include: [./other/compose.yaml]`."
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


def _texts(entry: Node, name: str, model: Model) -> list[Node] | None:
    """Give the texts of `path` or `env_file`, which may be one or a list."""
    node = entry.value.get(name)
    if node is None or node.value is None:
        return []
    items = node.value if type(node.value) is list else [node]
    for item in items:
        if type(item.value) is not str:
            model.problems.error("include", f"`{name}` is not a path", item)
            return None
    return items


def _included(entry: Node, file: str, model: Model) -> Node | None:
    if type(entry.value) is str:
        entry = Node({"path": entry}, entry.at, entry.key)
    if type(entry.value) is not dict:
        model.problems.error("include", "this is neither a path nor a mapping", entry)
        return None
    if not _known_keys(entry, model):
        return None
    paths, env_files = _texts(entry, "path", model), _texts(entry, "env_file", model)
    if paths is None or env_files is None:
        return None
    if not paths:
        return Node({}, entry.at)
    for path in paths:
        if "://" in path.value or path.value.startswith(("git@", "oci:")):
            model.problems.error(
                "remote-file",
                "this is not a local file",
                path,
                help="Copy the file into the project; nothing is fetched.",
            )
            return None
    files = [path.value if path.value.startswith("/") else join(model.directory, path.value) for path in paths]
    included = (*model.included, file)
    if files[0] in included or len(included) > DEEPEST_INCLUDE:
        names = " → ".join(model.reading.shown(name) for name in (*included, files[0]))
        model.problems.error(
            "include-cycle", f"files include each other in a circle: {names}", paths[0], help="Remove one of them."
        )
        return None
    if not model.reading.count_include(paths[0]):
        return None
    directory = _directory(entry, files[0], model)
    child = model.child(directory, included)
    _environment(env_files, entry, child, model)
    return child.load([(path, node) for path, node in zip(files, paths, strict=True)])


def _known_keys(entry: Node, model: Model) -> bool:
    from convert.compose.problems import did_you_mean  # noqa: PLC0415

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


def _directory(entry: Node, first: str, model: Model) -> str:
    """Choose the project directory of an included project."""
    asked = entry.get("project_directory")
    if not asked:
        return parent(first)
    return str(asked) if str(asked).startswith("/") else join(model.directory, str(asked))


def _environment(env_files: list[Node], entry: Node, child: Model, model: Model) -> None:
    """Add the variables of the included project's own env files."""
    reading = model.reading
    if not entry.value.get("env_file") or not env_files:
        default = join(child.directory, ".env")
        if reading.files.kind(default) == "file":
            add_files(reading, [(default, entry)], child.environment)
        return
    paths = [
        (node.value if node.value.startswith("/") else join(model.directory, node.value), node) for node in env_files
    ]
    add_files(reading, paths, child.environment)


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
