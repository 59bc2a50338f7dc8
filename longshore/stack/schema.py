"""The JSON Schemas that editors read: of a stack file, and of a compose file with `x-longshore`.

`python -m tools.documents` writes them into `schemas/`, which the wheel has and `longshore init` copies, and into
docs/.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from longshore.compose.schema import schema_text
from longshore.convert.extension import EXTENSION
from longshore.decoding.json_schema import DIALECT, schema_of
from longshore.stack.settings import STACK
from longshore.stack.validation import NAMESPACE, TOP_LEVEL

FOLDER = Path(__file__).with_name("schemas")
STACK_FILE: Final = "stack.schema.json"
COMPOSE_FILE: Final = "compose.schema.json"
FILES: Final = (STACK_FILE, COMPOSE_FILE)


def schemas() -> dict[str, str]:
    """Give the text of every schema by the name of its file."""
    made = {STACK_FILE: _stack(), COMPOSE_FILE: _compose()}
    return {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in made.items()}


def _stack() -> dict[str, Any]:
    """Our settings below `config`, Pulumi's own beside them."""
    settings = schema_of(STACK)
    definitions = settings.pop("$defs")
    config = {
        **settings,
        "type": "object",
        "properties": {f"{NAMESPACE}{key}": wanted for key, wanted in settings["properties"].items()},
        "patternProperties": {"^pulumi:": {}},
        "required": [f"{NAMESPACE}{key}" for key in settings["required"]],
    }
    return {
        "$schema": DIALECT,
        "title": "A stack file of Longshore",
        "type": "object",
        "properties": {**{key: {} for key in sorted(TOP_LEVEL)}, "config": config},
        "additionalProperties": False,
        "required": ["config"],
        "$defs": definitions,
    }


def _compose() -> dict[str, Any]:
    """The schema of the Compose Specification, in which a service has our extension."""
    schema: dict[str, Any] = json.loads(schema_text())
    del schema["$id"]
    schema["$defs"]["service"]["properties"]["x-longshore"] = schema_of(EXTENSION)
    return schema
