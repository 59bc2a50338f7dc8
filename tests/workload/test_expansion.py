"""What Kubernetes makes of `env`, `command` and `args`: text comes through unchanged, references are expanded."""

from types import MappingProxyType

from hypothesis import example, given
from hypothesis import strategies as st

from longshore.compose.references import reference
from longshore.convert.secrets.binding import escape, expand


def kubernetes(text, values):
    """Expand as the kubelet does: `$$` is `$`, `$(NAME)` a known value; what is not closed or known stays."""
    written, index = "", 0
    while index < len(text):
        if text[index] != "$" or index + 1 == len(text):
            written, index = written + text[index], index + 1
        elif text[index + 1] == "$":
            written, index = written + "$", index + 2
        elif text[index + 1] == "(" and ")" in text[index:]:
            end = text.index(")", index)
            name = text[index + 2 : end]
            written, index = written + values.get(name, f"$({name})"), end + 1
        else:
            written, index = written + text[index : index + 2], index + 2
    return written


class Service:
    model = MappingProxyType({"environment": {}})

    def memo(self, compute):
        return compute(self)


TEXT = st.text("$(){}A b", max_size=12)


@given(TEXT)
@example("$$")
@example("$$$(A)")
@example("echo $$(date) $(A) $")
def test_text_comes_through_unchanged(text):
    assert kubernetes(escape(text), {"A": "expanded"}) == text


@given(TEXT, TEXT)
@example("$", "")
@example("cost: $$", "(A)")
def test_a_reference_is_expanded_wherever_it_stands(before, after):
    text = f"{before}{reference('A')}{after}"
    assert kubernetes(expand(Service(), text), {"A": "value"}) == f"{before}value{after}"


def test_what_needs_no_escape_is_left_alone():
    assert escape("sh -c 'echo $HOME ${X} 5$'") == "sh -c 'echo $HOME ${X} 5$'"
