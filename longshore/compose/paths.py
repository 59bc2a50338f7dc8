"""Relative paths become absolute: from the directory of the project, of an included one, or of an extended file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.files import absolute, join
from longshore.compose.patterns import apply, for_each, table

if TYPE_CHECKING:
    from longshore.compose.files import Files
    from longshore.compose.problems import Problems
    from longshore.compose.tree import Node

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


class Base:
    """Where paths start: `directory`; `home` is what `~` stands for, None where it is not known."""

    __slots__ = ("directory", "files", "home", "problems")

    def __init__(self, directory: str, home: str | None, files: Files, problems: Problems) -> None:
        self.directory = directory
        self.home = home
        self.files = files
        self.problems = problems

    def expand(self, path: str) -> str:
        """Replace a leading `~`."""
        return join(self.home, path[1:]) if self.home is not None and path.startswith("~") else path


def resolve_paths(root: Node, base: Base) -> None:
    """Make every path of a tree absolute (or relative to whatever `base.directory` is relative to)."""
    apply(root, PATHS, base)


def _absolute(node: Node, base: Base) -> None:
    if type(node.value) is str and node.value:
        node.value = absolute(base.expand(node.value), base.directory)


def _host(node: Node, base: Base) -> None:
    """A path on the host, which may be a Windows one."""
    if type(node.value) is str:
        path = base.expand(node.value)
        node.value = path if is_windows(path) else absolute(path, base.directory)


def _context(node: Node, base: Base) -> None:
    value = node.value
    if type(value) is not str or "://" in value or value.startswith(("service:", *_REMOTE)):
        return
    _absolute(node, base)


def _link(node: Node, base: Base) -> None:
    """Resolve the first symbolic link on the way, as the file watcher needs it."""
    _absolute(node, base)
    path = node.value
    if type(path) is not str or not path.startswith("/"):
        return
    parts = [part for part in path.split("/") if part]
    for count in range(1, len(parts) + 1):
        prefix = "/" + "/".join(parts[:count])
        real = base.files.real(prefix)
        if real != prefix:
            node.value = path.replace(prefix, real, 1)
            return


def _mount(node: Node, base: Base) -> None:
    if type(node.value) is not dict or node.get("type") != "bind":
        return
    source = node.value.get("source")
    if source is None:
        base.problems.error("invalid-value", "a bind mount needs a `source`", node, help="write `source: ./directory`")
    else:
        _host(source, base)


def _driver(node: Node, base: Base) -> None:
    """A local volume with `o: bind` is a bind mount by another name."""
    if type(node.value) is not dict or node.get("driver") != "local":
        return
    if node.get("driver_opts", "o") == "bind" and node.get("driver_opts", "device") is not None:
        _host(node.value["driver_opts"].value["device"], base)


def is_windows(path: str) -> bool:
    r"""Is this an absolute Windows path: `C:\x`, `C:/x`, `\\host\share`?"""
    if path[1:2] == ":":
        return path[2:3] in {"/", "\\"}
    return path[:1] in {"/", "\\"} and path[1:2] in {"/", "\\", "?"} and path[:2] != "/?"


_CONTAINER = {
    "build.context": _context,
    "build.additional_contexts.*": _context,
    "build.ssh.*": _host,
    "env_file.*.path": _absolute,
    "label_file.*": _absolute,
    "extends.file": _absolute,
    "volumes.*": _mount,
}
_HOOK = {name: _CONTAINER[name] for name in ("env_file.*.path", "label_file.*", "volumes.*")}

PATHS = table(
    {
        **for_each(("services.*", "jobs.*"), _CONTAINER),
        **for_each(("services.*.pre_start.*",), _HOOK),
        "services.*.develop.watch.*.path": _link,
        "configs.*.file": _host,
        "secrets.*.file": _host,
        "volumes.*": _driver,
    }
)
