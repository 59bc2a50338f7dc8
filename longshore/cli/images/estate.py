"""The estate whose images a verb is about, and the flags that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.findings_output import show
from longshore.cli.project_input import FILES, OUTPUT_FORMAT, STACK, read
from longshore.convert.estate import Estate
from longshore.errors import Refused

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell

FLAGS = (FILES[0], STACK, *FILES[1:], OUTPUT_FORMAT)


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
