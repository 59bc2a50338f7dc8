"""Which files of a folder a builder gets: all but those that its `.dockerignore` keeps back.

The patterns are those of Git, but for this: one without a slash counts at the top of the folder alone, the last that
matches decides whatever was kept back above it, and `.` and `..` are resolved. So each is written as Git would have to.
Source: https://docs.docker.com/build/concepts/context/#dockerignore-files and
https://github.com/moby/patternmatcher/blob/main/patternmatcher.go
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from pathspec import PathSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def ignored(text: str) -> PathSpec[Any]:
    """Read a `.dockerignore`; what `match_file` finds is kept back, a folder with all that is in it."""
    return PathSpec.from_lines("gitignore", _as_git_has_them(text.removeprefix("\ufeff").splitlines()))


def _as_git_has_them(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("#"):
            continue
        pattern = line.strip()
        exception, pattern = pattern.startswith("!"), pattern.removeprefix("!").strip()
        if not pattern:
            continue
        pattern = posixpath.normpath(pattern).lstrip("/")
        if pattern and pattern != ".":
            # Of a folder that a star names, Git's own words leave out what is in it.
            yield from (f"{'!' if exception else ''}/{pattern}{below}" for below in ("", "/**"))
