"""Values without quotes are text whatever they begin with, and variables in them are replaced wherever they stand."""

from __future__ import annotations

import string

import pytest

from tests.compose.memory import read

INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
"""With these nothing plain begins, or not before everything (https://yaml.org/spec/1.2.2/#rule-ns-plain-first)."""

FIRST = sorted(set(string.printable) - set(string.whitespace) - set(INDICATORS) - {"$"})
SHAPES = {
    "a value of a mapping": "environment:\n      KEY: {}",
    "an entry of a list": "environment:\n    - KEY={}",
    "a value of a merged mapping": "environment:\n      <<: {{KEY: x}}\n      KEY: {}",
    "a value beside an anchor": "environment:\n      KEY: &a {}",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("first", FIRST)
def test_a_variable_is_replaced_behind_any_character(first: str, shape: str) -> None:
    for rest in ("${PORT}", "-x:${PORT}/y", "ull$PORT"):
        body = SHAPES[shape].format(first + rest)
        loaded = read(f"services:\n  web:\n    image: web:1\n    {body}\n", environment={"PORT": "8080"})
        assert loaded.project is not None, loaded.findings
        given = loaded.project.model["services"]["web"]["environment"]
        expected = (first + rest).replace("${PORT}", "8080").replace("$PORT", "8080")
        assert given == {"KEY": expected}, "quoted or not, it is the same text"
