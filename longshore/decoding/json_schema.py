"""The JSON Schema of settings, by pydantic: what editors read, and where errors take their words from.

Source: https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import CoreSchema


class _Plain(GenerateJsonSchema):
    """Without titles, which repeat the keys; each docstring on one line; nothing at all may stand for no settings."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        for each in (made, *made.get("$defs", {}).values()):
            each.pop("title", None)
            each["description"] = " ".join(each["description"].split())
            if "required" not in each:
                each["type"] = ["object", "null"]
        return made


def schema_of(settings: TypeAdapter[Any]) -> JsonSchemaValue:
    """Give the schema of a class of settings, by the names that users write."""
    return settings.json_schema(schema_generator=_Plain)
