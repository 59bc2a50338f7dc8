"""What we find wrong with a model is what jsonschema-rs refuses, on models of real files with something changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.compose.mismatch import mismatches
from longshore.compose.schema import schema_text
from longshore.convert.view import leaves


def conforms(model: Any) -> bool:
    return not mismatches(model, schema_text())


ORACLE = jsonschema_rs.Draft202012Validator(schema_text(), validate_formats=False)
DEFINITIONS = json.loads(schema_text())["$defs"]
NAMES = sorted({name for definition in DEFINITIONS.values() for name in definition.get("properties", {})})
ESTATE = Path(__file__).parents[2] / "examples" / "marketplace" / "compose.yaml"
BASE = yaml.safe_load(ESTATE.read_text("utf-8"))
EVERYTHING = {
    "services": {
        "a": dict.fromkeys(DEFINITIONS["container_spec"]["properties"]),
        "b": {"image": "x", "deploy": {}},
    },
    "volumes": {"v": None},
    "networks": {"n": {"ipam": {"config": [{"subnet": "10.0.0.0/8"}]}}},
    "configs": {"c": {"file": "f"}},
    "secrets": {"s": {"environment": "E"}},
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2000, 2000)
    | st.sampled_from([0.5, 1.0, -3.0, 1e20])
    | st.sampled_from(["", "a", "80:80", "always", "1", "bind", "x-a", "a\n", "service_healthy", "tcp", "no", "${A}"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES, "x-own", "a", "a\n", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from([BASE, EVERYTHING]),
    st.lists(st.tuples(st.randoms(use_true_random=False), VALUES), min_size=1, max_size=3),
)
@settings(max_examples=400, deadline=None)
def test_both_say_the_same_of_changed_models(base: dict[str, Any], changes: list[Any]) -> None:
    model = copy.deepcopy(base)
    for random, value in changes:
        path = random.choice(leaves(model))
        depth = random.randrange(1, len(path) + 1) if path else 0
        place: Any = model
        for step in path[: depth - 1]:
            place = place[step]
        if isinstance(place, dict) and random.random() < 0.5:
            place[random.choice([*NAMES, "x-own", "unknown"])] = value
        elif depth:
            place[path[depth - 1]] = value
    assert conforms(model) == ORACLE.is_valid(model)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
@settings(max_examples=400, deadline=None)
def test_both_say_the_same_of_any_service(service: dict[str, Any]) -> None:
    model = {"services": {"web": service}}
    assert conforms(model) == ORACLE.is_valid(model)


@pytest.mark.parametrize("name", NAMES)
@given(value=VALUES)
@settings(max_examples=15, deadline=None)
def test_both_say_the_same_of_one_attribute(name: str, value: Any) -> None:
    model = {"services": {"web": {"image": "x", name: value}}}
    assert conforms(model) == ORACLE.is_valid(model)


@pytest.mark.parametrize(
    "value", [None, [], "a", 1, {"services": []}, {"services": {"a b": {}}}, {"services": {"a\n": {}}}, {}]
)
def test_both_say_the_same_of_what_is_no_model(value: Any) -> None:
    assert conforms(value) == ORACLE.is_valid(value)
