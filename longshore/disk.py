"""The file system as the reader sees it."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import BinaryIO, Literal

from longshore.compose.source import MOST_BYTES


class Disk:
    """Files of this machine, read only; `-` is the standard input. None is read further than the reader's bound."""

    def __init__(self, stdin: BinaryIO | None = None) -> None:
        self._stdin = stdin

    def read(self, path: str) -> bytes:
        """Give the content of a file, up to one byte more than the reader accepts.

        Raises:
            OSError: it cannot be read.
        """
        if path == "-":
            return (self._stdin or sys.stdin.buffer).read(MOST_BYTES + 1)
        # Not to wait for a writer, should the file have become a FIFO since it was looked at.
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except ValueError:
            raise FileNotFoundError(errno.ENOENT, "no file can be called so", path) from None
        with open(descriptor, "rb") as file:
            return file.read(MOST_BYTES + 1)

    def kind(self, path: str) -> Literal["file", "directory", "missing", "other"]:
        """Say what is at a path, symbolic links followed; what cannot be looked at is missing."""
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return "missing"
        return "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "other"

    def real(self, path: str) -> str:
        """Resolve every symbolic link of a path."""
        try:
            return os.path.realpath(path)
        except (OSError, ValueError):
            return path

    def list(self, path: str) -> tuple[str, ...]:
        """Give the names in a directory; nothing if it cannot be read."""
        try:
            return tuple(sorted(os.listdir(path)))
        except OSError:
            return ()
