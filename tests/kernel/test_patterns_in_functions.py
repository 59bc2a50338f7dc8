"""Regular expressions that a function makes when it is called are linear too: each is attacked, or has a reason here.

What `re.escape` puts into one is a literal, so that one word stands for all; what is put in otherwise is told.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from tests.kernel.test_patterns import _calling, modules, slow

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = {
    ("longshore.cli.init.answers", "schema['pattern']"): "of our own schema of stack files",
    (
        "longshore.compose.mismatch",
        "f'{pattern[:-1]}\\\\Z' if pattern.endswith('$') else pattern",
    ): "of the schema of compose, attacked below",
    ("longshore.convert.kubernetes.hostnames", "word"): "an escaped name, between the same looks around it",
    ("longshore.regex", "self.pattern"): "of the modules, attacked by test_patterns",
}
"""Patterns that are no text of the function itself."""

VALUES = {"match[1]": "NAME", "_PRINTABLE": "a-z"}
"""Put in without an escape: the name of a variable, which a pattern has matched; a constant of the module."""


def made() -> Iterator[tuple[str, str, ast.expr, ast.Call]]:
    """(module, how it is called, pattern, call) of every call of `re` in a function."""
    for module in [*modules(), importlib.import_module("longshore.regex")]:
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(function, (ast.FunctionDef, ast.Lambda)):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and call.args:
                        name = ast.unparse(call.func).removeprefix("re.")
                        if name != "escape":
                            yield module.__name__, name, call.args[0], call


def texts(module: str, pattern: ast.expr) -> list[str] | None:
    """The texts that a pattern may be; None where only its reason is known."""
    if isinstance(pattern, ast.Constant):
        return [str(pattern.value)]
    if isinstance(pattern, ast.Name):
        value = getattr(importlib.import_module(module), pattern.id, None)
        value = getattr(value, "pattern", value)
        return [value] if isinstance(value, str) else None
    if not isinstance(pattern, ast.JoinedStr):
        return None
    return ["".join(parts) for parts in itertools.product(*(_parts(part) for part in pattern.values))]


def _parts(part: ast.expr) -> list[str]:
    if isinstance(part, ast.Constant):
        return [str(part.value)]
    assert isinstance(part, ast.FormattedValue)
    inner = ast.unparse(part.value)
    if inner.startswith("re.escape("):
        return ["word"]
    if isinstance(part.value, ast.IfExp):
        return [str(ast.literal_eval(each)) for each in (part.value.body, part.value.orelse)]
    return [VALUES[inner]]


CALLS = list(made())


def test_each_is_a_text_or_told() -> None:
    assert len(CALLS) > 15
    untold = {
        (module, ast.unparse(pattern)) for module, _, pattern, _ in CALLS if texts(module, pattern) is None
    } - TOLD.keys()
    assert untold == set(), "attack it, or say why it is linear"


def test_the_patterns_of_the_schema_are_linear() -> None:
    schema = (resources.files("longshore.compose") / "compose-spec.json").read_text()
    found = set(re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema))
    assert found
    for text in found:
        compiled = re.compile(text.replace("\\\\", "\\"))
        assert slow(_calling(compiled, "finditer"), compiled) == []


@pytest.mark.parametrize(
    ("module", "how", "text"),
    sorted({(module, how, text) for module, how, pattern, _ in CALLS for text in texts(module, pattern) or ()}),
)
def test_each_is_linear(module: str, how: str, text: str) -> None:
    compiled = re.compile(text)
    assert slow(_calling(compiled, how if how in {"match", "fullmatch"} else "finditer"), compiled) == []
