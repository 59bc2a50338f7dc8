"""`longshore version`: which version this is, and what it runs on."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from longshore.cli.flags import Verb
from longshore.cli.project_input import output
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Print the version; as JSON with that of Python."""
    if given.text("--output") == "json":
        found = {"version": 1, "longshore": version("longshore"), "python": platform.python_version()}
        shell.out.write(json_document(found))
    else:
        shell.out.write(f"longshore {version('longshore')}\n")
    return 0


VERB = Verb(
    "version",
    "print the version",
    run,
    (output("text", "json", what="how to print"),),
    examples=("longshore version", "longshore version -o json"),
)
