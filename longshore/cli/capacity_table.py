"""The capacity table below the findings of a verb: what the pods ask for beside what the nodes offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.capacity import capacity
from longshore.report.capacity import capacity_table

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell


def show_capacity(reading: Reading, given: Given, shell: Shell) -> None:
    """Write the table below the findings for people; nothing where the stack file says nothing of its nodes."""
    if reading.conversion is None or given.on("--quiet") or given.text("--output-format") not in {"", "text"}:
        return
    weighed = capacity(reading.conversion, reading.options)
    shell.out.writelines(f"{line}\n" for line in capacity_table(weighed, reading.options.capacity.nodes))
