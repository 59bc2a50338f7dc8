"""The estate as a picture: services in lanes by network, lines to what they depend on, and what crosses the border.

Only places and sizes are worked out here, in pixels; the template draws them, so that it alone writes markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.report.page.layout import Box, Measures, layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.report.page.layout import Layout, Placed
    from longshore.report.page.model import Edge, Page, Service

MOST_SERVICES = 150
"""Services beyond which nobody finds anything in a picture."""

_MEASURES = Measures(box=166, between=8, aisle=46, head=24, lanes=10)
_ROW, _LINE = 26, 14
_LETTERS, _SMALL_LETTERS = 22, 23
"""How many letters of a name, and of what stands below it, a box is wide."""

_MARGIN, _PADDING = 12, 14
_SIDE = 178
"""Width of what lies outside the border, on either side."""

_SIDE_LETTERS = 28
_STORE_ROW = 17
_MOST_STORED = 60


class Node(NamedTuple):
    """The box of a service. lines: its volumes; keys: how many keys of secrets it reads; mark: its worst finding."""

    service: Service
    x: int
    y: int
    width: int
    height: int
    label: str
    lines: tuple[str, ...]
    keys: int
    mark: str


class Line(NamedTuple):
    """A line from one box to another. kind: `call`, `wait`, `enters` or `secret`; ends: the ids of both boxes."""

    path: str
    kind: str
    ends: tuple[str, str]


class Label(NamedTuple):
    """A text at a place, with the box around it; id: what lines know it by; whole: the text where it is cut off."""

    text: str
    x: int
    y: int
    width: int
    height: int
    id: str
    whole: str


class Picture(NamedTuple):
    """All of it. border: the box of the cluster. outside: addresses that lead in. store: remote secrets by name."""

    width: int
    height: int
    border: tuple[int, int, int, int]
    lanes: tuple[Label, ...]
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    outside: tuple[Label, ...]
    store: tuple[Label, ...]
    store_left_out: int


def picture(page: Page) -> Picture | None:
    """Draw the services of a page; None where there are none, or too many to be looked at."""
    if not 0 < len(page.services) <= MOST_SERVICES:
        return None
    boxes = [Box(service.name, lane_of(service), _ROW + _LINE * len(service.volumes)) for service in page.services]
    placed = layout(boxes, [(edge.caller, edge.callee) for edge in page.edges], _MEASURES)
    left, top = _MARGIN + _SIDE, _MARGIN + _PADDING
    nodes = _nodes(page, placed, left + 2 * _PADDING, top)
    width = placed.width + 4 * _PADDING
    store = _store(page, left + width + 3 * _PADDING)
    height = max(placed.height + 2 * _PADDING, _STORE_ROW * len(store) + 3 * _PADDING)
    lanes = tuple(
        Label(lane.name, left + _PADDING, top + lane.y, width - 2 * _PADDING, lane.height, "", lane.name)
        for lane in placed.lanes
    )
    outside = _outside(page, {node.service.name: node for node in nodes.values()})
    lines = (*_edges(page.edges, nodes), *_entering(outside, nodes, page), *_reading(page, store, nodes))
    whole = left + width + 3 * _PADDING + _SIDE + _MARGIN
    return Picture(
        whole,
        height + 2 * _MARGIN,
        (left, _MARGIN, width, height),
        lanes,
        tuple(nodes.values()),
        lines,
        tuple(label for label, _ in outside),
        store,
        max(len({secret.remote for secret in page.secrets}) - len(store), 0),
    )


def lane_of(service: Service) -> str:
    """The networks of a service, as its lane is called."""
    return " + ".join(service.networks) or "no network"


def cut(text: str, letters: int) -> str:
    """Shorten a text to what a box has room for."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def cut_inside(text: str, letters: int) -> str:
    """The same for names, many of which begin alike: what is left out stood in the middle."""
    kept = letters - 1
    return text if len(text) <= letters else f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def _nodes(page: Page, placed: Layout, left: int, top: int) -> dict[str, Node]:
    at = {box.name: box for box in placed.boxes}
    sizes = {volume.name: volume.size for volume in page.volumes}
    return {service.name: _node(service, at[service.name], left, top, sizes) for service in page.services}


