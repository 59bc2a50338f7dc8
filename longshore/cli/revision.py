"""The files of a project as they were at another revision of Git."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from longshore.cli.git import git, repository, revision
from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@contextmanager
def checked_out(reference: str, folder: str, ignored: Iterable[str]) -> Iterator[str]:
    """Write a revision of the repository around a folder to a place of its own, and give that folder there.

    Neither the working tree nor the index is touched. ignored: files that Git may ignore, such as `.env`; those that it
    does are taken along as they are now, since no revision has them.

    Raises:
        Refused: no repository, no such revision, or Git cannot write it.
    """
    root = repository(folder)
    commit = revision(reference, root)
    with TemporaryDirectory(prefix="longshore-") as place:
        # By the name of the repository's own folder: a compose project without a name has that of its folder.
        tree = os.path.join(os.path.realpath(place), os.path.basename(root))
        index = {"GIT_INDEX_FILE": os.path.join(place, ".index")}
        written = ("checkout-index", "--all", "--quiet", f"--prefix={tree}/")
        if git(root, "read-tree", commit, environment=index) is None or git(root, *written, environment=index) is None:
            raise Refused(f"Git cannot write the files of `{reference}`", f"`git archive {reference}` says why")
        for name in _ignored(ignored, root):
            target = os.path.join(tree, name)
            if not os.path.lexists(target):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(os.path.join(root, name), target)
        there = os.path.join(tree, os.path.relpath(os.path.realpath(folder), root))
        if not os.path.isdir(there):
            raise Refused(f"`{folder}` is not there at `{reference}`", "name a revision that has the project")
        yield os.path.normpath(there)


def _ignored(paths: Iterable[str], root: str) -> list[str]:
    """Those of some files that Git ignores, by their names from the top of the repository."""
    inside = {os.path.relpath(path, root) for path in paths if os.path.isfile(path)}
    names = sorted(name for name in inside if not name.startswith(".."))
    listed = ("--literal-pathspecs", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--")
    found = git(root, *listed, *names) if names else None
    return [name for name in (found or "").split("\0") if name]
