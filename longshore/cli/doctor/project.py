"""What the project has: a stack file that can be read and converted, a place for the state, a passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.doctor.checks import Answer, Check
from longshore.model import Severity
from longshore.stack.file import read_stack_file
from longshore.stack.reading import PROJECT, read_stack, stack_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.model import Finding
    from longshore.stack.reading import ConvertedStack, Stack


def checks(
    stack: Stack | None, estate: ConvertedStack | None, root: str, environment: Mapping[str, str]
) -> list[Check]:
    """What to look at. stack: the one that is asked about; None for all. root: the folder of the project."""
    if stack is None:
        return [Check("project", "stacks", lambda: _stacks(root))]
    findings = estate.findings if estate else stack.findings
    return [
        Check("project", "stack", lambda: _readable(stack.name, findings)),
        Check("project", "state", lambda: _state(root, environment)),
    ]


def _stacks(root: str) -> Iterator[Answer]:
    names = stack_names(root)
    if not names:
        yield Answer("warning", "the project has no stack", "`longshore init` adds one")
    for name in names:
        yield from _readable(name, read_stack(name, root).findings)


def _readable(name: str, findings: Sequence[Finding]) -> Iterator[Answer]:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    if errors:
        many = "1 error" if errors == 1 else f"{errors} errors"
        yield Answer("wrong", f"stack {name} has {many}", f"`longshore check -s {name}` shows what to change")
    else:
        also = f", with {warnings} warnings of `longshore check`" if warnings else ""
        yield Answer("ok", f"stack {name} can be deployed as it is written{also}")


def _state(root: str, environment: Mapping[str, str]) -> Iterator[Answer]:
    """Where Pulumi keeps its state, and whether it can be opened; never a word of a passphrase."""
    try:
        with open(f"{root}/{PROJECT}", encoding="utf-8") as file:
            backend = read_stack_file(file.read(), PROJECT).values.get("backend")
    except OSError:
        backend = None
    named = str(environment.get("PULUMI_BACKEND_URL") or (backend.get("url", "") if isinstance(backend, dict) else ""))
    if not named:
        yield Answer("warning", f"neither {PROJECT} nor PULUMI_BACKEND_URL says where the state is kept",
                     "docs/stacks.md says where: a folder, or a bucket with a key for teams")  # fmt: skip
    else:
        # An address may have a login in it.
        yield Answer("ok", f"the state is kept in {named.partition('?')[0].rpartition('@')[2]}")
    if "PULUMI_CONFIG_PASSPHRASE" in environment or environment.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        yield Answer("ok", "a passphrase for the state is set")
    else:
        yield Answer("warning", "no passphrase for the state is set (PULUMI_CONFIG_PASSPHRASE)",
                     "`make up` sets an empty one where there is none; a team shares one")  # fmt: skip
