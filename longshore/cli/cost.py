"""`longshore cost -s STACK`: what a stack costs in a month by list prices, and what would cost less."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from longshore.cli.cost_input import estimated, others_on
from longshore.cli.cost_text import cost_json, cost_markdown, cost_text
from longshore.cli.flags import Verb
from longshore.cli.plan import rehearse_stack, unplanned
from longshore.cli.project_input import INVENTORY, STACK, output, stack_named

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell


def run(given: Given, shell: Shell) -> int:
    """Plan the stack, and write what it costs."""
    name = stack_named(given, shell)
    with shell.busy(f"running the program of stack {name}", quiet=given.on("--quiet")), ThreadPoolExecutor() as aside:
        running = aside.submit(rehearse_stack, name, shell, given.text("--inventory"))
        others = others_on(name, shell)
        rehearsal = running.result()
    if code := unplanned(name, rehearsal, shell):
        return code
    found = estimated(name, rehearsal.nodes, shell, others)
    if given.text("--output") == "json":
        shell.out.write(cost_json(found))
    elif given.text("--output") == "markdown":
        shell.out.write(cost_markdown(found))
    else:
        shell.show(cost_text(found, shell.style(given.text("--color"), shell.out)))
    return 0


VERB = Verb(
    "cost",
    "say what a stack costs in a month, and what would cost less",
    run,
    (STACK, INVENTORY, output("text", "json", "markdown", what="of the estimate")),
    examples=(
        "longshore cost -s platform.dev",
        "longshore cost -s shop.dev -o json",
    ),
)
