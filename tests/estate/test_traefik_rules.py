"""Rules of Traefik's routers: taken apart into alternatives that hold exactly when the rule does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.estate.fronts.traefik_rules import LONGEST, MOST, Matcher, alternatives

NAMES = st.sampled_from(["A", "B", "C", "D"])
TREES = st.recursive(
    NAMES.map(lambda name: ("is", name)),
    lambda inner: st.one_of(st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["&&", "||"]), inner, inner)),
    max_leaves=5,
)


def written(tree):
    if tree[0] == "is":
        return f"{tree[1]}(`x`)"
    if tree[0] == "not":
        return f"!({written(tree[1])})"
    return f"({written(tree[1])} {tree[0]} {written(tree[2])})"


def holds(tree, true):
    if tree[0] == "is":
        return tree[1] in true
    if tree[0] == "not":
        return not holds(tree[1], true)
    return (all if tree[0] == "&&" else any)(holds(part, true) for part in tree[1:])


@given(TREES, st.sets(NAMES))
def test_alternatives_hold_when_the_rule_does(tree, true):
    read = alternatives(written(tree))
    assert read is not None
    assert holds(tree, true) == any(all((each.name in true) != each.negated for each in one) for one in read)


def test_or_binds_less_than_and():
    a, b, c = (Matcher(name, ("x",)) for name in ("Aa", "Bb", "Cc"))
    assert alternatives("Aa(`x`) || Bb(`x`) && Cc(`x`)") == [(a,), (b, c)]


@pytest.mark.parametrize(
    "rule",
    [
        "Host(`a`",
        "Host `a`",
        "&& Host(`a`)",
        "Host(`a`) Path(`/`)",
        "Host(`a`) | Path(`/`)",
        " && ".join(["(A(`x`) || B(`x`))"] * MOST),
        "(" * 500 + "Host(`a`)" + ")" * 500,
        f"Host(`{'a' * LONGEST}`)",
    ],
)
def test_what_cannot_be_read_is_not_guessed(rule):
    assert alternatives(rule) is None
