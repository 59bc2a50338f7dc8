"""Capacity as a chart: what each service asks for, end to end, beside what the nodes offer with one of them lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.kubernetes.quantity import cpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.report.page.model import Capacity

WIDTH = 900
_LEFT, _RIGHT = 78, 20
_MOST_PARTS = 12
_GIB = 1 << 30
_NARROWEST_NAMED = 64
_LETTER = 7


class Part(NamedTuple):
    """One part of a bar: kind is `asked`, `others` or `surge`; label: its name where there is room."""

    x: float
    width: float
    kind: str
    name: str
    label: str
    amount: str


class Bar(NamedTuple):
    """One resource. offered: where what is left with one node lost ends; all: where that of all nodes does."""

    name: str
    y: int
    parts: tuple[Part, ...]
    offered: float
    all: float
    asked_text: str
    offered_text: str
    all_text: str


def bars(capacity: Capacity) -> tuple[Bar, ...]:
    """The bars of memory and of the processors; none where nothing is known of what is offered."""
    if not capacity.nodes:
        return ()
    memory = [(load.service, load.memory) for load in capacity.loads]
    cores = [(load.service, load.cpu) for load in capacity.loads]
    surge = capacity.surge
    of_memory = _bar("memory", 34, memory, (surge, capacity.surge_memory), capacity.memory_offered, capacity.memory_all)
    of_cpu = _bar("cpu", 104, cores, (surge, capacity.surge_cpu), capacity.cpu_offered, capacity.cpu_all)
    return of_memory, of_cpu


def amount(resource: str, count: int) -> str:
    """Write an amount for people: `28.2Gi`, `1250m`."""
    return f"{count / _GIB:.1f}Gi" if resource == "memory" else cpu(count)


def _bar(name: str, y: int, loads: Sequence[tuple[str, int]], surge: tuple[str, int], offered: int, whole: int) -> Bar:
    asked = sum(each for _, each in loads) + surge[1]
    scale = (WIDTH - _LEFT - _RIGHT) / max(asked, whole, 1)
    ordered = sorted(loads, key=lambda load: -load[1])
    shown, rest = ordered[:_MOST_PARTS], ordered[_MOST_PARTS:]
    pieces = [(service, each, "asked") for service, each in shown]
    if rest:
        pieces.append((f"{len(rest)} others", sum(each for _, each in rest), "others"))
    if surge[1]:
        pieces.append((f"one more of {surge[0]}", surge[1], "surge"))
    parts: list[Part] = []
    x = float(_LEFT)
    for service, each, kind in pieces:
        width = each * scale
        room = int(width / _LETTER)
        label = service if len(service) <= room else (f"{service[: room - 1]}…" if width > _NARROWEST_NAMED else "")
        parts.append(Part(round(x, 1), round(width, 1), kind, service, label, amount(name, each)))
        x += width
    return Bar(
        name,
        y,
        tuple(parts),
        round(_LEFT + offered * scale, 1),
        round(_LEFT + whole * scale, 1),
        amount(name, asked),
        amount(name, offered),
        amount(name, whole),
    )
