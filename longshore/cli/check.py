"""`longshore check`: what would be created, what would be lost, what to decide. Writes nothing but findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.capacity_table import show_capacity
from longshore.cli.findings_output import show
from longshore.cli.flags import Verb
from longshore.cli.project_input import FINDINGS, FLAGS, OUTPUT, WRONG, exit_code, read
from longshore.cli.selection import chosen

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Report on the estate; the findings are the product."""
    reading = chosen(read(given, shell), given)
    show(reading, given, shell, shell.out)
    show_capacity(reading, given, shell)
    return exit_code(reading, given)


VERB = Verb(
    "check",
    "say what is translated, what is lost, and what to decide",
    run,
    (*FLAGS, OUTPUT, *FINDINGS[1:]),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore check                             the compose file in this folder",
        "longshore check docker-compose.yml          another one",
        "longshore check -s shop.prod --fail-on warning",
        "longshore check compose.yaml compose.prod.yaml -o sarif > findings.sarif",
    ),
    wrong=WRONG,
)
