"""What Git knows of the files around us."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from longshore.errors import Refused

SECONDS: Final = 60

_NO_PROGRAMS: Final = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
"""What keeps Git from running programs that the configuration of a repository names: it may be somebody else's."""


def git(folder: str, *arguments: str) -> str | None:
    """Ask Git something about the repository around a folder; None where it says no, or is not there."""
    command = ["git", *_NO_PROGRAMS, "-C", folder, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None


def changed_since(reference: str, folder: str) -> frozenset[str]:
    """Name the files of the repository around a folder that are not as they were: absolute paths, links resolved.

    Files that are gone, that moved (by both names), and that Git does not know yet and does not ignore, are among them.

    Raises:
        Refused: no repository, or no such revision.
    """
    top = git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise Refused(f"`{folder}` is in no Git repository", "`--changed` compares with a revision of Git")
    root = os.path.realpath(top.rstrip("\n"))
    revision = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if revision is None:
        raise Refused(
            f"there is no revision `{reference}` here", "a shallow clone has few of them: `git fetch` it first"
        )
    compared = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", revision.strip(), "--")
    named = (git(root, *compared), git(root, "ls-files", "-z", "--others", "--exclude-standard"))
    if None in named:
        raise Refused(f"Git cannot compare with `{reference}`", f"`git diff --name-only {reference}` says why")
    return frozenset(os.path.join(root, name) for text in named if text for name in text.split("\0") if name)
