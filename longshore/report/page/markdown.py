"""The page as Markdown, with the estate as a Mermaid graph, which GitHub and GitLab draw.

Sources: https://github.github.com/gfm/ and https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.regex import Regex
from longshore.report.page.chart import amount
from longshore.report.page.picture import MOST_SERVICES, lane_of
from longshore.report.table import markdown as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from longshore.report.page.model import Note, Page

_SPECIAL: Final = Regex(r"[\\`*_\[\]<>#~|&@$]|:(?=[A-Za-z/+-])|(?<=www)\.")
"""With what Markdown, HTML in it, mentions, links of GitHub's own making, pictures for words and formulas begin."""

_MOST_EDGES: Final = 450
"""Mermaid draws 500 edges at most."""

_SERVICE: Final = ("service", "workload", "replicas", "memory", "processor", "probes", "networks", "findings")


def markdown(page: Page) -> str:
    """Write the page; a text of the estate is never markup."""
    return "\n".join(_lines(page)) + "\n"


def escaped(text: str) -> str:
    """Write a text so that Markdown shows it as it is: what could mean more is an entity, which never does."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)


def _lines(page: Page) -> Iterator[str]:
    yield f"# {escaped(page.title)}"
    yield ""
    yield f"The estate as it would run on Kubernetes, read from {escaped(page.subject)}."
    yield ""
    yield ", ".join(f"{escaped(what)}: {escaped(how)}" for what, how in page.facts)
    yield ""
    found = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in _severities(page))
    yield f"{len(page.services)} services, {sum(page.counts.values())} objects, {found}."
    if 0 < len(page.services) <= MOST_SERVICES and len(page.edges) <= _MOST_EDGES:
        yield from ("", "```mermaid", *mermaid(page), "```")
    yield from _tables(page)
    yield from _capacity(page)
    yield from _cost(page)
    yield from _findings(page.notes)
    waivers = ((each.service, each.what, each.reason, each.where) for each in page.waivers)
    yield from _section("Waivers", ("service", "what", "reason", "where"), waivers)
    yield from _changes(page)


def _tables(page: Page) -> Iterator[str]:
    yield from _section("Services", _SERVICE, (
        (
            service.name,
            service.workload,
            service.replicas,
            f"{service.container.memory_request or 'none'} / {service.container.memory_limit or 'no limit'}",
            f"{service.container.cpu_request or 'none'} / {service.container.cpu_limit or 'no limit'}",
            ", ".join(probe.kind for probe in service.probes) or "none",
            ", ".join(service.networks),
            str(len(service.notes)),
        )
        for service in page.services
    ))  # fmt: skip
    yield from _section("Left out", ("service", "why"), ((each.name, each.why) for each in page.absent))
    yield from _section("Ports", ("port", "service", "on the Docker host", "from outside", "dialled by"), (
        (
            f"{port.number}/{port.protocol}",
            service.name,
            ", ".join(port.published),
            ", ".join(port.outside) or "closed",
            ", ".join(port.callers),
        )
        for service in page.services
        for port in service.ports
    ))  # fmt: skip
    yield from _section("Volumes", ("volume", "mounted by", "becomes", "size", "access"), (
        (
            volume.name,
            ", ".join(f"{mount.service} at {mount.path}" for mount in volume.mounts),
            volume.object,
            volume.size,
            volume.mode,
        )
        for volume in page.volumes
    ))  # fmt: skip
    yield from _section(f"Secrets in {page.store}", ("remote secret", "key", "value comes from", "read by"), (
        (secret.remote, secret.key, secret.source, ", ".join(f"{use.service}: {use.place}" for use in secret.uses))
        for secret in page.secrets
    ))  # fmt: skip


def _severities(page: Page) -> Iterator[tuple[str, int]]:
    yield from (({"info": "note"}.get(name, name), count) for name, count in page.severities.items())


def _section(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    cells = [[escaped(cell) for cell in row] for row in rows]
    if cells:
        yield from ("", f"## {escaped(name)}", "", *table(head, cells))


def mermaid(page: Page) -> Iterator[str]:
    """The services by network, and what each depends on, dotted where it only waits; ids are numbers."""
    ids = {service.name: f"s{number}" for number, service in enumerate(page.services)}
    lanes: dict[str, list[str]] = {}
    for service in page.services:
        lanes.setdefault(lane_of(service), []).append(service.name)
    yield "flowchart LR"
    for number, (lane, names) in enumerate(lanes.items()):
        yield f'  subgraph n{number}["{_quoted(lane)}"]'
        yield from (f'    {ids[name]}["{_quoted(name)}"]' for name in names)
        yield "  end"
    for edge in page.edges:
        if edge.caller in ids and edge.callee in ids:
            arrow = "-->" if edge.ports or not edge.waits else "-.->"
            yield f"  {ids[edge.caller]} {arrow} {ids[edge.callee]}"
    outside = [(exposure.address, service.name) for service in page.services for exposure in service.exposures]
    for number, (address, name) in enumerate(outside):
        yield f'  o{number}(["{_quoted(address)}"]) ==> {ids[name]}'


def _quoted(text: str) -> str:
    """A text inside the quotes of Mermaid, which knows characters by their numbers: `#35;`."""
    return "".join(each if each.isalnum() or each in " -_./" else f"#{ord(each)};" for each in text)


def _capacity(page: Page) -> Iterator[str]:
    capacity = page.capacity
    if not capacity.nodes:
        return
    kind = f" of {escaped(capacity.type)}" if capacity.type else ""
    yield from ("", f"## Capacity with one of {capacity.nodes} nodes{kind} lost", "")
    rows = (
        ("asked for", amount("memory", capacity.memory_asked), amount("cpu", capacity.cpu_asked)),
        ("offered", amount("memory", capacity.memory_offered), amount("cpu", capacity.cpu_offered)),
    )
    yield from table(("", "memory", "processor"), rows)
    yield ""
    yield escaped(f"It does not fit: {'; '.join(capacity.misfits)}") if capacity.misfits else "It fits."


def _cost(page: Page) -> Iterator[str]:
    if page.cost is None:
        return
    cost = page.cost
    rows = [(line.what, line.quantity, line.monthly, ", ".join(line.sources)) for line in cost.lines]
    yield from _section(
        f"What a month costs: {cost.total} {cost.currency}", ("what", "quantity", "a month", "from"), rows
    )
    yield ""
    yield from (f"- {escaped(f'{less} less: {change}, {why}')}" for less, change, why in cost.cheaper)
    yield escaped(f"Not counted: {'; '.join(cost.not_counted)}")


def _findings(notes: Sequence[Note]) -> Iterator[str]:
    if notes:
        yield from ("", "## Findings")
    for note in notes:
        yield ""
        where = f"{note.where} and {len(note.others)} more" if note.others else note.where
        yield f"**{escaped(note.severity)}** {escaped(note.message)} ({escaped(where)}; {escaped(note.code)})"
        if note.excerpt.lines:
            # Indented by four, a line is code whatever is in it.
            yield from ("", *(f"    {line}" for line in note.excerpt.lines))
        if note.help:
            yield from ("", f"help: {escaped(note.help)}")


def _changes(page: Page) -> Iterator[str]:
    if page.changes is None:
        return
    changes = page.changes
    yield from ("", f"## What changed against {escaped(changes.against)}", "")
    yield f"{len(changes.objects)} to change, {changes.unchanged} unchanged."
    settings = list(changes.settings)
    if settings:
        yield ""
        yield from table(("stack", "setting", "before", "after"), [[escaped(cell) for cell in row] for row in settings])
    for change in changes.objects:
        notes = f" ({', '.join(change.notes)})" if change.notes else ""
        yield from ("", f"**{escaped(change.operation)}** {escaped(change.object + notes)}")
        if change.fields:
            rows = [[escaped(cell) for cell in field] for field in change.fields]
            yield from ("", *table(("field", "before", "after", "from"), rows))
