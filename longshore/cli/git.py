"""What Git knows of the files around us."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 60

_NO_PROGRAMS: Final = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
"""What keeps Git from running programs that the configuration of a repository names: it may be somebody else's."""


def git(folder: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Ask Git something about the repository around a folder; None where it says no, or is not there.

    environment: variables beside those of the process.
    """
    command = ["git", *_NO_PROGRAMS, "-C", folder, *arguments]
    variables = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS, env=variables)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None


def repository(folder: str) -> str:
    """Find the top of the repository around a folder, links resolved.

    Raises:
        Refused: there is none.
    """
    top = git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise Refused(f"`{folder}` is in no Git repository", "what is compared with is a revision of Git")
    return os.path.realpath(top.removesuffix("\n"))


def revision(reference: str, root: str) -> str:
    """Give the commit that a name means in a repository.

    Raises:
        Refused: none.
    """
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if found is None:
        raise Refused(
            f"there is no revision `{reference}` here", "a shallow clone has few of them: `git fetch` it first"
        )
    return found.strip()


def changed_since(reference: str, folder: str) -> frozenset[str]:
    """Name the files of the repository around a folder that are not as they were: absolute paths, links resolved.

    Files that are gone, that moved (by both names), and that Git does not know yet and does not ignore, are among them.

    Raises:
        Refused: no repository, or no such revision.
    """
    root = repository(folder)
    commit = revision(reference, root)
    compared = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", commit, "--")
    named = (git(root, *compared), git(root, "ls-files", "-z", "--others", "--exclude-standard"))
    if None in named:
        raise Refused(f"Git cannot compare with `{reference}`", f"`git diff --name-only {reference}` says why")
    return frozenset(os.path.join(root, name) for text in named if text for name in text.split("\0") if name)
