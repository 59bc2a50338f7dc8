"""What a report says of another revision: of a stack what its plan would do, of compose files what they make."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from longshore.cli.comparison_text import remarks, value_text, warnings
from longshore.cli.findings_output import locate
from longshore.cli.project_input import read
from longshore.cli.revision import checked_out
from longshore.errors import Refused
from longshore.model import field_text
from longshore.rehearsal.plan import UNKNOWN, kind
from longshore.report.page.changes import change_text, changes_between
from longshore.report.page.model import Change, Changes, FieldChange

if TYPE_CHECKING:
    from typing import Any

    from longshore.cli.comparison import Comparison
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Field

_PATHS = ("--file", "--env-file", "--project-directory")


def changes_of(reading: Reading, given: Given, shell: Shell) -> Changes:
    """Compare what was read with the revision that `--against` names.

    Raises:
        Refused: there is no such revision, or nothing could be converted there.
    """
    return _of_stack(reading, given, shell) if given.text("--stack") else _of_files(reading, given, shell)


def _of_files(reading: Reading, given: Given, shell: Shell) -> Changes:
    assert reading.conversion  # noqa: S101  the caller looked
    reference = given.text("--against")
    there = {
        name: tuple(value if value == "-" else os.path.relpath(shell.path(value), shell.directory) for value in values)
        for name, values in given.values.items()
        if name in _PATHS
    }
    inventory = {"--inventory": (shell.path(given.text("--inventory")),)} if given.text("--inventory") else {}
    names = (*reading.sources, *given.texts("--env-file"), ".env")
    with checked_out(reference, shell.directory, map(shell.path, names)) as folder:
        earlier = read(given._replace(values={**given.values, **there, **inventory}), shell._replace(directory=folder))
    if earlier.conversion is None:
        raise Refused(
            f"the compose files could not be read at `{reference}`",
            "`longshore check` says why, once it is checked out",
        )
    return changes_between(reference, earlier.conversion, reading.conversion, locate(reading))


def _of_stack(reading: Reading, given: Given, shell: Shell) -> Changes:
    from longshore.cli.comparison import compared  # noqa: PLC0415  it runs the program under Pulumi's mocks
    from longshore.cli.plan import rehearse_stack  # noqa: PLC0415  likewise

    comparison, now = compared(reading, given, shell, rehearse_stack)
    if now.failure or now.bug:
        raise Refused(f"stack {comparison.stack} cannot be planned", f"`longshore plan -s {comparison.stack}` says why")
    changes = tuple(
        Change(
            change.operation.value,
            f"{kind(change.node.type)} {change.node.name}",
            (*warnings(change), *remarks(change)),
            tuple(
                FieldChange(
                    field_text(field.field),
                    _text(field.field, field.before),
                    _text(field.field, field.after),
                    comparison.causes[change.node.urn].get(field.field, ""),
                )
                for field in change.fields
            ),
        )
        for change in comparison.changes
    )
    return Changes(comparison.against, tuple(_settings(comparison)), changes, comparison.unchanged)


def _settings(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return [
        (each.stack, each.setting, _setting(each.setting, each.before), _setting(each.setting, each.after))
        for each in comparison.settings
    ]


def _setting(name: str, value: Any) -> str:
    return change_text(("config", name), value)


def _text(field: Field, value: Any) -> str:
    return value_text(value) if UNKNOWN in str(value) else change_text(field, value)
