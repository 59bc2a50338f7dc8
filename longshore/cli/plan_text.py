"""A plan as a tree: components, what is below them, what comes after what, what is protected, and how much of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from longshore.rehearsal.plan import UNKNOWN, kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.rehearsal.plan import Node
    from longshore.report.style import Style

SHOWN = 4
"""Names in an `after`; more are counted."""
TELLING = ("cidrBlock", "availabilityZone", "principalArn", "policyArn", "addonVersion", "chart", "version")
"""Inputs that tell a resource from its like; shown beside its name."""


class _Graph(NamedTuple):
    """nodes: by URN. below: URN → children. near: URN → what it waits for directly, components for all their parts."""

    nodes: Mapping[str, Node]
    below: Mapping[str, Sequence[Node]]
    near: Mapping[str, Sequence[str]]


def plan_text(stack: str, nodes: Sequence[Node], style: Style) -> str:
    """Write the plan of a stack."""
    graph = _graph(nodes)
    lines = [style.paint(f"stack {stack}", "bold"), ""]
    for top in graph.below.get("", ()):
        lines += [*_tree(top, 0, graph, style)]
        if graph.below.get(top.urn):
            lines.append("")
    lines += ["", *_totals(nodes)]
    return "\n".join(line for index, line in enumerate(lines) if line or lines[index - 1]) + "\n"


def _tree(node: Node, depth: int, graph: _Graph, style: Style) -> Iterator[str]:
    title = f"{kind(node.type)} {node.name}"
    notes = []
    if node.protected and not _inherits(node, graph):
        notes.append(style.paint("protected", "yellow"))
    if node.expected and not _expected_parent(node, graph):
        notes.append(style.paint("made by the component", "faint"))
    if node.read:
        notes.append(style.paint("there already", "faint"))
    after = graph.near[node.urn]
    if after:
        notes.append(style.paint(f"after {_names(after, graph)}", "faint"))
    name = style.paint(title, "bold") if not node.custom and not node.expected else title
    yield "  ".join([f"{'  ' * depth}{name}", *_details(node), *([", ".join(notes)] if notes else [])])
    for child in graph.below.get(node.urn, ()):
        yield from _tree(child, depth + 1, graph, style)


def _details(node: Node) -> Iterator[str]:
    for key in TELLING:
        value = node.inputs.get(key)
        if isinstance(value, str) and value != UNKNOWN:
            yield value


def _inherits(node: Node, graph: _Graph) -> bool:
    parent = graph.nodes.get(node.parent)
    return bool(parent and parent.protected)


def _expected_parent(node: Node, graph: _Graph) -> bool:
    parent = graph.nodes.get(node.parent)
    return bool(parent and parent.expected)


def _names(urns: Sequence[str], graph: _Graph) -> str:
    found = [f"{kind(graph.nodes[urn].type)} {graph.nodes[urn].name}" for urn in urns]
    more = len(found) - SHOWN
    return ", ".join(found) if more <= 0 else f"{', '.join(found[:SHOWN])} and {more} more"


def _graph(nodes: Sequence[Node]) -> _Graph:
    by_urn = {node.urn: node for node in nodes}
    below: dict[str, list[Node]] = {}
    for node in nodes:
        below.setdefault(node.parent, []).append(node)
    needs = {node.urn: _collapsed(node, by_urn, below) for node in nodes}
    for top in below.get("", ()):
        _hoist(top.urn, needs, below)
    depths = _depths(nodes)
    for siblings in below.values():
        _sort(siblings, below, depths)
    return _Graph(by_urn, below, {urn: _direct(found, needs) for urn, found in needs.items()})


def _depths(nodes: Sequence[Node]) -> dict[str, int]:
    """URN → how many resources, one after the other, lie before it. Nodes come after what they need, as registered."""
    depths: dict[str, int] = {}
    for node in nodes:
        earlier = (*node.needs, node.provider) if node.provider else node.needs
        depths[node.urn] = 1 + max((depths.get(urn, 0) for urn in earlier), default=0)
    return depths


def _sort(siblings: list[Node], below: Mapping[str, Sequence[Node]], depths: Mapping[str, int]) -> None:
    """Put siblings of a kind together, kinds in the order in which the first of them can be made.

    The order of registration won't do: it is that of an event loop.
    """

    def last(node: Node) -> int:
        return max([depths[node.urn], *(last(child) for child in below.get(node.urn, ()))])

    rank: dict[str, int] = {}
    for node in siblings:
        depth = depths[node.urn] if node.custom else last(node)
        rank[node.type] = min(rank.get(node.type, depth), depth)
    siblings.sort(key=lambda node: (rank[node.type], node.type, node.name))


def _collapsed(node: Node, nodes: Mapping[str, Node], below: Mapping[str, Sequence[Node]]) -> set[str]:
    """What a node waits for, where it waits for all parts of a component, the component instead of the parts."""
    needs = {urn for urn in node.needs if urn in nodes}
    for parent in {nodes[urn].parent for urn in needs} - {"", node.parent}:
        parts = {child.urn for child in below[parent] if child.custom}
        if parts <= needs:
            needs = (needs - parts) | {parent}
    return needs


def _hoist(component: str, needs: dict[str, set[str]], below: Mapping[str, Sequence[Node]]) -> None:
    """Say once, at the component, what every part of it waits for."""
    parts = [child.urn for child in below.get(component, ()) if child.custom]
    if len(parts) > 1:
        common = set.intersection(*(needs[part] for part in parts))
        needs[component] |= common
        for part in parts:
            needs[part] -= common


def _direct(found: set[str], needs: Mapping[str, set[str]]) -> list[str]:
    """Leave out what another one of them waits for anyway."""
    further: set[str] = set()
    waiting = [earlier for urn in found for earlier in needs.get(urn, ())]
    while waiting:
        urn = waiting.pop()
        if urn not in further:
            further.add(urn)
            waiting.extend(needs.get(urn, ()))
    return sorted(found - further)


def _totals(nodes: Sequence[Node]) -> Iterator[str]:
    real = [node for node in nodes if node.is_counted]
    components = sum(1 for node in nodes if not node.custom and not node.expected)
    protected = sum(1 for node in real if node.protected)
    counted = Counter(kind(node.type) for node in real)
    parts = ", ".join(
        f"{count} {name}" for name, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    yield f"{len(real)} resources in {components} components, {protected} protected"
    if parts:
        yield f"  {parts}"
