"""Secret variables in shell text: the shell must see the same words as if compose had put the value there."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.compose.references import reference
from longshore.convert.secrets.shell import command_line, script

PLAIN = st.text("ab1-_/:.", min_size=1, max_size=6)
ANY = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)


def words(text, value):
    done = subprocess.run(
        ["/bin/sh", "-c", text], env={"PW": value, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\0")


def same(name):
    return name


@pytest.mark.parametrize(
    "template",
    [
        "printf '%s\\0' a {} b",
        "printf '%s\\0' -p{}",
        "printf '%s\\0' 'x {} y'",
        "printf '%s\\0' \"x {} y\"",
        "printf '%s\\0' \"a'{}'b\"",
        "printf '%s\\0' 'a\"{}\"b'",
        "printf '%s\\0' a\\'{}\\'b",
        "sh -c \"printf '%s\\0' '{}'\" && printf '%s\\0' {}{}",
    ],
)
@settings(max_examples=5, deadline=None)
@given(value=PLAIN)
def test_a_script_means_the_same_as_with_the_value_in_it(template, value):
    text = script(template.replace("{}", reference("PW")), same)
    assert words(text, value) == words(template.replace("{}", value), value)
    assert value not in text or value in template


@settings(max_examples=40, deadline=None)
@given(
    arguments=st.lists(st.lists(st.one_of(ANY, st.just(reference("PW"))), min_size=1, max_size=3), max_size=4),
    value=ANY,
)
def test_a_command_line_gives_back_its_arguments(arguments, value):
    joined = ["".join(parts) for parts in arguments]
    text = command_line(["printf", "%s\\0", *joined], same)
    expected = [word.replace(reference("PW"), value) for word in joined]
    assert words(text, value) == ([*expected, ""] if expected else [""] * 2)


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("value", ["a b", "$HOME", "`id`", "x;y", "* ?", "'", '"', "\\", "a  b"])
def test_a_value_is_never_read_as_shell(quote, value):
    text = script(f"printf '%s\\0' {quote}{reference('PW')}{quote}", same)
    assert words(text, value) == [value, ""]
