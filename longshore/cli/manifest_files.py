"""Manifests into files: complete, or as they were before; nothing that somebody else wrote is replaced or removed.

What is ours is known by a record kept beside the files, `.longshore-written`: name → digests of what was written, for
files that were written one by one and for those of a folder. A file that is not in it, or has changed since, belongs to
whoever wrote it. The record has no ending that `kubectl apply -f FOLDER` would read.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RECORD: Final = ".longshore-written"
Record = dict[str, dict[str, list[str]]]

_ENDINGS: Final = (".yaml", ".yml", ".json")
_PARTS: Final = ("single", "several")


def is_folder(target: str, directory: str) -> bool:
    """Does `target` name a folder: one that is there, a name ending in `/`, or one that is no YAML or JSON file?"""
    return target.endswith("/") or os.path.isdir(os.path.join(directory, target)) or not target.endswith(_ENDINGS)


def write_file(target: str, directory: str, text: str, *, overwrite: bool = False) -> None:
    """Write one file; whoever reads it meanwhile sees the old one or the new one.

    Raises:
        Refused: there is another file, not as we wrote it, and nobody said `overwrite`; or it can't be written.
    """
    path = os.path.realpath(os.path.join(directory, target))
    name = os.path.basename(path)
    with _workshop(target, os.path.dirname(path)) as place:
        if not overwrite and place.is_foreign(name):
            raise _not_ours(target, [os.path.basename(target)])
        place.write("single", {name: text})


def write_folder(
    target: str, directory: str, files: Mapping[str, str], *, overwrite: bool = False
) -> tuple[list[str], list[str]]:
    """Write `files` (name → text), and remove what an earlier run wrote there as one of several and this one did not.

    A name may lead into folders, `templates/NOTES.txt`; those that are empty then are removed too.

    Returns: names that were removed, and names of all other files, which were left alone; both sorted.

    Raises:
        Refused: a file of such a name is there, not as we wrote it, and nobody said `overwrite`; or the folder can't
            be written. Nothing was.
    """
    with _workshop(target, os.path.realpath(os.path.join(directory, target))) as place:
        taken = sorted(filter(place.is_foreign, files))
        if taken and not overwrite:
            raise _not_ours(target, taken)
        gone = sorted(
            name
            for name in place.record["several"]
            if name not in files and os.path.lexists(place.path(name)) and not place.is_foreign(name)
        )
        place.write("several", files, gone)
        ours = {*files, RECORD, os.path.basename(place.workshop)}
        return gone, sorted(place.others(ours, {above for name in files for above in _above(name)}))


def _not_ours(target: str, names: list[str]) -> Refused:
    listed = ", ".join(names)
    them = "it" if len(names) == 1 else "them"
    return Refused(
        f"{target}: {listed} {'is' if len(names) == 1 else 'are'} there already, not as longshore wrote {them}",
        f"give another name, or move {them} away; `--overwrite` replaces {them}",
    )


def _recorded(folder: str) -> Record:
    """The record of a folder; what is no record of ours vouches for nothing."""
    try:
        with open(os.path.join(folder, RECORD), encoding="utf-8") as opened:
            found = json.load(opened)
        return {
            part: {name: list(map(str, found[part][name])) for name in found[part] if _is_inside(name)}
            for part in _PARTS
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {part: {} for part in _PARTS}


def _is_inside(name: str) -> bool:
    """Does a name lead to a file inside of the folder?"""
    return not {"", ".", ".."}.intersection(name.split("/")) and os.path.normpath(name) == name.replace("/", os.sep)


def _above(name: str) -> Iterator[str]:
    """The folders that lead to a file, the nearest first: `a/b` and `a` of `a/b/c.yaml`."""
    while name := name.rpartition("/")[0]:
        yield name


class _Place(NamedTuple):
    """A folder to write into, its record, and inside it the workshop where files are made before they are moved."""

    folder: str
    workshop: str
    record: Record

    def path(self, name: str) -> str:
        """Where a file is to lie."""
        return os.path.join(self.folder, name)

    def is_foreign(self, name: str) -> bool:
        """Is there something under this name, or on the way to it, that we did not write, or that somebody changed?"""
        path = self.path(name)
        for folder in map(self.path, _above(name)):
            if os.path.islink(folder) or (os.path.lexists(folder) and not os.path.isdir(folder)):
                return True
        if not os.path.lexists(path):
            return False
        if os.path.islink(path) or not os.path.isfile(path):
            return True
        with open(path, "rb") as opened:
            digest = _digest(opened.read())
        return not any(digest in self.record[part].get(name, ()) for part in _PARTS)

    def write(self, part: str, files: Mapping[str, str], gone: Sequence[str] = ()) -> None:
        """Let each file take its place and remove those that are `gone`.

        Until all have, the record vouches for old and new, so that a run that is killed leaves nothing that the next
        one would take for somebody else's.
        """
        for name, text in files.items():
            self.prepare(name, text)
        new = {name: [_digest(text.encode())] for name, text in files.items()}
        both = {name: [*self.record[part].get(name, ()), *digests] for name, digests in new.items()}
        self._keep({**self.record, part: {**self.record[part], **both}})
        for name in files:
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            os.replace(os.path.join(self.workshop, name), self.path(name))
        for name in gone:
            os.unlink(self.path(name))
            self._remove_empty(name)
        others = {each: {name: d for name, d in self.record[each].items() if name not in new} for each in _PARTS}
        kept = others["single"] if part == "single" else {}
        self._keep({**others, part: {**kept, **new}})

    def _keep(self, record: Record) -> None:
        self.prepare(RECORD, json.dumps({"version": 1, **record}, indent=2, sort_keys=True) + "\n")
        os.replace(os.path.join(self.workshop, RECORD), self.path(RECORD))

    def prepare(self, name: str, text: str) -> None:
        """Write a file in the workshop."""
        path = os.path.join(self.workshop, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)

    def others(self, ours: set[str], folders: set[str], within: str = "") -> Iterator[str]:
        """Give what lies in the folder, and in those folders of it that we write to, and is not ours."""
        for each in os.listdir(self.path(within)):
            name = f"{within}{each}"
            if name in folders and os.path.isdir(self.path(name)):
                yield from self.others(ours, folders, f"{name}/")
            elif name not in ours:
                yield name

    def _remove_empty(self, name: str) -> None:
        """Remove the folders that led to a file and lead to none any more."""
        for folder in map(self.path, _above(name)):
            if os.listdir(folder):
                return
            os.rmdir(folder)


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


@contextmanager
def _workshop(target: str, folder: str) -> Iterator[_Place]:
    """Give a folder to write into, made if missing.

    Raises:
        Refused: it can't be made, or something in it can't be written.
    """
    from shutil import rmtree  # noqa: PLC0415  it needs every archive format, and most output goes to the terminal
    from tempfile import mkdtemp  # noqa: PLC0415  likewise

    try:
        os.makedirs(folder, exist_ok=True)
        workshop = mkdtemp(prefix=".longshore-", dir=folder)
        try:
            yield _Place(folder, workshop, _recorded(folder))
        finally:
            rmtree(workshop, ignore_errors=True)
    except OSError as error:
        raise Refused(f"{target} can't be written: {error.strerror}") from None
