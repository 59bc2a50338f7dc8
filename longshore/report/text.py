"""Findings for people, as ruff and zizmor made them loved: what, where, the lines themselves, what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.model import path_text
from longshore.report.address import page
from longshore.report.excerpt import excerpt
from longshore.report.findings import groups, words
from longshore.report.style import SEVERITY_COLOUR
from longshore.report.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.model import Finding
    from longshore.report.findings import Group, Place
    from longshore.report.masking import Source
    from longshore.report.style import Style

PLACES_SHOWN = 3
"""Of a finding in many places, so many others are named; JSON has all."""


def blocks(
    places: Iterable[Place],
    sources: Mapping[str, Source],
    style: Style,
    *,
    strict: bool = False,
    documentation: str = "",
) -> str:
    """Write findings as blocks with excerpts, an empty line after each; the same one in n places is shown once.

    documentation: where `docs/` is published.
    """
    found = groups(places, strict=strict)
    return "".join(
        f"{_block(group, sources, style)}{_page(group.places[0].finding, style, documentation)}\n\n" for group in found
    )


def _page(finding: Finding, style: Style, documentation: str) -> str:
    return f"{style.paint('page:', 'cyan', 'bold')} {page(finding.code, documentation)}"


def _block(group: Group, sources: Mapping[str, Source], style: Style) -> str:
    finding, span = group.places[0]
    lines = [*_headline(finding, style)]
    where = str(span) if span else path_text(finding.path)
    indent = len(str(span.line)) if span else 1
    if where:
        lines.append(f"{' ' * indent}{style.paint('-->', 'blue')} {words(where)}")
    source = sources.get(span.file) if span else None
    if span and source:
        label = words(path_text(finding.path))
        lines += excerpt(source, span, label, style, SEVERITY_COLOUR[finding.severity])
    elif sources and finding.span and finding.path:
        # A file that is only mounted is not shown: nobody knows what in it is a secret.
        lines.append(f"{' ' * indent} {style.paint('=', 'blue')} from {words(path_text(finding.path))}")
    for role, place in finding.related:
        lines.append(f"{' ' * indent} {style.paint('=', 'blue')} {words(f'{role} {place}')}")
    if len(group.places) > 1:
        lines.append(_others(group, indent, style))
    if finding.help:
        lines += _paragraph("help: ", words(finding.help), style, "cyan")
    return "\n".join(lines) + "\n"


def _headline(finding: Finding, style: Style) -> list[str]:
    colour = SEVERITY_COLOUR[finding.severity]
    lead = f"{finding.severity.value}[{finding.code}]: "
    first, *rest = wrapped(lead, words(finding.message), style.width)
    head = style.paint(lead.rstrip(": "), colour, "bold") + style.paint(first[len(lead.rstrip(": ")) :], "bold")
    return [head, *(style.paint(line, "bold") for line in rest)]


def _paragraph(lead: str, text: str, style: Style, colour: str) -> list[str]:
    lines = wrapped(lead, text, style.width)
    return [style.paint(lead.rstrip(), colour, "bold") + lines[0][len(lead.rstrip()) :], *lines[1:]]


def _others(group: Group, indent: int, style: Style) -> str:
    """Name the other places: by their lines, or, where an anchor brought one line to all of them, by their paths."""
    first, *others = group.places
    lines = dict.fromkeys(f"{place.span.file}:{place.span.line}" for place in others if place.span)
    shared = first.span is not None and all(place.span == first.span for place in others)
    named = [path_text(place.finding.path[:2]) for place in others] if shared else list(lines)
    shown = [name for name in named if name][:PLACES_SHOWN]
    count = len(others)
    line = f"{' ' * indent} {style.paint('=', 'blue')} and {count} more place{'' if count == 1 else 's'}"
    more = ", …" if len(named) > len(shown) else ""
    return f"{line}: {words(', '.join(shown))}{more}" if shown else line


def concise(places: Iterable[Place]) -> str:
    """Write findings one a line, every place, for editors and grep: `file:line:column: error[code] path: message`."""
    return "".join(f"{_concise(place)}\n" for place in places)


def _concise(place: Place) -> str:
    finding, span = place
    where = f"{span}: " if span else ""
    path = path_text(finding.path)
    what = f"{path}: {finding.message}" if path else finding.message
    return words(f"{where}{finding.severity.value}[{finding.code}] {what}")
