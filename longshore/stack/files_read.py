"""Which files a stack is made from, so that it can be said whether a change touches it.

What was asked for and is not there counts too: an `.env`, or an override, that a change brings.
"""

from __future__ import annotations

import os
from modulefinder import ModuleFinder
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.disk import Disk
from longshore.stack.order import needs
from longshore.stack.reading import FOLDER, PROJECT, convert_stack, project_program, stack_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from longshore.compose import Loaded
    from longshore.compose.files import Files, Kind
from longshore.stack.reading import Stack

OF_ALL = (PROJECT, "pyproject.toml", "requirements.txt")
"""Files at the top of a project that every stack is made from, beside the program."""


class FilesRead(NamedTuple):
    """What a stack is made from; absolute paths, symbolic links as they are named and resolved.

    paths: files and folders that were asked for. folders: those of which everything counts that lies in them.
    whole: False where an error stopped the reading, so that there may be more.
    """

    paths: frozenset[str]
    folders: frozenset[str]
    whole: bool

    def touched(self, changed: Iterable[str]) -> bool:
        """Is one of these paths read, or in a folder that is, or a link or submodule on the way to what is read?"""
        above = {parent for path in self.paths for parent in _parents(path)}
        return any(
            path in self.paths or path in above or not self.folders.isdisjoint(_parents(path)) for path in changed
        )


class _Recorded:
    """Files that remember what they were asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.paths: set[str] = set()
        self.folders: set[str] = set()

    def read(self, path: str) -> bytes:
        self.paths.add(path)
        return self._files.read(path)

    def kind(self, path: str) -> Kind:
        self.paths.add(path)
        return self._files.kind(path)

    def real(self, path: str) -> str:
        return self._files.real(path)

    def list(self, path: str) -> tuple[str, ...]:
        self.folders.add(path)
        return self._files.list(path)


def files_read(stack: Stack, environment: Mapping[str, str]) -> FilesRead:
    """Name the files of a stack: its own and its platform's, the compose files and all that these read, build contexts.

    The program is not among them: `program_touched`.
    """
    files = _Recorded(Disk())
    # What a bootstrap stack allows follows from all others.
    names = [stack.name, *(stack_names(stack.root) if stack.bootstrap else needs(stack.settings))]
    files.paths.update(os.path.join(stack.root, FOLDER, f"Pulumi.{name}.yaml") for name in names)
    estate = convert_stack(stack, environment, files=files)
    if estate:
        files.folders.update(_build_contexts(estate.loaded))
        files.paths.update(_dockerfiles(estate.loaded))
    return FilesRead(
        frozenset(files.paths | set(map(os.path.realpath, files.paths))),
        frozenset(files.folders | set(map(os.path.realpath, files.folders))),
        whole=stack.readable and (estate is None or estate.conversion is not None),
    )


def program_touched(root: str, changed: Collection[str]) -> bool:
    """Is one of these files what every stack of the project is made from: its program, a package that this imports?"""
    if not {os.path.join(root, name) for name in OF_ALL}.isdisjoint(changed):
        return True
    program = os.path.realpath(project_program(root))
    finder = ModuleFinder(path=[root])
    try:
        finder.run_script(program)
    except SyntaxError:
        return program in changed
    files_of = [vars(module)["__file__"] for module in finder.modules.values()]
    found = [os.path.realpath(file) for file in files_of if file]
    packages = [os.path.dirname(file) for file in found if os.path.basename(file) == "__init__.py"]
    # Of what is imported and not there, most is installed; the rest a change has taken away.
    missing = [os.path.join(root, *name.split(".")) for name in finder.badmodules]
    files = frozenset([*found, *(f"{path}.py" for path in missing)])
    return FilesRead(files, frozenset([*packages, *missing]), whole=True).touched(changed)


def _build_contexts(loaded: Loaded) -> Iterator[str]:
    """Folders that images of ours are built from: with them another image is deployed."""
    for build in _builds(loaded):
        contexts = [build.get("context", ""), *(build.get("additional_contexts") or {}).values()]
        yield from (context for context in contexts if context.startswith("/"))


def _dockerfiles(loaded: Loaded) -> Iterator[str]:
    """Dockerfiles, and what they keep back: both may lie beside the folder that is built from."""
    for build in _builds(loaded):
        if str(build.get("context") or "").startswith("/") and build.get("dockerfile"):
            path = os.path.normpath(os.path.join(build["context"], build["dockerfile"]))
            yield from (path, f"{path}.dockerignore")


def _builds(loaded: Loaded) -> Iterator[Mapping[str, Any]]:
    """Every `build`; those of profiles that are not enabled too, since other images may begin from them."""
    if loaded.project:
        services = {**loaded.project.disabled, **loaded.project.model.get("services", {})}
        yield from (service["build"] for service in services.values() if isinstance(service.get("build"), dict))


def _parents(path: str) -> Iterator[str]:
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
