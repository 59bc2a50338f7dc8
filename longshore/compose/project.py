"""A compose project that was read: its canonical model, and the place of everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.files import within
from longshore.compose.tree import Node, span_of, walk
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from longshore.compose.files import Files
    from longshore.model import Path


class Project:
    """What `docker compose config` would print, with places.

    name: of the project. directory: its absolute directory. model: the canonical model, not to be changed; secrets
    stand in it as references (see `references`). environment: the variables of the interpolation, secret ones as
    references. files: the file system it was read from. disabled: the services of profiles that are not enabled,
    and those that nobody asked for. shown: names a file as messages do. left_out: services that nothing but their
    profiles keeps out → those profiles.
    """

    def __init__(
        self,
        name: str,
        directory: str,
        model: Mapping[str, Any],
        environment: Mapping[str, str],
        files: Files,
        tree: Node,
        disabled: Mapping[str, Any],
        shown: Callable[[str], str],
        *,
        left_out: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.name = name
        self.directory = directory
        self.model = model
        self.environment = environment
        self.files = files
        self.disabled = disabled
        self.shown = shown
        self.left_out = left_out
        self._tree = tree

    def locate(self, path: Path) -> Span | None:
        """Find the value at a path of the model, or the nearest one above it, in the file that had the last word."""
        for length in range(len(path), -1, -1):
            node, _ = walk(self._tree, path[:length])
            span = span_of(node.at)
            if span is not None:
                return span
        return None

    def locate_key(self, path: Path) -> Span | None:
        """Find the key at a path of the model; the value where it has none, as in lists."""
        node, whole = walk(self._tree, path)
        return span_of(node.key) if whole and node.key is not None else self.locate(path)

    def in_env_file(self, path: Path) -> bool:
        """Does the value at a path of the model stand in an env file of its service, rather than in a compose file?"""
        node, whole = walk(self._tree, path)
        return whole and isinstance(node.at, Span)

    def relative(self, absolute: str) -> str:
        """Name a path relative to the project directory, if it is below."""
        if absolute == self.directory:
            return "."
        return absolute[len(self.directory.rstrip("/")) + 1 :] if within(absolute, self.directory) else absolute
