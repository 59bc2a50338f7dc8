"""The JSON Schemas that editors read: of a stack file, and of a compose file with `x-longshore`.

`python -m tools.documents` writes them into `schemas/`, which the wheel has and `longshore init` copies, and into
docs/. What a key means is written once, in the docstring below the field that reads it.
"""

from __future__ import annotations

import ast
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.alias_generators import to_camel

from longshore.compose.schema import schema_text
from longshore.convert import options
from longshore.convert.extension import EXTENSION
from longshore.convert.options import Extension
from longshore.decoding.json_schema import DIALECT, schema_of
from longshore.stack.bootstrap_settings import BOOTSTRAP, BootstrapSettings
from longshore.stack.reading import BOOTSTRAP as BOOTSTRAP_KEY
from longshore.stack.settings import STACK, Settings
from longshore.stack.validation import NAMESPACE, TOP_LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import TypeAdapter

FOLDER = Path(__file__).with_name("schemas")
STACK_FILE: Final = "stack.schema.json"
COMPOSE_FILE: Final = "compose.schema.json"
FILES: Final = (STACK_FILE, COMPOSE_FILE)


def schemas() -> dict[str, str]:
    """Give the text of every schema by the name of its file."""
    made = {STACK_FILE: _stack(), COMPOSE_FILE: _compose()}
    return {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in made.items()}


def _stack() -> dict[str, Any]:
    """Our settings below `config`, Pulumi's own beside them; those of a bootstrap stack where it is one."""
    usual, definitions = _settings(STACK, Settings.__name__)
    of_bootstrap, more = _settings(BOOTSTRAP, BootstrapSettings.__name__)
    return {
        "$schema": DIALECT,
        "title": "A stack file of Longshore",
        "type": "object",
        "properties": {
            **{key: {} for key in sorted(TOP_LEVEL)},
            "config": {"if": {"required": [BOOTSTRAP_KEY]}, "then": of_bootstrap, "else": usual},
        },
        "additionalProperties": False,
        "required": ["config"],
        "$defs": {**more, **definitions},
    }


def _settings(adapter: TypeAdapter[Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of one class below `config`, and what they refer to."""
    ours = _with_meanings(schema_of(adapter), name)
    definitions = ours.pop("$defs")
    config = {
        **ours,
        "type": "object",
        "properties": {f"{NAMESPACE}{key}": wanted for key, wanted in ours["properties"].items()},
        "patternProperties": {"^pulumi:": {}},
        "required": [f"{NAMESPACE}{key}" for key in ours["required"]],
    }
    return config, definitions


def _compose() -> dict[str, Any]:
    """The schema of the Compose Specification, in which a service has our extension."""
    schema: dict[str, Any] = json.loads(schema_text())
    del schema["$id"]
    schema["$defs"]["service"]["properties"]["x-longshore"] = _with_meanings(schema_of(EXTENSION), Extension.__name__)
    return schema


def _with_meanings(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Say of every key what it means. name: of the class that `schema` is of; its sections are called as theirs."""
    files = [*Path(__file__).parent.glob("*settings.py"), Path(options.__file__)]
    meanings = {key: found for file in files for key, found in _meanings(file)}
    for title, section in {**schema.get("$defs", {}), name: schema}.items():
        for key, wanted in section["properties"].items():
            section["properties"][key] = {"description": meanings[title, key], **wanted}
    return schema


def _meanings(file: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """((class, key), the docstring below its field) of a file; Python itself does not keep it."""
    classes = (each for each in ast.parse(file.read_text("utf-8")).body if isinstance(each, ast.ClassDef))
    for each in classes:
        for field, below in pairwise(each.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    yield (each.name, to_camel(name)), " ".join(text.split())
