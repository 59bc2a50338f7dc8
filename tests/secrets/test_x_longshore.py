"""A secret at every place of `x-longshore` and as every name in it, in files that are right and in broken ones."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from longshore.convert.options import Extension
from tests.secrets.test_positions import BREAKS, broken, made_up, shown

if TYPE_CHECKING:
    from pathlib import Path

FORMS: dict[str, Any] = {
    "allow": ["CANARY"],
    "allow, as a text": "CANARY",
    "allow, as a mapping": {"CANARY": "x"},
    "backoffLimit": "CANARY",
    "plain, the reason": {"NOTE": "CANARY"},
    "plain, a secret's reason": {"DB_PASSWORD": "CANARY"},
    "plain, the name": {"CANARY": "x"},
    "plain, a list": ["DB_PASSWORD=CANARY"],
    "plain, below the name": {"DB_PASSWORD": {"a": "CANARY"}},
    "plain, the name of a mapping": {"CANARY": {"a": "x"}},
    "secret, the reason": {"DB_PASSWORD": "CANARY"},
    "secret, the name": {"CANARY": "x"},
    "secret, a list": ["DB_PASSWORD=CANARY"],
    "nodes": "CANARY",
    "workload": "CANARY",
    "workload, a list": ["CANARY"],
    "db_password": "CANARY",
    "note": "CANARY",
    "note, below it": {"dbPassword": "CANARY"},
    "CANARY": "x",
}
"""What is called how: the first word is the key, the rest says which form of it."""

VERBS = (("check", "-v"), ("check", "--output", "json"), ("check", "--output", "github", "-v"),
         ("check", "-o", "sarif", "-v"), ("check", "-o", "junit", "-v"),
         ("check", "-o", "gitlab", "-v"), ("report",), ("report", "-o", "markdown"), ("config",),
         ("render", "--fail-on", "never"), ("explain", "deployment/web"))  # fmt: skip


def filled(value: Any, canary: str) -> Any:
    if isinstance(value, dict):
        return {key.replace("CANARY", canary): filled(each, canary) for key, each in value.items()}
    return [filled(each, canary) for each in value] if isinstance(value, list) else value.replace("CANARY", canary)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["service", "top"])
def test_no_place_shows_a_secret(tmp_path: Path, form: str, where: str):
    chance = random.Random(form)  # noqa: S311  canaries, the same each time
    named = "password" in form.lower() or "DB_PASSWORD" in str(FORMS[form]) or "dbPassword" in str(FORMS[form])
    for canary in (f"ghp_{made_up(chance, 36)}", *([made_up(chance, 15)] if named else [])):
        key = filled(form.partition(",")[0], canary)
        web: dict[str, Any] = {
            "image": "registry.example.com/web:1.0",
            "environment": {"NOTE": "a", "DB_PASSWORD": "b"},
        }
        model: dict[str, Any] = {"services": {"web": web}}
        (web if where == "service" else model)["x-longshore"] = {key: filled(FORMS[form], canary)}
        text = yaml.safe_dump(model, sort_keys=False, width=1000)
        for words in VERBS:
            assert canary not in shown(tmp_path, text, *words), words
        for how in BREAKS:
            assert canary not in shown(tmp_path, broken(text, canary, how), "check", "-v"), how


def test_every_key_is_tried():
    assert set(map(to_camel, Extension._fields)) <= {form.partition(",")[0] for form in FORMS}
