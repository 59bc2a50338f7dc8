"""Config text as the operator's template: what Go's text/template makes of it is what compose would have written."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from longshore.compose.references import CLOSE, OPEN, reference
from longshore.convert.secrets.files import template

ACTION = re.compile(r'\{\{ (?:\.(?P<key>[A-Z_]+)|"(?P<text>\{+)") \}\}')


def executed(text: str, values: dict[str, str]) -> str:
    """Go's lexer in short: the first `{{` from the left opens an action, which must be one that we write."""
    done = ""
    while (opening := text.find("{{")) >= 0:
        match = ACTION.match(text, opening)
        assert match, text
        done += text[:opening] + (values[match["key"]] if match["key"] else match["text"])
        text = text[match.end() :]
    return done + text


PIECES = st.one_of(
    st.sampled_from(["{", "{{", "{{{", "}", "}}", "{{ .A }}", "{{-", "{{/*", '"', "\\", "\n", "$", '{{ "', "`"]).map(
        lambda x: (False, x)
    ),
    st.text(st.characters(exclude_characters=OPEN + CLOSE), max_size=5).map(lambda x: (False, x)),
    st.sampled_from(["A", "B_C"]).map(lambda x: (True, x)),
)


@given(st.lists(PIECES, max_size=12), st.text(max_size=5), st.text(max_size=5))
def test_the_operator_writes_what_compose_would(pieces, one, other):
    values = {"A": one, "B_C": other}
    text = "".join(reference(x) if is_name else x for is_name, x in pieces)
    assert executed(template(text), values) == "".join(values[x] if is_name else x for is_name, x in pieces)
