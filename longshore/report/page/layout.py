"""Where the boxes of a graph stand: in columns by who depends on whom, in lanes by what they have in common.

A layered layout after Sugiyama, Tagawa and Toda (1981): cycles are opened, each box stands one column behind the last
one that depends on it, and the boxes of a column stand in the order of the middle of their neighbours, so that few
lines cross.
Lanes are what is ours: a box stays inside the lane of its group in every column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_IN_A_STACK = 8
"""Boxes on top of each other in one column of a lane; more stand beside them."""

_SWEEPS = 4


class Box(NamedTuple):
    """One box to place. lane: what it has in common with others. height: in pixels."""

    name: str
    lane: str
    height: int


class Placed(NamedTuple):
    """A box where it stands; the corner at its top left. column: from 0, for lines to leave and arrive by."""

    name: str
    x: int
    y: int
    column: int


class Lane(NamedTuple):
    """One lane, across all columns."""

    name: str
    y: int
    height: int


class Layout(NamedTuple):
    """All of it, from (0, 0)."""

    boxes: tuple[Placed, ...]
    lanes: tuple[Lane, ...]
    width: int
    height: int


class Measures(NamedTuple):
    """Pixels: of a box, between boxes, between columns, of the head of a lane, between lanes."""

    box: int
    between: int
    aisle: int
    head: int
    lanes: int


def layout(boxes: Sequence[Box], edges: Iterable[tuple[str, str]], measures: Measures) -> Layout:
    """Place boxes; edges are (who depends, on whom). Boxes, then edges, in the same order give the same picture."""
    known = {box.name for box in boxes}
    pairs = [(one, other) for one, other in edges if one != other and one in known and other in known]
    ranks = _ranks([box.name for box in boxes], pairs)
    lanes = _lanes(boxes, ranks)
    cells: dict[tuple[str, int], list[Box]] = {}
    for box in boxes:
        cells.setdefault((box.lane, ranks[box.name]), []).append(box)
    _order(cells, lanes, pairs)
    return _placed(cells, lanes, measures)


def _ranks(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The column of each box: one behind the last that depends on it, where edges that close a circle do not count."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for one, other in pairs:
        after[one].append(other)
    order = _topological(names, after)
    position = {name: number for number, name in enumerate(order)}
    ranks = dict.fromkeys(names, 0)
    for name in order:
        for other in after[name]:
            if position[other] > position[name]:
                ranks[other] = max(ranks[other], ranks[name] + 1)
    called = {other for _, other in pairs}
    for name in order:
        if after[name] and name not in called:  # beside what it depends on: a short line is easier to follow
            ranks[name] = max(min(ranks[other] for other in after[name]) - 1, 0)
    return ranks


def _topological(names: Sequence[str], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Each name before those after it, as far as there is no circle; depth first, without recursion."""
    called = {other for others in after.values() for other in others}
    finished: list[str] = []
    seen: set[str] = set()
    for start in sorted(names, key=lambda name: name in called):
        waiting = [(start, iter(after[start]))] if start not in seen else []
        seen.add(start)
        while waiting:
            name, others = waiting[-1]
            following = next((other for other in others if other not in seen), None)
            if following is None:
                finished.append(name)
                waiting.pop()
            else:
                seen.add(following)
                waiting.append((following, iter(after[following])))
    return finished[::-1]


def _lanes(boxes: Sequence[Box], ranks: Mapping[str, int]) -> list[str]:
    """The lanes, those whose boxes stand further to the left first."""
    found: dict[str, list[int]] = {}
    for box in boxes:
        found.setdefault(box.lane, []).append(ranks[box.name])
    return sorted(found, key=lambda lane: (sum(found[lane]) / len(found[lane]), lane))


def _order(cells: dict[tuple[str, int], list[Box]], lanes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    """Order the boxes of each cell by the middle of their neighbours, from the left and from the right in turn."""
    near: dict[str, list[str]] = {}
    for one, other in pairs:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    columns = sorted({column for _, column in cells})
    heights: dict[str, float] = {}

    def stand(column: int) -> None:
        stack = [box for lane in lanes for box in cells.get((lane, column), ())]
        heights.update({box.name: (number + 0.5) / len(stack) for number, box in enumerate(stack)})

    for column in columns:
        stand(column)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            for lane in lanes:
                cells.get((lane, column), []).sort(key=lambda box: (_middle(box.name, near, heights), box.name))
            stand(column)


def _middle(name: str, near: Mapping[str, Sequence[str]], heights: Mapping[str, float]) -> float:
    others = near.get(name)
    return sum(heights[other] for other in others) / len(others) if others else heights[name]


def _placed(cells: Mapping[tuple[str, int], list[Box]], lanes: Sequence[str], measures: Measures) -> Layout:
    stacks: dict[tuple[str, int], list[list[Box]]] = {}
    for place, boxes in cells.items():
        beside = -(-len(boxes) // MOST_IN_A_STACK)
        tall = -(-len(boxes) // beside)
        stacks[place] = [boxes[start : start + tall] for start in range(0, len(boxes), tall)]
    lefts, right = _columns(stacks, measures)
    placed: list[Placed] = []
    drawn: list[Lane] = []
    top = 0
    for lane in lanes:
        own = {column: stack for (name, column), stack in stacks.items() if name == lane}
        tallest = max(_height(stack, measures) for beside in own.values() for stack in beside)
        for column, in_column in own.items():
            for number, stack in enumerate(in_column):
                x = lefts[column] + number * (measures.box + measures.between)
                y = top + measures.head + (tallest - _height(stack, measures)) // 2
                for box in stack:
                    placed.append(Placed(box.name, x, y, column))
                    y += box.height + measures.between
        height = measures.head + tallest + measures.between
        drawn.append(Lane(lane, top, height))
        top += height + measures.lanes
    return Layout(tuple(placed), tuple(drawn), right, max(top - measures.lanes, 0))


def _columns(stacks: Mapping[tuple[str, int], list[list[Box]]], measures: Measures) -> tuple[dict[int, int], int]:
    """(column → its left edge, the right edge of the last)."""
    lefts: dict[int, int] = {}
    right = 0
    for column in sorted({column for _, column in stacks}):
        beside = max(len(stack) for (_, at), stack in stacks.items() if at == column)
        lefts[column] = right + (measures.aisle if lefts else 0)
        right = lefts[column] + beside * measures.box + (beside - 1) * measures.between
    return lefts, right


def _height(stack: Sequence[Box], measures: Measures) -> int:
    return sum(box.height for box in stack) + measures.between * (len(stack) - 1)
