"""The JSON Schema of settings, by pydantic: what editors read, and where errors take their words from.

Source: https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import CoreSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(settings: TypeAdapter[Any]) -> JsonSchemaValue:
    """Give the schema of a class of settings, by the names that users write."""
    return settings.json_schema(schema_generator=_Plain)


class _Plain(GenerateJsonSchema):
    """Short, for reading in an editor: no titles, which repeat the keys, and every alternative to nothing as itself."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        # Nothing may stand for any section, see below.
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else inner

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default") is None or isinstance(made["default"], dict):
            # What a section is by default, its own settings say.
            made.pop("default", None)
        return made

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        for each in (made, *made.get("$defs", {}).values()):
            each.pop("title", None)
            each["type"] = ["object", "null"]
            each["description"] = _as_written(" ".join(each["description"].split()), each["properties"])
        return made


def _as_written(description: str, keys: dict[str, Any]) -> str:
    """Call settings what users call them: `flowLogDays` for `flow_log_days`."""

    def named(match: re.Match[str]) -> str:
        return to_camel(match[0]) if to_camel(match[0]) in keys else match[0]

    return re.sub(r"[a-z]+(?:_[a-z]+)+", named, description)
