"""`longshore attributes`: every attribute that compose has, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.flags import Verb
from longshore.cli.manual import known_attributes, manual
from longshore.cli.project_input import output
from longshore.errors import Refused, suggestion
from longshore.report.json_document import json_document
from longshore.report.manual import attributes_markdown, matrix, matrix_summary
from longshore.report.table import columns

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Print the matrix, or those rows whose path has one of the words in it."""
    rows = matrix(manual(), known_attributes())
    chosen = [row for row in rows if not given.operands or any(word in row.path for word in given.operands)]
    if not chosen:
        hint = suggestion(given.operands[0], {part: None for row in rows for part in row.path.split(".")})
        raise Refused(f"compose has no attribute `{given.operands[0]}`", hint)
    if given.text("--output") == "json":
        table = [
            {"attribute": row.path, "fates": row.fates, "how": row.becomes, "rule": row.module or None}
            for row in chosen
        ]
        shell.out.write(json_document({"version": 1, "attributes": table}))
    elif given.text("--output") == "markdown":
        shell.out.write(attributes_markdown(chosen))
    else:
        lines = columns([(row.path, ", ".join(row.fates), row.becomes) for row in chosen])
        shell.show("".join(f"{line}\n" for line in [*lines, "", matrix_summary(chosen)]))
    return 0


VERB = Verb(
    "attributes",
    "list every compose attribute and what becomes of it",
    run,
    (output("text", "markdown", "json", what="how to print", old="--format"),),
    "[WORD...]",
    most=-1,
    examples=(
        "longshore attributes                all of them",
        "longshore attributes deploy         those with `deploy` in their path",
        "longshore attributes -o json",
    ),
)
