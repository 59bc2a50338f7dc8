"""`longshore init`: makes a project where the compose files are, and adds teams and environments to it later.

Everything is asked, read and checked before the first file is written. What is there already is named and left, and
the exit code says so. Only files are made: no account is asked, nothing is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.flags import Verb
from longshore.cli.init.answers import FLAGS
from longshore.cli.project_input import FILES, output

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Make the project: 0 all was made, 1 some of it was there already and is left, 2 or 3 nothing was written."""
    from longshore.cli.init.creation import make  # noqa: PLC0415  `--help` needs none of it

    return make(given, shell)


VERB = Verb(
    "init",
    "make a project here, or add a team or an environment to it",
    run,
    (*FLAGS, *FILES, output("text", "json", what="how to write")),
    "[DIR]",
    most=1,
    examples=(
        "longshore init                          asks what it has to know",
        "longshore init --team shop --region eu-west-1 --account 111122223333",
        "longshore init --team search -f search/compose.yaml",
        "longshore init --environment prod --ci github",
    ),
    wrong="something was there already, and is left",
)
