"""Manifests into files: complete, or as they were before."""

from __future__ import annotations

import os
from contextlib import contextmanager
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from cli.flags import Refused
from convert.kubernetes.kinds import API_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OURS = tuple(f"{kind.lower()}-" for kind in API_VERSION)
_ENDINGS = (".yaml", ".yml", ".json")


def is_folder(target: str, directory: str) -> bool:
    """Does `target` name a folder: one that is there, a name ending in `/`, or one that is no YAML or JSON file?"""
    return target.endswith("/") or os.path.isdir(os.path.join(directory, target)) or not target.endswith(_ENDINGS)


def write_file(target: str, directory: str, text: str) -> None:
    """Write one file; whoever reads it meanwhile sees the old one or the new one.

    Raises:
        Refused: it can't be written.
    """
    path = os.path.realpath(os.path.join(directory, target))
    with _workshop(target, os.path.dirname(path)) as folder:
        _move({os.path.basename(path): text}, folder, os.path.dirname(path))


def write_folder(target: str, directory: str, files: Mapping[str, str]) -> None:
    """Write `files` (name → text), and remove what an earlier run wrote there and this one did not.

    Raises:
        Refused: the folder holds something that is not ours, or can't be written.
    """
    path = os.path.realpath(os.path.join(directory, target))
    there = os.listdir(path) if os.path.isdir(path) else []
    foreign = sorted(name for name in there if not (name.startswith(_OURS) and name.endswith(_ENDINGS)))
    if foreign:
        raise Refused(f"{target} holds {foreign[0]}, which is no manifest of ours", "give a folder of its own")
    with _workshop(target, path) as folder:
        _move(files, folder, path)
        for name in there:
            if name not in files:
                os.unlink(os.path.join(path, name))


@contextmanager
def _workshop(target: str, path: str) -> Iterator[str]:
    """Give a folder inside `path`, where files are written before they take their places; both are made if missing."""
    try:
        os.makedirs(path, exist_ok=True)
        folder = mkdtemp(prefix=".longshore-", dir=path)
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise Refused(f"{target} can't be written: {error.strerror}") from None


def _move(files: Mapping[str, str], folder: str, path: str) -> None:
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    for name in files:
        os.replace(os.path.join(folder, name), os.path.join(path, name))
