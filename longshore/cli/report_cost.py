"""What a report says of money: the estimate of `longshore cost`, for the stack that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.cost_input import estimated, others_on
from longshore.cli.cost_text import CURRENCY, money
from longshore.cli.plan import rehearse_stack
from longshore.cli.project_input import stack_named
from longshore.errors import Refused
from longshore.prices.table import cents
from longshore.report.page.model import Cost, CostLine

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cost.estimate import Line


def cost_of(given: Given, shell: Shell) -> Cost:
    """Estimate the stack by its plan.

    Raises:
        Refused: no stack is named, or it cannot be planned.
    """
    name = stack_named(given, shell)
    rehearsal = rehearse_stack(name, shell, given.text("--inventory"))
    if rehearsal.failure or rehearsal.bug:
        raise Refused(f"stack {name} cannot be planned", f"`longshore plan -s {name}` says why")
    found = estimated(name, rehearsal.nodes, shell, others_on(name, shell))
    return Cost(
        money(found.total),
        CURRENCY,
        found.region,
        tuple(map(_line, found.lines)),
        tuple((money(one.monthly) if one.monthly else "", one.change, one.why) for one in found.cheaper),
        found.not_counted,
    )


def _line(line: Line) -> CostLine:
    quantity = f"{cents(line.quantity).normalize():,f} {line.price.unit}"
    sources = tuple(source.removeprefix("secret ") for source in line.sources)  # else the name is taken for a value
    return CostLine(line.what, quantity, money(line.monthly), sources, line.at)
