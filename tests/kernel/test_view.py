"""A view knows what was not read."""

from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.view import View, leaves

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)
containers = values.filter(lambda value: isinstance(value, (dict, list)) and bool(value))


def read_leaf(view, path):
    for key in path:
        view = view[key]


@given(containers)
def test_nothing_read_leaves_everything_unread(value):
    assert list(View(value).unread()) == list(leaves(value))


@given(containers)
def test_reading_every_leaf_leaves_nothing(value):
    view = View(value)
    for path in leaves(value):
        read_leaf(view, path)
    assert list(view.unread()) == []


@given(containers, st.data())
def test_reading_one_leaf_removes_just_that_one(value, data):
    every = list(leaves(value))
    chosen = data.draw(st.sampled_from(every))
    view = View(value)
    read_leaf(view, chosen)
    assert list(view.unread()) == [path for path in every if path != chosen]


def test_looking_without_reading_reads_nothing():
    view = View({"ports": [{"target": 80}], "name": "x"})
    assert "name" in view
    assert view.get("absent", 7) == 7
    assert list(view) == ["ports", "name"]
    assert view.get("ports") is not None
    assert list(view.unread()) == [("ports", 0, "target"), ("name",)]


def test_plain_reads_everything_at_once():
    value = {"a": [1, {"b": 2}]}
    view = View(value)
    assert view["a"].plain() == [1, {"b": 2}]
    assert list(view.unread()) == []
