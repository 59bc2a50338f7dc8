"""`longshore size`: limits and requests from what was used on the machine, with the reason for each number."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.cost_input import prices_of
from longshore.cli.cost_text import CURRENCY, money
from longshore.cli.findings_output import show
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import FILES, INVENTORY, STACK, output, read, unusable_code
from longshore.convert.capacity import loads_in
from longshore.convert.estate import Estate
from longshore.convert.estate.sizes import recommended, unseen
from longshore.convert.kubernetes.quantity import cpu, mebibytes, memory
from longshore.convert.nodes import choices
from longshore.disk import Disk
from longshore.errors import Refused
from longshore.inventory.collector.program import seconds
from longshore.inventory.reading import UnreadableError, read_observed
from longshore.prices.table import HOURS, Prices
from longshore.report.json_document import json_document
from longshore.report.table import columns
from longshore.stack.editing import with_settings
from longshore.stack.reading import FOLDER, project_root, read_stack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.convert.estate.sizes import Recommended
    from longshore.convert.nodes import Choice
    from longshore.prices.table import Price

SERVICES: Final = "longshore:services"
_SHOWN: Final = 3
_SAID_ONCE: Final = 3
"""So many services with which the same is wrong share one line."""


def run(given: Given, shell: Shell) -> int:
    """Recommend, and write what is sure into the stack file where that is asked for."""
    if given.on("--write") and not given.text("--stack"):
        raise Refused("`--write` needs a stack file to write to", "name it: `-s shop.dev`")
    name = given.operands[0] if given.operands else given.text("--inventory")
    if not name:
        raise Refused("say which inventory: `longshore size vm.json`", "`longshore inventory` takes one")
    cycle = seconds(given.text("--cycle"))
    if not cycle:
        raise Refused("`--cycle` is no duration", "such as `--cycle 7d`; units are s, m, h and d")
    reading = read(given._replace(operands=(), values={**given.values, "--inventory": (name,)}), shell)
    if reading.project is None or reading.conversion is None:
        show(reading, given, shell, shell.err)
        return unusable_code(reading.findings, given)
    try:
        observed = read_observed(Disk(shell.stdin), shell.path(name), name, reading.project, cycle)
    except UnreadableError as error:
        raise Refused(f"{error.finding.span}: {error.finding.message}", error.finding.help) from None
    estate = Estate(reading.project, reading.options._replace(observed=observed))
    found = recommended(estate)
    nodes = _priced(choices(loads_in(reading.conversion.manifests)), given, shell)
    if given.text("--output") == "json":
        document = {
            "version": 1,
            "services": [_plain(one) for one in found],
            "unseen": list(unseen(estate)),
            "nodes": [_node(one) for one in nodes],
        }
        shell.out.write(json_document(document))
    else:
        shell.show(text(found, unseen(estate), reasons=not given.on("--quiet")))
        shell.show(nodes_text(nodes[:_SHOWN], found))
    if given.on("--write"):
        _write(found, given.text("--stack"), shell, quiet=given.on("--quiet"))
    return 1 if any(one.warnings for one in found) else 0


def _plain(one: Recommended) -> dict[str, object]:
    return {
        "service": one.service,
        "memory": memory(one.memory),
        "cpu": cpu(one.cpu) if one.cpu else None,
        "limit": memory(one.limit) if one.limit else None,
        "peak": one.peak,
        "sure": one.sure,
        "reasons": list(one.reasons),
        "warnings": list(one.warnings),
    }


def text(found: Sequence[Recommended], unknown: Sequence[str], *, reasons: bool) -> str:
    """Write a line for each service, with what is wrong, and with the reasons for its numbers below."""
    head = ("service", "used", "limit now", "memory", "cpu", "")
    rows = [head, *(_row(one) for one in found)]
    lines = columns(rows)
    shown = [lines[0]]
    times = Counter(warning for one in found for warning in one.warnings)
    common = {warning: count for warning, count in times.items() if count >= _SAID_ONCE}
    for one, line in zip(found, lines[1:], strict=True):
        shown.append(line)
        shown += [f"    ! {warning}" for warning in one.warnings if warning not in common]
        shown += [f"      {reason}" for reason in one.reasons] if reasons else []
    shown += [f"{count} of them: {warning}" for warning, count in common.items()]
    if unknown:
        shown.append(f"no sample of: {', '.join(unknown)}")
    return "".join(f"{line.rstrip()}\n" for line in shown)


class Priced(NamedTuple):
    """Nodes that carry an estate. price: of one of them, an hour; None where the table has none."""

    choice: Choice
    price: Price | None

    @property
    def monthly(self) -> Decimal | None:
        """What all of them cost in a month."""
        return self.choice.nodes * HOURS * self.price.amount if self.price else None


def _priced(found: Sequence[Choice], given: Given, shell: Shell) -> list[Priced]:
    """Put the price to each choice; what costs least first, and last what has no price."""
    stack = given.text("--stack")
    prices = prices_of(read_stack(stack, shell.directory)) if stack else Prices("")
    priced = [Priced(one, prices.find(f"ec2.{one.type.name}")) for one in found]
    return sorted(priced, key=lambda one: (one.monthly is None, one.monthly or 0))


def _node(one: Priced) -> dict[str, object]:
    memory_used, cpu_used = one.choice.used
    return {
        "type": one.choice.type.name,
        "nodes": one.choice.nodes,
        "memoryPercent": memory_used,
        "cpuPercent": cpu_used,
        "monthly": f"{one.monthly:.2f}" if one.monthly is not None else None,
        "priceOf": one.price.region if one.price else None,
    }


def nodes_text(nodes: Sequence[Priced], found: Sequence[Recommended]) -> str:
    """Write which nodes would carry what the manifests ask for, what they cost, and what of them was really used."""
    if not nodes:
        return ""
    rows = [
        (
            f"{each.choice.nodes} x {each.choice.type.name}",
            f"{money(each.monthly)} {CURRENCY} a month" if each.monthly is not None else "no price known",
            f"{each.choice.used[0]} % of memory asked for",
            f"{each.choice.used[1]} % of processors",
        )
        for each in nodes
    ]
    used = sum(one.peak for one in found)
    lines = ["", "nodes that carry what is asked for, one of them lost and one rollout under way:", *columns(rows)]
    first = nodes[0].choice
    offered = first.nodes * first.type.offered[0]
    lines.append(f"what was used on the machine at most, {mebibytes(used)}, is {100 * used // offered} % of the first")
    if price := nodes[0].price:
        whose = "as the stack file says" if price.own else f"list price of {price.region}, on demand, read {price.date}"
        lines.append(f"{whose}; the cluster, disks, load balancers and traffic beside them: `longshore cost`")
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row(one: Recommended) -> tuple[str, ...]:
    limit = memory(one.limit) if one.limit else "none"
    sure = "" if one.sure else "not sure"
    return (
        one.service,
        mebibytes(one.peak) if one.peak else "-",
        limit,
        memory(one.memory),
        cpu(one.cpu) if one.cpu else "?",
        sure,
    )


def _write(found: Sequence[Recommended], stack: str, shell: Shell, *, quiet: bool) -> None:
    """Put what is sure into the stack file; of the rest is said that it was not."""
    settings: dict[tuple[str, ...], str] = {}
    for one in sorted(found, key=lambda one: one.service):
        if one.sure:
            settings["config", SERVICES, one.service, "memory"] = memory(one.memory)
            if one.cpu:
                settings["config", SERVICES, one.service, "cpu"] = cpu(one.cpu)
    name = f"{FOLDER}/Pulumi.{stack}.yaml"
    path = Path(os.path.realpath(Path(project_root(shell.directory), name)))
    before = path.read_text("utf-8")
    after = with_settings(before, settings, name)
    left = [one.service for one in found if not one.sure]
    if after != before:
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(after, "utf-8")
        fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    if not quiet:
        shell.name("wrote" if after != before else "nothing to change in", [name])
    if left:
        shell.tell("note", f"not written, since it is not sure: {', '.join(left)}")


VERB = Verb(
    "size",
    "recommend limits and requests from what was used",
    run,
    (
        FILES[0],
        STACK,
        *FILES[1:],
        INVENTORY,
        Flag("--cycle", "time in which everything happens once", value="TIME", default="24h"),
        Flag("--write", "put what is sure into the stack file"),
        output("text", "json", what="how to write"),
    ),
    "[INVENTORY]",
    most=1,
    examples=(
        "longshore size vm.json                        for the compose file in this folder",
        "longshore size vm.json -s shop.dev --write",
        "longshore size vm.json --cycle 7d -o json",
    ),
    wrong="a service that was killed, that grows, whose settings contradict its limit, or with too few samples",
)
