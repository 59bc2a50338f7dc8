"""What the reader needs of a file system; the real one is in the shell, tests use one made of a dict."""

from __future__ import annotations

import posixpath
from typing import Literal, Protocol

Kind = Literal["file", "directory", "missing", "other"]


class Files(Protocol):
    """Read-only access to files by absolute path, with `/` between names."""

    def read(self, path: str) -> bytes:
        """Give the content; raises an OSError that says why not. `-` is the standard input."""

    def kind(self, path: str) -> Kind:
        """Say what is at `path`, symbolic links followed; `other` is a device, a FIFO or a socket."""

    def real(self, path: str) -> str:
        """Give the absolute path with every symbolic link resolved, whether or not something is there."""

    def list(self, path: str) -> tuple[str, ...]:
        """Give the names in a directory, sorted."""


def clean(path: str) -> str:
    """Write a path in its shortest form, as Go's `path.Clean` does: one leading slash, no `.`, no inner `..`."""
    short = posixpath.normpath(path)
    return short[1:] if short.startswith("//") else short


def join(directory: str, path: str) -> str:
    """Join as Go's `filepath.Join` does: an absolute `path` goes below `directory` too, the result is clean."""
    if not directory or not path:
        return clean(directory or path) if directory or path else ""
    return clean(f"{directory}/{path}")


def absolute(path: str, directory: str) -> str:
    """Let a relative path start in `directory`; one that is absolute stays as it is written."""
    return path if path.startswith("/") else join(directory, path)


def parent(path: str) -> str:
    """Name the directory that holds `path`."""
    return clean(posixpath.dirname(path))


def within(path: str, root: str) -> bool:
    """Is `path` the directory `root` or something below it? Both absolute and clean."""
    return path == root or path.startswith(root if root.endswith("/") else f"{root}/")
