"""`!reset` and `!override` take away what earlier files, included files or extended services have at a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from longshore.compose.tree import Node
    from longshore.model import Path


def reset(root: Node, paths: list[Path]) -> None:
    """Remove what stands at the paths. Elements of lists stay: a list is replaced as a whole."""
    for path in paths:
        _remove(root, path)


def reset_service(service: Node, name: str, paths: list[Path]) -> None:
    """Do the same to a service that is about to be extended under `name`."""
    for path in paths:
        if path[:1] == ("services",) and path[1:2] == (name,) and len(path) > 2:  # noqa: PLR2004  below the service
            _remove(service, path[2:])


def _remove(node: Node, path: Path) -> None:
    for part in path[:-1]:
        child = node.value.get(part) if type(node.value) is dict else None
        if child is None:
            return
        node = child
    if path and type(node.value) is dict:
        node.value.pop(path[-1], None)
