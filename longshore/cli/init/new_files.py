"""Puts new files into a folder: what there is already stays as it is, and no file is ever half there.

All files are made in a folder beside their places first, then linked to them, which the system refuses where
something has come in between. A run that fails takes back what it has placed; one that is killed leaves whole files,
and the folder, which the next run names.
"""

from __future__ import annotations

import os
from contextlib import suppress
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKSHOP: Final = ".longshore-init-"


def remains(root: str) -> tuple[str, ...]:
    """Folders that runs have left which were killed, or that are at work now; sorted."""
    try:
        return tuple(sorted(name for name in os.listdir(root) if name.startswith(WORKSHOP)))
    except OSError:
        return ()


def in_the_way(root: str, names: list[str]) -> str:
    """Name what would have to be a folder of `root` for `names` to lie in, and is something else; empty if nothing."""
    for name in names:
        folder = os.path.dirname(os.path.join(root, name))
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder):
            return folder
    return ""


def place(root: str, files: Mapping[str, str]) -> None:
    """Write `files` (name relative to `root` → text), none of which is there; all of them or none.

    Raises:
        Refused: one has come to be there, or can't be written; what was placed before is taken back.
    """
    made: list[str] = []
    workshop = ""
    try:
        _folder(root, made)
        workshop = mkdtemp(prefix=WORKSHOP, dir=root)
        for number, text in enumerate(files.values()):
            with open(os.path.join(workshop, str(number)), "w", encoding="utf-8", newline="\n") as opened:
                opened.write(text)
        for number, name in enumerate(files):
            target = os.path.join(root, name)
            _folder(os.path.dirname(target), made)
            _link(os.path.join(workshop, str(number)), target, made)
    except BaseException as error:
        rmtree(workshop, ignore_errors=True)
        _take_back(made)
        if isinstance(error, FileExistsError):
            raise Refused(f"{error.filename2 or error.filename} has come to be there, nothing was written") from None
        if isinstance(error, OSError):
            raise Refused(f"nothing was written: {error.filename or root}: {error.strerror}") from None
        raise
    rmtree(workshop, ignore_errors=True)


def _folder(path: str, made: list[str]) -> None:
    missing: list[str] = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for each in reversed(missing):
        os.mkdir(each)
        made.append(each)


def _link(source: str, target: str, made: list[str]) -> None:
    """Let a finished file take its place, and no other's."""
    try:
        os.link(source, target, follow_symlinks=False)
        made.append(target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with open(source, encoding="utf-8") as opened:
            text = opened.read()
        with open(target, "x", encoding="utf-8", newline="\n") as opened:
            made.append(target)
            opened.write(text)


def _take_back(made: list[str]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            os.rmdir(path) if os.path.isdir(path) else os.unlink(path)
