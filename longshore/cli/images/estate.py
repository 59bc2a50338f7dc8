"""The estate whose images a verb is about, its lock, and the flags that name them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from longshore.cli.findings_output import show
from longshore.cli.flags import Flag
from longshore.cli.masked_model import concealed
from longshore.cli.project_input import FILES, OUTPUT_FORMAT, STACK, read
from longshore.convert.estate import Estate
from longshore.disk import Disk
from longshore.errors import Refused
from longshore.images.changes import changed
from longshore.images.inputs import Inputs
from longshore.images.lock import NAME, Lock, UnreadableLockError, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Path

FLAGS = (FILES[0], STACK, *FILES[1:], OUTPUT_FORMAT)
CHANGED = Flag(
    "--changed",
    "only builds whose inputs are not those of the lock",
    own_variable="LONGSHORE_IMAGES_CHANGED",
)
LOCK = Flag("--lock", f"the lock, where the stack names none (default {NAME})", value="FILE")


def estate_of(given: Given, shell: Shell) -> tuple[Reading, Estate | None]:
    """Read the project; None where that can't be done, which is told.

    Raises:
        Refused: the stack has no compose files.
    """
    reading = read(given, shell)
    if reading.unusable:
        show(reading, given, shell, shell.err)
        return reading, None
    if reading.project is None:
        raise Refused(f"stack {given.text('--stack')} has no compose files", "it runs no images of a project")
    return reading, Estate(reading.project, reading.options)


def runs_by_lock(given: Given, shell: Shell) -> bool:
    """Does the stack that is named run compose files, by a lock or by what is pushed to a repository?"""
    from longshore.stack.images import repository_of  # noqa: PLC0415  pydantic, which a compose file alone does not need
    from longshore.stack.reading import read_stack  # noqa: PLC0415  likewise

    if not given.text("--stack"):
        return True
    stack = read_stack(given.text("--stack"), shell.directory)
    settings = stack.settings
    if settings is None:
        return stack.bootstrap is None  # one that can't be read is told of, by whoever reads it
    return bool(settings.compose and (settings.images.lock or repository_of(settings, stack.platform)))


def lock_of(given: Given, shell: Shell, estate: Estate) -> tuple[str, str, Lock]:
    """Where the lock lies, what messages call it, and what it holds: nothing, where it is not there yet.

    Raises:
        Refused: it can't be read.
    """
    named = estate.options.images.lock
    if named and not given.text("--lock"):
        from longshore.stack.reading import project_root  # noqa: PLC0415  pydantic, which a compose file alone does not need

        path = os.path.join(project_root(shell.directory), named)
    else:
        named = given.text("--lock") or NAME
        path = shell.path(named)
    try:
        return path, named, read_lock(Disk(), path, named) or Lock()
    except UnreadableLockError as error:
        raise Refused(f"{error.finding.span}: {error.finding.message}", error.finding.help) from None


def inputs_of(estate: Estate) -> Inputs:
    """What the images of the project are built from."""
    return Inputs(estate.project, hidden_in(estate).keys())


def changed_in(given: Given, shell: Shell, estate: Estate) -> list[str]:
    """The services whose images must be built, since the lock does not hold them as they are.

    Raises:
        Refused: the lock, or a file that is built from, can't be read.
    """
    _, _, lock = lock_of(given, shell, estate)
    with readable():
        return changed(lock, estate, inputs_of(estate))


@contextmanager
def readable() -> Iterator[None]:
    """Say which file of a build can't be read.

    Raises:
        Refused: one can't.
    """
    try:
        yield
    except OSError as error:
        raise Refused(f"{error.filename} can't be read: {error.strerror}", "an image is built from it") from None


def hidden_in(estate: Estate) -> dict[Path, str]:
    """Path of the model → what may be shown of a secret there; services of other profiles too."""
    project = estate.project
    return concealed({**project.model, "services": {**project.disabled, **project.model["services"]}})