def _node(service: Service, box: Placed, left: int, top: int, sizes: dict[str, str]) -> Node:
    lines = tuple(cut(f"{name} {sizes.get(name, '')}".strip(), _SMALL_LETTERS) for name in service.volumes)
    mark = next((severity for severity in ("error", "warning") if service.count(severity)), "")
    height = _ROW + _LINE * len(lines)
    keys = len(service.secrets)
    room = _LETTERS - (5 if keys else 0) - (2 if mark else 0)
    return Node(
        service, left + box.x, top + box.y, _MEASURES.box, height, cut_inside(service.name, room), lines, keys, mark
    )


def _store(page: Page, x: int) -> tuple[Label, ...]:
    names = list(dict.fromkeys(secret.remote for secret in page.secrets))[:_MOST_STORED]
    top = _MARGIN + 2 * _PADDING
    return tuple(
        Label(cut(name, _SIDE_LETTERS), x, top + number * _STORE_ROW, _SIDE, _STORE_ROW, f"store:{number}", name)
        for number, name in enumerate(names)
    )


def _outside(page: Page, nodes: dict[str, Node]) -> list[tuple[Label, Service]]:
    """Each address that leads in, at the height of its service."""
    found: list[tuple[Label, Service]] = []
    taken = 0
    services = sorted(page.services, key=lambda service: nodes[service.name].y)
    for service in services:
        for exposure in service.exposures:
            y = max(nodes[service.name].y, taken)
            taken = y + _ROW + _MEASURES.between
            text = cut((exposure.address.partition("://")[2] or exposure.address).removesuffix("/"), _SIDE_LETTERS - 7)
            whole = f"{exposure.address}: {exposure.who}"
            found.append((Label(text, _MARGIN, y, _SIDE - 2 * _PADDING, _ROW, f"outside:{len(found)}", whole), service))
    return found


def _edges(edges: Sequence[Edge], nodes: dict[str, Node]) -> list[Line]:
    return [
        Line(
            _curve(nodes[edge.caller], nodes[edge.callee]),
            "call" if edge.ports or not edge.waits else "wait",
            (nodes[edge.caller].service.id, nodes[edge.callee].service.id),
        )
        for edge in edges
        if edge.caller in nodes and edge.callee in nodes
    ]


def _curve(start: Node, end: Node) -> str:
    """From the right of one box to the left of another; around the right of both where that is no way forward."""
    y, to = start.y + _ROW // 2, end.y + _ROW // 2
    x = start.x + start.width
    if end.x > x:
        bend = max((end.x - x) // 2, 24)
        return f"M{x},{y}C{x + bend},{y} {end.x - bend},{to} {end.x},{to}"
    right = end.x + end.width
    bend = max(x, right) + 36
    lift = _ROW if y == to else 0
    return f"M{x},{y}C{bend},{y + lift} {bend},{to + lift} {right},{to}"


def _entering(outside: list[tuple[Label, Service]], nodes: dict[str, Node], page: Page) -> list[Line]:
    known = {service.name for service in page.services}
    lines = []
    for label, service in outside:
        if service.name in known:
            node = nodes[service.name]
            x, y, to = label.x + label.width, label.y + label.height // 2, node.y + _ROW // 2
            path = f"M{x},{y}C{x + 40},{y} {node.x - 40},{to} {node.x},{to}"
            lines.append(Line(path, "enters", (label.id, service.id)))
    return lines


def _reading(page: Page, store: Sequence[Label], nodes: dict[str, Node]) -> list[Line]:
    """From each remote secret to the services that read it; drawn only while one of both is looked at."""
    at = {label.whole: label for label in store}
    pairs = dict.fromkeys((secret.remote, use.service) for secret in page.secrets for use in secret.uses)
    lines = []
    for remote, name in pairs:
        if remote in at and name in nodes:
            label, node = at[remote], nodes[name]
            x, y, right, to = label.x - 4, label.y + _STORE_ROW // 2, node.x + node.width, node.y + _ROW // 2
            path = f"M{x},{y}C{x - 60},{y} {right + 60},{to} {right},{to}"
            lines.append(Line(path, "secret", (label.id, node.service.id)))
    return lines
