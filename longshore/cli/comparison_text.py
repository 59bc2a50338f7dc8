"""A comparison of two plans in words: for a terminal, for one comment of a pull request, for programs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from longshore.cli.cost_text import CURRENCY, cost_change
from longshore.model import field_text
from longshore.rehearsal.comparison import Operation
from longshore.rehearsal.plan import UNKNOWN, kind
from longshore.rehearsal.replacement import is_known
from longshore.report.json_document import json_document
from longshore.report.style import PLAIN
from longshore.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cli.comparison import Comparison
    from longshore.rehearsal.comparison import Change, FieldChange
    from longshore.report.style import Style

_SIGNS = {
    Operation.CREATE: ("+", "green"),
    Operation.UPDATE: ("~", "yellow"),
    Operation.REPLACE: ("±", "red"),
    Operation.DELETE: ("-", "red"),
}
_LONGEST = 48


def comparison_text(found: Comparison, style: Style) -> str:
    """Write what changes, resource by resource and field by field."""
    lines = [style.paint(f"stack {found.stack}, against {found.against}", "bold"), ""]
    if found.settings:
        rows = [
            (each.stack, each.setting, f"{value_text(each.before)} → {value_text(each.after)}")
            for each in found.settings
        ]
        lines += ["settings that differ", *(f"  {row}" for row in columns(rows)), ""]
    for change in found.changes:
        lines += [*_change(change, found, style), ""]
    return "\n".join([*lines, *_summary(found, style), *cost_change(*found.monthly)]) + "\n"


def _change(change: Change, found: Comparison, style: Style) -> Iterator[str]:
    sign, colour = _SIGNS[change.operation]
    causes = found.causes[change.node.urn]
    head = style.paint(f"{sign} {change.operation.value:<7} {kind(change.node.type)} {change.node.name}", colour)
    yield "  ".join(filter(None, [head, *(style.paint(note, "red") for note in warnings(change)), *remarks(change)]))
    if () in causes:
        yield f"    {style.paint(f'from {causes[()]}', 'faint')}"
    rows = [
        (field_text(field.field), _both(field), _from(field, causes.get(field.field, ""))) for field in change.fields
    ]
    yield from (f"    {row}" for row in columns(rows))


def warnings(change: Change) -> Iterator[str]:
    """What of a change should make somebody stop."""
    if change.loses_data:
        yield "its data is lost"
    if change.node.protected and change.operation in {Operation.REPLACE, Operation.DELETE}:
        yield "protected: the engine refuses"


def remarks(change: Change) -> Iterator[str]:
    """What else there is to say of a change."""
    if change.because:
        yield f"with {change.because}"
    if change.rolls:
        yield "new pods"
    if change.operation is Operation.UPDATE and not is_known(change.node.type):
        yield "or made anew: only its provider knows"


def _both(field: FieldChange) -> str:
    return f"{value_text(field.before)} → {value_text(field.after)}"


def _from(field: FieldChange, cause: str) -> str:
    return ", ".join(filter(None, ["makes it anew" if field.anew else "", f"from {cause}" if cause else ""]))


def value_text(value: Any) -> str:
    """Write a value in one short line."""
    if value is None:
        return "(none)"
    if isinstance(value, str) and UNKNOWN in value:
        return "(known after the deployment)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n").replace(UNKNOWN, "…")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _summary(found: Comparison, style: Style) -> list[str]:
    counts = Counter(change.operation for change in found.changes)
    parts = [f"{counts[each]} to {each.value}" for each in Operation if counts[each]]
    rolling = sum(change.rolls for change in found.changes)
    lines = [", ".join([*(parts or ["nothing to change"]), f"{found.unchanged} unchanged"])]
    if rolling:
        lines.append(f"new pods: {rolling} workload{'' if rolling == 1 else 's'}")
    losing = [change.node.name for change in found.changes if change.loses_data]
    if losing:
        lines.append(style.paint(f"data is lost: {', '.join(losing)}", "red"))
    return lines


def comparison_markdown(found: Comparison) -> str:
    """Write it for a comment: the first line is a mark by which the comment is found again, to be kept up to date."""
    first, *more = _summary(found, PLAIN)
    lines = [f"<!-- longshore plan {found.stack} -->", f"### `{found.stack}`: {first}", ""]
    lines += [f"**{line}**  " for line in more]
    cost = cost_change(*found.monthly)
    lines += [*cost[:1], "", "```", *cost[1:], "```"] if cost else []
    if found.changes:
        lines += ["", "<details><summary>each resource</summary>", "", "```diff"]
        lines += comparison_text(found, PLAIN).rstrip().splitlines()
        lines += ["```", "", "</details>"]
    return "\n".join(lines) + "\n"


def comparison_json(found: Comparison) -> str:
    """Write it as one JSON document."""
    counts = Counter(change.operation for change in found.changes)
    before, after = found.monthly
    document = {
        "version": 1,
        "stack": found.stack,
        "against": found.against,
        "settings": [each._asdict() for each in found.settings],
        "changes": [_plain(change, found) for change in found.changes],
        "counts": {**{each.value: counts[each] for each in Operation}, "unchanged": found.unchanged},
        "losesData": found.loses_data,
        "monthly": {
            "before": f"{before.total:.2f}" if before else None,
            "after": f"{after.total:.2f}",
            "currency": CURRENCY,
        },
    }
    return json_document(document)


def _plain(change: Change, found: Comparison) -> dict[str, Any]:
    causes = found.causes[change.node.urn]
    return {
        "operation": change.operation.value,
        "urn": change.node.urn,
        "type": change.node.type,
        "name": change.node.name,
        "protected": change.node.protected,
        "losesData": change.loses_data,
        "newPods": change.rolls,
        "with": change.because,
        "from": causes.get((), ""),
        "fields": [
            {
                "field": field_text(field.field),
                "before": field.before,
                "after": field.after,
                "replaces": field.anew,
                "from": causes.get(field.field, ""),
            }
            for field in change.fields
        ],
    }
