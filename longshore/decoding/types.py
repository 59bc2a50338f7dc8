"""What a setting may be, beyond what pydantic knows: https://docs.pydantic.dev/latest/concepts/types/.

The words for a value that is none of these stand in its JSON Schema, so that editors say the same as we do: they read
`patternErrorMessage` and `errorMessage` (https://code.visualstudio.com/docs/languages/json).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, get_type_hints

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    create_model,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, SchemaValidator, core_schema

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic.json_schema import JsonSchemaValue

T = TypeVar("T")
CONFIG = ConfigDict(extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)


def _empty_for_nothing(value: Any) -> Any:
    return {} if value is None else value


def _number_or_truth(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value) else value


def _as_written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


class _OrNothing:
    """A mapping with nothing behind its name, or with comments only, is an empty one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_empty_for_nothing, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "type": ["object", "null"]}


class _AsWritten:
    """Text; a number or a truth value is the text that was written for it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_written, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "type": ["string", "integer", "boolean"]}


# Engines hand scalars at the top to the program as text, and people put numbers in quotes.
Integer = Annotated[int, Strict(), BeforeValidator(_number_or_truth)]
Boolean = Annotated[bool, Strict(), BeforeValidator(_number_or_truth)]
Count = Annotated[int, Strict(), Field(ge=0), BeforeValidator(_number_or_truth)]
Written = Annotated[str, _AsWritten()]
Named = Annotated[Mapping[str, T], _OrNothing()]
"""A mapping whose keys are names that the user chose."""


def text(expression: str, wanted: str) -> FieldInfo:
    """A text that a regular expression matches as a whole, or an empty one, which stands for none.

    wanted: what it is, with an example.
    """
    found: FieldInfo = Field(
        pattern=f"^(?:{expression})?$", json_schema_extra={"patternErrorMessage": f"is not {wanted}"}
    )
    return found


class Rule(NamedTuple):
    """What holds of a value, where pydantic has no word for it. wanted: what it is; schema: the same in JSON Schema."""

    holds: Callable[[Any], bool]
    wanted: str
    schema: Mapping[str, Any]

    def judged(self, value: T) -> T:
        """Let a value pass for which the rule holds.

        Raises:
            ValueError: it does not.
        """
        if not self.holds(value):
            raise ValueError
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.judged, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        message = f"is not {self.wanted}"
        return {**handler(schema), **self.schema, "patternErrorMessage": message, "errorMessage": message}


class Section:
    """What dataclasses of settings have in common: keys are the camelCase of their fields, and no others are known."""

    __slots__ = ()
    __pydantic_config__ = CONFIG

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A section with nothing behind its name has its defaults."""
        del source
        return core_schema.no_info_before_validator_function(_empty_for_nothing, handler(cls))


class Shorthand:
    """A section for which a text may stand: the value of its setting `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _written_out(self, value: Any) -> Any:
        return {self._name: value} if isinstance(value, str) else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._written_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        section = handler(schema)
        wanted = handler.resolve_ref_schema(section)["properties"][self._name]
        return {"anyOf": [section, {**wanted, "type": "string"}]}


class Switch:
    """A section for which `true` may stand, with its defaults, and `false`, which is none."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        section = core_schema.nullable_schema(handler(source))
        return core_schema.no_info_before_validator_function(_switched, section)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "boolean"}]}


def _switched(value: Any) -> Any:
    given = _number_or_truth(value) if isinstance(value, str) else value
    return ({} if given else None) if isinstance(given, bool) else {} if given is None else given


class NamesOnly:
    """A mapping by names, for which a list may stand: of these names, those that it does not have are off."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        listed = SchemaValidator(core_schema.list_schema(core_schema.literal_schema(list(self._names))))

        def written_out(value: Any) -> Any:
            if not isinstance(value, list):
                return value
            named = listed.validate_python(value)
            return {name: False for name in self._names if name not in named}

        return core_schema.no_info_before_validator_function(written_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "array", "items": {"enum": list(self._names)}}]}


class Fields:
    """Reads a mapping into a NamedTuple of `convert`, which starts without dataclasses and without pydantic.

    narrower: by field, what a setting may be where the class itself says less.
    """

    def __init__(self, **narrower: Any) -> None:
        self._narrower = narrower

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        hints = get_type_hints(source, localns={"Mapping": Mapping}) | self._narrower
        fields: Any = {name: (hint, _default(source, name)) for name, hint in hints.items()}
        model = create_model(source.__name__, __config__=CONFIG, __doc__=source.__doc__, **fields)

        def made(read: Any) -> Any:
            return source(**{name: getattr(read, name) for name in source._fields})

        given = core_schema.no_info_before_validator_function(_empty_for_nothing, handler(model))
        return core_schema.no_info_after_validator_function(made, given)


def _default(source: Any, name: str) -> Any:
    """What a field is when it is left out; pydantic copies defaults that may be changed, and cannot copy a proxy."""
    default = source._field_defaults.get(name, ...)
    return Field(default_factory=lambda: default) if isinstance(default, MappingProxyType) else default
