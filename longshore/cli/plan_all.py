"""`longshore plan --all`: every stack of the project, many at once, one line for each.

What a platform exports is found once, and not by every stack that stands on it; what programs import is imported once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from longshore.errors import BUG, INPUT, Refused
from longshore.rehearsal.many import Rehearsals
from longshore.rehearsal.plan import Script
from longshore.report.json_document import json_document
from longshore.report.table import columns
from longshore.stack import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.rehearsal.many import Outcome


def plan_all(given: Given, shell: Shell) -> int:
    """Plan all stacks; 1 where one cannot be planned, 70 where one ends in a bug.

    Raises:
        Refused: there is no project, `--jobs` is no number, or a stack is named beside `--all`.
    """
    if given.text("--stack") or given.text("--against"):
        raise Refused("`--all` plans every stack as it is", "leave `--stack` and `--against` out")
    at_once = _number(given.text("--jobs"))
    root = reading.project_root(shell.directory)
    names = reading.stack_names(root)
    configs = {name: reading.configuration(name, root) for name in names}
    script = Script(reading.project_program(root), root, reading.project_name(root), "", configs)
    with (
        shell.busy(f"planning {len(names)} stacks", quiet=given.on("--quiet")),
        Rehearsals(script, shell.environment, at_once) as rehearsals,
    ):
        deployed = rehearsals.play(sorted(_platforms(configs)), {}, known=True)
        exports = {name: each.exports for name, each in deployed.items() if not each.trouble}
        found = rehearsals.play(names, exports)
    _show(found, given, shell)
    if any(each.bug for each in found.values()):
        return BUG
    return 1 if any(each.failure for each in found.values()) else 0


def _number(text: str) -> int:
    if not text:
        return os.cpu_count() or 1
    if not text.isdigit() or not int(text):
        raise Refused("`--jobs` must be a number from 1 up", "leave it out for one per processor", INPUT)
    return int(text)


def _platforms(configs: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Stacks whose exports others need."""
    clusters = (config.get("longshore:cluster") for config in configs.values())
    named = {
        str(each["stack"])
        for each in clusters
        if isinstance(each, dict) and each.get("kind") == "stack" and "stack" in each
    }
    return named & configs.keys()


def _show(found: Mapping[str, Outcome], given: Given, shell: Shell) -> None:
    rows = [
        {"stack": name, "resources": each.resources, "protected": each.protected, "error": each.trouble}
        for name, each in found.items()
    ]
    if given.text("--output") == "json":
        shell.out.write(json_document({"version": 1, "stacks": rows}))
        return
    cells = [
        (str(row["stack"]), f"error: {row['error']}")
        if row["error"]
        else (
            str(row["stack"]),
            f"{row['resources']} resources" + (f", {row['protected']} protected" if row["protected"] else ""),
        )
        for row in rows
    ]
    shell.show("".join(f"{line}\n" for line in columns(cells)))
