"""`longshore status`: what of a stack is up in its cluster, what is not, and what the cluster says is in the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from longshore.cli.cluster.connection import FLAGS, KINDS, connect, objects
from longshore.cli.cluster.health import WORKLOADS, Row, rows
from longshore.cli.flags import Verb
from longshore.cli.project_input import STACK, output, stack_named
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused
from longshore.report.table import columns
from longshore.stack.reading import convert_stack, read_stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.report.style import Style


def run(given: Given, shell: Shell) -> int:
    """Exit 1 where anything is not up."""
    name = stack_named(given, shell)
    stack = read_stack(name, shell.directory)
    if stack.settings is None:
        raise Refused(f"stack {name} can't be read", f"`longshore check -s {name}` says why")
    if not stack.settings.team:
        raise Refused(f"stack {name} has no team, so no application", "name the stack of a team, such as `shop.dev`")
    estate = convert_stack(stack, shell.environment)
    manifests = estate.conversion.manifests if estate and estate.conversion else ()
    expected = [(x["kind"], stable_name(x)) for x in manifests if x["kind"] in WORKLOADS]
    namespace = stack.settings.team_namespace
    with shell.busy(f"asking the cluster for what is in {namespace}", quiet=given.on("--quiet")):
        client = connect(given, stack, shell.environment)
        observed = {kind: list(objects(client, kind, namespace)) for kind in KINDS}
    found = rows(observed, expected)
    if given.text("--output") == "json":
        document = {"version": 1, "namespace": namespace, "objects": [_plain(row) for row in found]}
        shell.out.write(json.dumps(document, indent=2) + "\n")
    else:
        style = shell.style(given.text("--color"), shell.out)
        shell.show(text(found, namespace, style, everything=given.on("--verbose")))
    return 0 if all(row.state == "up" for row in found) else 1


def _plain(row: Row) -> dict[str, object]:
    return {**row._asdict(), "reasons": list(row.reasons)}


def text(found: Sequence[Row], namespace: str, style: Style, *, everything: bool) -> str:
    """Write what is not up, with the reasons, and what was restarted; with `everything` all."""
    shown = [row for row in found if everything or row.state != "up" or row.restarts]
    heads = columns([(row.state, f"{row.kind.lower()}/{row.name}", _summary(row)) for row in shown])
    colours = {"up": "green", "waiting": "yellow", "failed": "red"}
    lines = []
    for row, head in zip(shown, heads, strict=True):
        lines.append(style.paint(row.state, colours[row.state]) + head[len(row.state) :])
        lines += [f"    {reason}" for reason in row.reasons]
    up = sum(row.state == "up" for row in found)
    lines.append(f"{up} of {len(found)} objects in {namespace} are up")
    return "".join(f"{line}\n" for line in lines)


def _summary(row: Row) -> str:
    return f"{row.summary}, {row.restarts} restarts" if row.restarts else row.summary


VERB = Verb(
    "status",
    "say what of a stack is up in its cluster, and what is in the way of the rest",
    run,
    (STACK, *FLAGS, output("text", "json", what="how to write")),
    examples=("longshore status -s shop.dev", "longshore status -s shop.prod --context prod -o json"),
    wrong="something not up",
)
