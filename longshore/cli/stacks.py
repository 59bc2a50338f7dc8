"""`longshore stacks`: the stacks of a project in the order in which they are deployed, for people and for CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.flags import Flag, Verb
from longshore.cli.git import changed_since
from longshore.cli.project_input import output
from longshore.report.json_document import json_document
from longshore.report.table import columns
from longshore.stack.files_read import files_read, program_touched
from longshore.stack.order import needs, waves
from longshore.stack.reading import project_root, read_stack, stack_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.stack.reading import Stack


class Row(NamedTuple):
    """One stack.

    team: empty for a platform, and for a bootstrap stack, which has no environment either. needs: the stacks that must
    be up before. wave: those of one number can be deployed at once, after those of every lower number. readable: False
    where its file is wrong, so that nothing else is known.
    """

    stack: str
    environment: str
    team: str
    needs: tuple[str, ...]
    wave: int
    readable: bool


def run(given: Given, shell: Shell) -> int:
    """List the stacks; one whose file is wrong is told beside them, and is listed where no environment is asked for."""
    root = project_root(shell.directory)
    stacks = {name: read_stack(name, root) for name in stack_names(root)}
    for name, stack in stacks.items():
        if not stack.readable:
            shell.tell("warning", f"stack {name} can't be read: `longshore check -s {name}` says why")
    if environment := given.text("--environment"):
        stacks = {name: stack for name, stack in stacks.items() if _environment(stack) == environment}
    if reference := given.text("--changed"):
        with shell.busy("reading the files of every stack", quiet=given.on("--quiet")):
            stacks = _touched(stacks, root, changed_since(reference, root), shell.environment)
    found = rows(stacks)
    if given.text("--output") == "json":
        document = {
            "version": 1,
            "stacks": [{**row._asdict(), "needs": list(row.needs)} for row in found],
            "waves": waves({row.stack: row.needs for row in found}),
        }
        shell.out.write(json_document(document))
    elif not found and not given.on("--quiet"):
        shell.tell("note", "there is no such stack, or no change touches one")
    else:
        shell.show("".join(f"{line}\n" for line in columns([_cells(row) for row in found])))
    return 0


def rows(stacks: Mapping[str, Stack]) -> list[Row]:
    """Put stacks in the order in which they are deployed."""
    order = waves({name: needs(stack.settings) for name, stack in stacks.items()})
    return [_row(stacks[name], wave) for wave, names in enumerate(order) for name in names]


def _row(stack: Stack, wave: int) -> Row:
    settings = stack.settings
    team = settings.team if settings else ""
    return Row(stack.name, _environment(stack), team, needs(settings), wave, readable=stack.readable)


def _environment(stack: Stack) -> str:
    return stack.settings.environment if stack.settings else ""


def _cells(row: Row) -> tuple[str, ...]:
    kind = "platform" if row.environment else "bootstrap"
    what = f"team {row.team}" if row.team else kind if row.readable else "not readable"
    return row.stack, row.environment, what, f"after {', '.join(row.needs)}" if row.needs else ""


def _touched(
    stacks: Mapping[str, Stack], root: str, changed: Iterable[str], environment: Mapping[str, str]
) -> dict[str, Stack]:
    """Keep the stacks that a change touches, and those that can't be read whole: what else they read is unknown."""
    changed = frozenset(changed)
    if not changed:
        return {}
    if program_touched(os.path.realpath(root), changed):
        return dict(stacks)
    made_from = {name: files_read(stack, environment) for name, stack in stacks.items()}
    return {name: stacks[name] for name, read in made_from.items() if not read.whole or read.touched(changed)}


VERB = Verb(
    "stacks",
    "list the stacks of the project in the order in which they are deployed",
    run,
    (
        Flag("--changed", "only those that a change since this revision of Git touches", value="REVISION"),
        Flag(
            "--environment", "only those of this environment", value="NAME", own_variable="LONGSHORE_STACKS_ENVIRONMENT"
        ),
        output("text", "json", what="of the list"),
    ),
    examples=(
        "longshore stacks",
        "longshore stacks --changed origin/main    those that this branch touches",
        "longshore stacks --environment dev -o json    for the matrix of a workflow",
    ),
)
