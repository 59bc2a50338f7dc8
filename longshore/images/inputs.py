"""What an image is built from, as one digest: where it is the same, nothing has to be built.

The digest is of the `build` section, of the files that a builder gets of each local folder, without those that a
`.dockerignore` keeps back, and of the images of other services that it begins from. What lies elsewhere (a Git
repository, a base image) counts by its name alone: what changes there is seen by nobody here. Secrets count by name.
Source: https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

import json
import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from longshore.compose.references import MASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pathspec import PathSpec

    from longshore.compose import Project
    from longshore.model import Path

_OTHERS: Final = ("service:", "target:")
_NOT_INPUTS: Final = frozenset(("cache_from", "cache_to", "no_cache", "pull", "ssh", "tags"))
"""How it is built and called, which changes nothing of what comes of it."""
_CHUNK: Final = 1 << 20


class Inputs:
    """The inputs of every build of a project. hidden: paths of the model whose texts are secrets.

    Raises:
        OSError: a file of a context can't be read.
    """

    def __init__(self, project: Project, hidden: Collection[Path] = ()) -> None:
        self._project = project
        self._hidden = hidden
        self._known: dict[str, str] = {}

    def digest(self, name: str) -> str:
        """The digest of what the image of the service `name` is built from: `sha256:…`."""
        if name not in self._known:
            self._known[name] = ""  # one that begins from itself, by others
            text = json.dumps(self._parts(name), sort_keys=True, ensure_ascii=False)
            self._known[name] = f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
        return self._known[name]

    def _parts(self, name: str) -> dict[str, Any]:
        service = self._project.model["services"].get(name) or self._project.disabled.get(name) or {}
        build: Mapping[str, Any] = service.get("build") or {}
        path: Path = ("services", name, "build")
        section = {key: self._text(value, (*path, key)) for key, value in build.items() if key not in _NOT_INPUTS}
        parts: dict[str, Any] = {"build": section, "platform": service.get("platform"), "files": {}}
        dockerfile = str(build.get("dockerfile") or "")
        for label, context in {"": str(build.get("context") or ""), **(build.get("additional_contexts") or {})}.items():
            other = next((context.removeprefix(kind) for kind in _OTHERS if context.startswith(kind)), "")
            if other:
                parts["files"][label] = self.digest(other)
            elif context.startswith("/"):
                parts["files"][label] = _files(context, dockerfile if not label else "")
        return parts

    def _text(self, value: Any, path: Path) -> Any:
        """A part of the section, with paths from the project's folder, which lies elsewhere on another machine."""
        if isinstance(value, dict):
            return {key: self._text(child, (*path, key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self._text(child, (*path, index)) for index, child in enumerate(value)]
        if path in self._hidden:
            return MASK
        local = isinstance(value, str) and value.startswith("/") and "args" not in path and "labels" not in path
        return os.path.relpath(value, self._project.directory) if local else value


def _files(folder: str, dockerfile: str) -> dict[str, str]:
    """Path in the folder → mode and digest of each file that a builder gets, and the Dockerfile wherever it lies."""
    found = dict(_below(folder, "", _kept_back(folder, dockerfile)))
    if dockerfile:
        path = os.path.join(folder, dockerfile)
        if os.path.isfile(path):
            found[os.path.relpath(path, folder)] = _content(path)
    return found


def _kept_back(folder: str, dockerfile: str) -> PathSpec[Any]:
    """The patterns that hold for a build: those that bear the name of its Dockerfile before those of the folder."""
    from longshore.images.dockerignore import ignored  # noqa: PLC0415  pathspec, which a Bake file alone does not need

    for name in (*([f"{dockerfile}.dockerignore"] if dockerfile else []), ".dockerignore"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as opened:
                return ignored(opened.read())
        except (FileNotFoundError, NotADirectoryError):
            continue
    return ignored("")


def _below(folder: str, inner: str, kept_back: PathSpec[Any]) -> Iterator[tuple[str, str]]:
    exceptions = any(pattern.include is False for pattern in kept_back.patterns)
    for entry in sorted(os.scandir(os.path.join(folder, inner)), key=lambda each: each.name):
        path = f"{inner}/{entry.name}" if inner else entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if not (is_folder and exceptions) and kept_back.match_file(path):
            continue  # with all that is in it, unless an exception may bring some of it back
        if is_folder:
            yield from _below(folder, path, kept_back)
        elif entry.is_symlink():
            yield path, f"link {os.readlink(entry.path)}"
        elif entry.is_file(follow_symlinks=False):
            yield path, _content(entry.path)


def _content(path: str) -> str:
    digest = sha256()
    with open(path, "rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
        executable = bool(os.fstat(opened.fileno()).st_mode & stat.S_IXUSR)
    return f"{'executable' if executable else 'file'} {digest.hexdigest()}"
