"""`longshore plan --against REVISION`: what a change of the files would change of a stack, and which lines cause it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.cli.cost_input import estimated, others_on
from longshore.cli.findings_output import locate
from longshore.cli.project_input import read
from longshore.cli.revision import checked_out
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused
from longshore.model import Severity, field_text, key_of
from longshore.rehearsal.comparison import Change, Operation, compare, is_made
from longshore.report.origins import find_field, told, written
from longshore.stack.files_read import files_read
from longshore.stack.order import needs
from longshore.stack.reading import configuration, project_root, read_stack, stack_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.cost.estimate import Estimate
    from longshore.model import Field, Manifest
    from longshore.rehearsal.plan import Node, Rehearsal


class SettingChange(NamedTuple):
    """One setting of a stack file that is not as it was; None where it is not there."""

    stack: str
    setting: str
    before: Any
    after: Any


class Comparison(NamedTuple):
    """A stack beside itself at another revision.

    settings: what differs in its stack file and its platform's. causes: URN → field → the place that wrote it, as far
    as a compose file or a rule did. unchanged: how many resources stay as they are.
    monthly: what it cost, None where it was not there, and costs; with the other stacks on its cluster as they are.
    """

    stack: str
    against: str
    settings: tuple[SettingChange, ...]
    changes: tuple[Change, ...]
    causes: Mapping[str, Mapping[Field, str]]
    unchanged: int
    monthly: tuple[Estimate | None, Estimate]

    @property
    def loses_data(self) -> bool:
        """Does anything go that nobody can make again?"""
        return any(change.loses_data for change in self.changes)


def compared(
    reading: Reading, given: Given, shell: Shell, rehearse: Callable[[str, Shell, str], Rehearsal]
) -> tuple[Comparison, Rehearsal]:
    """Plan the stack as its files are and as they were, at once: (the comparison, the plan as they are).

    rehearse: runs the program of a stack in the project around the directory of a shell, with an inventory or without.

    Raises:
        Refused: there is no such revision, or the stack could not be planned there.
    """
    name, reference = given.text("--stack"), given.text("--against")
    root = project_root(shell.directory)
    named = given.text("--inventory")
    inventory = shell.path(named) if named else ""
    given = given._replace(values={**given.values, "--inventory": (inventory,)} if named else given.values)
    stack = read_stack(name, root)
    files = files_read(stack, shell.environment)
    with checked_out(reference, root, files.paths) as there, ThreadPoolExecutor() as both:
        old = shell._replace(directory=there)
        known = name in stack_names(there)
        earlier = _read(given, old) if known else None
        running = both.submit(rehearse, name, old, inventory) if known else None
        now = rehearse(name, shell, inventory)
        was = running.result() if running else None
        if was and (was.failure or was.bug):
            raise Refused(f"stack {name} cannot be planned at `{reference}`: {was.failure or 'a bug'}", _check(name))
        changes = compare([_moved(node, there, root) for node in was.nodes] if was else (), now.nodes)
        settings = [each for read in (name, *needs(stack.settings)) if known for each in _settings(read, there, root)]
        causes = {change.node.urn: dict(_causes(change, reading, earlier)) for change in changes}
        others = others_on(name, shell)
        monthly = (
            estimated(name, was.nodes, old, others) if was else None,
            estimated(name, now.nodes, shell, others),
        )
    made = sum(map(is_made, now.nodes))
    unchanged = made - sum(1 for change in changes if change.operation is not Operation.DELETE)
    return Comparison(name, reference, tuple(settings), tuple(changes), causes, unchanged, monthly), now


def _moved(node: Node, before: str, after: str) -> Node:
    """Write paths of one folder as those of another: where a program lies is no change."""
    return node._replace(
        inputs=json.loads(json.dumps(node.inputs).replace(json.dumps(before)[1:-1], json.dumps(after)[1:-1]))
    )


def _read(given: Given, shell: Shell) -> Reading:
    reading = read(given, shell)
    if any(finding.severity is Severity.ERROR for finding in reading.findings):
        name = given.text("--stack")
        raise Refused(f"stack {name} has errors at `{given.text('--against')}`, so it has no plan there", _check(name))
    return reading


def _check(name: str) -> str:
    return f"`longshore check -s {name}` says more, once that revision is checked out"


def _settings(stack: str, before: str, after: str) -> Iterator[SettingChange]:
    """What differs in the configuration of a stack between two folders of its project."""
    roots = (root for root in (before, after) if stack in stack_names(root))
    found = {root: dict(_leaves(configuration(stack, root))) for root in roots}
    earlier, later = found.get(before, {}), found.get(after, {})
    for key in {**earlier, **later}:
        if earlier.get(key) != later.get(key):
            yield SettingChange(stack, key, earlier.get(key), later.get(key))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _causes(change: Change, now: Reading, earlier: Reading | None) -> Iterator[tuple[Field, str]]:
    """Where each field of a change was written; for what goes, where it was."""
    for reading in (earlier, now) if change.operation is Operation.DELETE else (now, earlier):
        if reading is None or (manifest := _manifest(change.node, reading)) is None:
            continue
        assert reading.conversion  # noqa: S101  it has the manifest
        find = locate(reading)
        sources = written(manifest, reading.conversion.origins[key_of(manifest)])
        if not change.fields and sources:
            yield (), told(sources[0].origin, find)
        for field in change.fields:
            if named := find_field(field_text(field.field), sources):
                yield field.field, told(named[0].origin, find)
        return


def _manifest(node: Node, reading: Reading) -> Manifest | None:
    package, _, kind = node.type.split(":", 2)
    if package != "kubernetes" or reading.conversion is None:
        return None
    manifests = reading.conversion.manifests
    return next((each for each in manifests if each["kind"] == kind and stable_name(each) == node.name), None)
