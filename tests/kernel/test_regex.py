"""Patterns that share what they begin with match what they matched one after the other."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from longshore.regex import alternatives

_LETTERS = st.text("ab1_.", min_size=1, max_size=4).map(re.escape)
_PATTERNS = st.one_of(_LETTERS, st.builds("{}{}".format, _LETTERS, st.sampled_from(("a?", "b+", "[ab]", "(?![a-z])"))))


@given(st.lists(_PATTERNS, min_size=1, max_size=9), st.text("ab1_.", max_size=12))
@example(["ab", "abb", "abb"], "abb")
@example(["a", "ab"], "ab")
@example(["ab?", "a", "1+a"], "b11a")
def test_it_is_the_same(patterns, text):
    plain, factored = re.compile("|".join(patterns)), re.compile(alternatives(patterns))
    assert [found.span() for found in factored.finditer(text)] == [found.span() for found in plain.finditer(text)]


def test_what_several_begin_with_is_looked_at_once():
    assert alternatives(["pass", "pwd", "token", "pw(?![a-z])", "tok?"]) == "p(?:ass|w(?:d|(?![a-z])))|t(?:o(?:ken|k?))"
