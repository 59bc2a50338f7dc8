"""`longshore plan -s STACK`: every resource of a stack, before there is an account, a cluster or an engine.

The Pulumi program itself is run, under Pulumi's mocks; so the plan and the deployment cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from longshore.cli.capacity_table import show_capacity
from longshore.cli.comparison import compared
from longshore.cli.comparison_text import comparison_json, comparison_markdown, comparison_text
from longshore.cli.cost_input import estimated, others_on
from longshore.cli.cost_text import cost_block, cost_document
from longshore.cli.findings_output import show
from longshore.cli.flags import Flag, Verb
from longshore.cli.plan_all import plan_all
from longshore.cli.plan_text import plan_text
from longshore.cli.project_input import FINDINGS, INVENTORY, STACK, WRONG, exit_code, output, read, stack_named
from longshore.cli.selection import chosen
from longshore.errors import BUG, INPUT
from longshore.model import Severity
from longshore.rehearsal.plan import Script
from longshore.rehearsal.rehearse import rehearse
from longshore.report.json_document import json_document
from longshore.stack import reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.cli.comparison import Comparison
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cost.estimate import Estimate
    from longshore.rehearsal.plan import Node, Rehearsal


def run(given: Given, shell: Shell) -> int:
    """Show the resources of a stack, then its findings; with an error among them nothing would be made."""
    if given.on("--all"):
        return plan_all(given, shell)
    name = stack_named(given, shell)
    reading = read(given, shell)
    if any(finding.severity is Severity.ERROR for finding in reading.findings):
        show(reading, given, shell, shell.err)
        return exit_code(reading, given) or 1
    reading = chosen(reading, given)
    code = exit_code(reading, given)
    comparison = None
    with shell.busy(f"running the program of stack {name}", quiet=given.on("--quiet")), ThreadPoolExecutor() as aside:
        if given.text("--against"):
            comparison, rehearsal = compared(reading, given, shell, rehearse_stack)
        else:
            running = aside.submit(rehearse_stack, name, shell, given.text("--inventory"))
            others = others_on(name, shell)
            rehearsal = running.result()
    if ended := unplanned(name, rehearsal, shell):
        return ended
    if comparison:
        _show(comparison, given, shell)
        show(reading, given, shell, shell.err)
        refused = comparison.loses_data or (given.on("--expect-no-changes") and comparison.changes)
        return code or int(bool(refused))
    monthly = estimated(name, rehearsal.nodes, shell, others)
    if given.text("--output") == "json":
        shell.out.write(plan_json(name, rehearsal, monthly))
        show(reading, given, shell, shell.err)
    else:
        shell.show(plan_text(name, rehearsal.nodes, shell.style(given.text("--color"), shell.out)))
        shell.out.write("\n")
        show(reading, given, shell, shell.out)
        show_capacity(reading, given, shell)
        if block := "" if given.on("--quiet") else cost_block(monthly):
            shell.show(f"\n{block}")
    return code


def unplanned(name: str, rehearsal: Rehearsal, shell: Shell) -> int:
    """Say why there is no plan, and answer the exit code; 0 where there is one."""
    if rehearsal.bug:
        shell.err.write(f"error: the program of stack {name} ended with a bug\n{rehearsal.bug}")
        shell.err.write("help: if the last place named is in longshore, please report it (CONTRIBUTING.md)\n")
        return BUG
    if rehearsal.failure:
        shell.err.write(f"error: {rehearsal.failure}\n")
        return INPUT
    return 0


def _show(comparison: Comparison, given: Given, shell: Shell) -> None:
    if given.text("--output") == "json":
        shell.out.write(comparison_json(comparison))
    elif given.text("--output") == "markdown":
        shell.out.write(comparison_markdown(comparison))
    else:
        shell.show(comparison_text(comparison, shell.style(given.text("--color"), shell.out)))


def rehearse_stack(name: str, shell: Shell, inventory: str = "") -> Rehearsal:
    """Run the program for a stack of the project around the shell's directory.

    inventory: one that is read instead of the one that the stack file names.

    Raises:
        ModuleNotFoundError: Pulumi's SDK is not installed.
    """
    if find_spec("pulumi") is None:
        raise ModuleNotFoundError(name="pulumi")
    root = reading.project_root(shell.directory)
    configs = {known: reading.configuration(known, root) for known in reading.stack_names(root)}
    if inventory:
        configs[name] = {**configs[name], "longshore:inventory": shell.path(inventory)}
    script = Script(reading.project_program(root), root, reading.project_name(root), name, configs)
    return rehearse(script, shell.environment)


def plan_json(name: str, rehearsal: Rehearsal, monthly: Estimate) -> str:
    """The resources as one JSON document, for a review of pull requests and for other programs."""
    document: dict[str, Any] = {
        "version": 1,
        "stack": name,
        "resources": [_resource(node) for node in rehearsal.nodes],
        "counts": counts(rehearsal.nodes),
        "exports": sorted(rehearsal.exports),
        "monthly": cost_document(monthly),
    }
    return json_document(document)


def counts(nodes: Sequence[Node]) -> Mapping[str, int]:
    """How many resources there are of each type, without components, providers and what is only read."""
    real = (node.type for node in nodes if node.is_counted)
    return dict(sorted(Counter(real).items()))


def _resource(node: Node) -> dict[str, Any]:
    return {
        "urn": node.urn,
        "type": node.type,
        "name": node.name,
        "parent": node.parent,
        "dependsOn": list(node.needs),
        "provider": node.provider,
        "component": not node.custom,
        "protected": node.protected,
        "madeByComponent": node.expected,
        "read": node.read,
    }


VERB = Verb(
    "plan",
    "show every resource of a stack, without an account or a cluster",
    run,
    (
        STACK,
        INVENTORY,
        Flag("--all", "every stack of the project, one line for each"),
        Flag("--jobs", "with --all: how many at once (default: one per processor)", short="-j", value="NUMBER"),
        Flag("--against", "only what differs from this revision of Git", value="REVISION"),
        Flag("--expect-no-changes", "with --against: exit 1 where anything differs"),
        output("text", "json", "markdown", what="of the resources", old="--format"),
        *FINDINGS,
    ),
    examples=(
        "longshore plan -s platform.dev",
        "longshore plan -s shop.dev -o json",
        "longshore plan -s shop.dev --against origin/main    what a pull request changes",
        "longshore plan --all    every stack of the project, many at once",
    ),
    wrong=f"{WRONG}, any error, and with --against data that is lost",
)
