"""A monthly estimate in words: a block below a plan, a page, Markdown for a comment, JSON for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from longshore.prices.table import cents, dates
from longshore.report.json_document import json_document
from longshore.report.table import columns, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cost.estimate import Estimate, Line
    from longshore.report.style import Style

_SOURCES: Final = 3
"""Names beside a line; more are counted."""
_DEAREST: Final = 4
"""Lines in the block below a plan; the others are added up."""
CURRENCY: Final = "USD"


def money(amount: Decimal) -> str:
    """Write an amount: `1,234.50`."""
    return f"{amount:,.2f}"


def cost_block(found: Estimate) -> str:
    """Write the few lines that stand below a plan; nothing for a stack that nothing is known to be billed for."""
    if not found.lines:
        return ""
    head = f"a month costs about {money(found.total)} {CURRENCY}"
    shown = [(line.what, money(line.monthly)) for line in found.lines[:_DEAREST]]
    rest = found.lines[_DEAREST:]
    if rest:
        shown.append((f"{len(rest)} more", money(sum((line.monthly for line in rest), Decimal(0)))))
    rows = columns(shown, frozenset({1}), "  ")
    return "".join(
        f"{line}\n" for line in [head, *rows, f"  `longshore cost -s {found.stack}` says of each where it is from"]
    )


def cost_text(found: Estimate, style: Style) -> str:
    """Write the whole estimate."""
    place = f" at list prices of {found.region}" if found.region else ""
    lines = [style.paint(f"stack {found.stack}: a month in {CURRENCY}{place}", "bold")]
    if found.lines:
        rows = [*map(_row, found.lines), ("total", "", "", money(found.total), "")]
        rows += [(f"of it in the bill of {at}", "", "", money(found.elsewhere), "") for at in _elsewhere(found)]
        lines += ["", *columns(rows, frozenset({1, 2, 3}), "  ")]
    if notes := _notes(found):
        lines += ["", *(f"  {what}: {note}" for what, note in notes)]
    if found.cheaper:
        less = [(f"{money(one.monthly)} less" if one.monthly else "less", one.change, one.why) for one in found.cheaper]
        lines += ["", "cheaper:", *columns(less, frozenset({0}), "  ")]
    lines += ["", "not counted:", *(f"  {sentence}" for sentence in found.not_counted)]
    if found.lines:
        lines += ["", *_of_prices(found)]
    return "".join(f"{line}\n" for line in lines)


def _row(line: Line) -> tuple[str, str, str, str, str]:
    unit = line.price.unit.removesuffix("s") if line.quantity == 1 else line.price.unit
    quantity = f"{cents(line.quantity).normalize():,f} {unit}"
    return line.what, quantity, f"{line.price.amount.normalize():f}", money(line.monthly), _sources(line.sources)


def _sources(sources: Sequence[str]) -> str:
    """Names behind the word for what they are: `ec2.Eip dev-nat-a, dev-nat-b, Ingress gateway and 2 more`."""
    shown, last = [], ""
    for source in sources[:_SOURCES]:
        kind, _, name = source.rpartition(" ")
        shown.append(name if kind and kind == last else source)
        last = kind
    more = len(sources) - _SOURCES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _elsewhere(found: Estimate) -> list[str]:
    return list(dict.fromkeys(line.at for line in found.lines if line.at))


def _notes(found: Estimate) -> list[tuple[str, str]]:
    return [(line.what, "; ".join(line.notes)) for line in found.lines if line.notes]


def _of_prices(found: Estimate) -> Iterator[str]:
    first, last = dates()
    yield f"prices: read from {first} to {last}; `-o json` names the source and the day of each, and"
    yield "`longshore:cost.prices` of the stack file takes what you pay"
    if found.stand_ins:
        yield f"of another region, since none is known for {found.region}: {', '.join(found.stand_ins)}"


def cost_markdown(found: Estimate) -> str:
    """Write it for a comment: the first line is a mark by which the comment is found again, to be kept up to date."""
    lines = [
        f"<!-- longshore cost {found.stack} -->",
        f"### `{found.stack}`: {money(found.total)} {CURRENCY} a month",
        "",
    ]
    lines += markdown(("", "quantity", "price", "a month", "from"), [*map(_row, found.lines)])
    lines += [
        "",
        *(f"- {money(one.monthly) if one.monthly else '?'} less: `{one.change}`, {one.why}" for one in found.cheaper),
    ]
    lines += ["", f"Not counted: {'; '.join(found.not_counted)}."]
    return "\n".join(lines) + "\n"


def cost_document(found: Estimate) -> dict[str, Any]:
    """The estimate as plain data; amounts are text, so that no cent is lost."""
    return {
        "currency": CURRENCY,
        "region": found.region,
        "total": f"{found.total:.2f}",
        "inOtherBills": f"{found.elsewhere:.2f}",
        "lines": [_plain(line) for line in found.lines],
        "notCounted": list(found.not_counted),
        "standIns": list(found.stand_ins),
        "cheaper": [
            {"change": one.change, "monthly": f"{one.monthly:.2f}" if one.monthly else None, "why": one.why}
            for one in found.cheaper
        ],
    }


def cost_json(found: Estimate) -> str:
    """Write it as one JSON document."""
    return json_document({"version": 1, "stack": found.stack, **cost_document(found)})


def _plain(line: Line) -> dict[str, Any]:
    return {
        "what": line.what,
        "price": line.price_name,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.price.unit,
        "amount": str(line.price.amount),
        "monthly": f"{line.monthly:.2f}",
        "from": list(line.sources),
        "billOf": line.at,
        "notes": list(line.notes),
        "priceOf": line.price.region,
        "priceSource": line.price.source,
        "priceDate": line.price.date,
    }


def cost_change(before: Estimate | None, after: Estimate) -> list[str]:
    """Say what a change does to the estimate: one line, and one for each thing that differs; nothing if none does."""
    was = {(line.what, line.at): line.monthly for line in before.lines} if before else {}
    now = {(line.what, line.at): line.monthly for line in after.lines}
    nothing = Decimal(0)
    differing = [key for key in {**was, **now} if was.get(key, nothing) != now.get(key, nothing)]
    if not differing:
        return []
    earlier = before.total if before else nothing
    rows = [(key[0], f"{money(was.get(key, nothing))} → {money(now.get(key, nothing))}") for key in differing]
    head = f"a month: {money(earlier)} → {money(after.total)} {CURRENCY} ({_signed(after.total - earlier)})"
    return [head, *columns(rows, frozenset({1}), "  ")]


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount >= 0 else '-'}{money(abs(amount))}"
