"""The layout of the picture: nothing lies on anything else, lanes hold what is theirs, and it ends, for any graph."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.report.page.layout import Box, Measures, layout

MEASURES = Measures(box=150, between=8, aisle=46, head=24, lanes=10)
NAMES = st.integers(0, 30).map("s{}".format)
GRAPHS = st.tuples(
    st.lists(st.tuples(NAMES, st.sampled_from("abc"), st.integers(20, 80)), unique_by=lambda each: each[0]),
    st.lists(st.tuples(NAMES, NAMES), max_size=90),
)


@settings(max_examples=80, deadline=None)
@given(GRAPHS)
def test_boxes_stand_apart_and_inside_their_lanes(graph):
    boxes, edges = [Box(*each) for each in graph[0]], graph[1]
    found = layout(boxes, edges, MEASURES)
    placed = {box.name: box for box in found.boxes}
    lanes = {lane.name: lane for lane in found.lanes}
    assert placed.keys() == {box.name for box in boxes}
    for box in boxes:
        at, lane = placed[box.name], lanes[box.lane]
        assert 0 <= at.x <= found.width - MEASURES.box
        assert lane.y + MEASURES.head <= at.y
        assert at.y + box.height <= lane.y + lane.height <= found.height
        for other in boxes:
            if other.name < box.name:
                beside = placed[other.name]
                apart = abs(beside.x - at.x) >= MEASURES.box
                above = at.y + box.height <= beside.y or beside.y + other.height <= at.y
                assert apart or above, (box, other)
    assert layout(boxes, edges, MEASURES) == found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda pair: pair[0] < pair[1]), max_size=60))
def test_without_a_circle_every_line_leads_to_the_right(pairs):
    names = sorted({each for pair in pairs for each in pair})
    found = layout([Box(str(name), "lane", 26) for name in names], [(str(a), str(b)) for a, b in pairs], MEASURES)
    column = {box.name: box.column for box in found.boxes}
    assert all(column[str(one)] < column[str(other)] for one, other in pairs)


def test_a_circle_and_a_long_chain_end():
    circle = layout([Box(name, "", 26) for name in "abc"], ["ab", "bc", "ca"], MEASURES)
    assert len({box.column for box in circle.boxes}) == 3
    names = [f"s{number}" for number in range(3000)]
    chain = layout([Box(name, "", 26) for name in names], list(pairwise(names)), MEASURES)
    assert max(box.column for box in chain.boxes) == 2999
