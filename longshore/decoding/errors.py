"""Plain values into typed settings: every error at once, with its path and what to write instead, and no value.

pydantic finds which kind of error stands where (https://docs.pydantic.dev/latest/errors/validation_errors/). The words
are ours, with what the JSON Schema says of that place: known keys, words to choose from, examples. Of what was written
only its kind is named, since it may be a secret.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from longshore.decoding.json_schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from longshore.model import Path

T = TypeVar("T")
Schema = dict[str, Any]


_schema_of = cache(schema_of)
"""It takes a tenth of a second, which each of several wrong stacks would take."""


class Wrong(NamedTuple):
    """One error in the settings: where, what, and what to write instead; `key`: the key itself is wrong."""

    path: Path
    message: str
    help: str = ""
    key: bool = False


class Decoded(NamedTuple, Generic[T]):
    """Settings, or None and what is wrong with them."""

    settings: T | None
    wrong: list[Wrong]


def decode(adapter: TypeAdapter[T], value: Any, prefix: str = "") -> Decoded[T]:
    """Read a mapping into a class of settings, and find all that is wrong with it.

    prefix: what keys at the top begin with in their file, for examples of them.
    """
    try:
        return Decoded(adapter.validate_python(value), [])
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    explained = _Explained(_schema_of(adapter), value, prefix)
    wrong = [explained.wrong(each["type"], each["loc"]) for each in found]
    return Decoded(None, sorted(wrong, key=lambda each: not each.key))


class _Place(NamedTuple):
    """What stands at a path: `value` is what was written, `schema` what is wanted."""

    path: Path
    value: Any
    schema: Schema

    @property
    def kinds(self) -> list[str]:
        """What `kind` may be, where it decides what else is known."""
        return list(self.schema["discriminator"]["mapping"]) if "oneOf" in self.schema else []

    @property
    def keys(self) -> list[str]:
        """The keys that are known here."""
        return list(self.schema.get("properties", ()))


class _Explained:
    """Finds what stands, and what is wanted, at the places where pydantic found an error."""

    def __init__(self, schema: Schema, value: Any, prefix: str) -> None:
        self._definitions: Schema = schema.get("$defs", {})
        self._top = _Place((), value, self._resolved(schema))
        self._prefix = prefix

    def wrong(self, error: str, loc: tuple[int | str, ...]) -> Wrong:
        """Put one error into words; `error` and `loc` are pydantic's."""
        if error == "missing":
            return self._missing(self._place(loc[:-1]), str(loc[-1]))
        if error in {"unexpected_keyword_argument", "extra_forbidden"}:
            return _unknown(self._place(loc[:-1]), str(loc[-1]))
        place = self._place(loc)
        if isinstance(place.value, dict) and "secure" in place.value:
            return Wrong(place.path, _ENCRYPTED, _OUT)
        if error == "string_too_short":
            return Wrong(place.path, "is empty", self._example(place.path, place.schema))
        wrong = _WORDS.get(error, _wrong_type)(place)
        return wrong if wrong.help else wrong._replace(help=self._example(place.path, place.schema))

    def _missing(self, place: _Place, key: str) -> Wrong:
        if "prefixItems" in place.schema:
            return Wrong(place.path, f"needs {len(place.schema['prefixItems'])} entries")
        wanted = self._resolved(place.schema["properties"].get(key, {}))
        return Wrong(place.path, f"needs `{key}`", self._example((*place.path, key), wanted))

    def _example(self, path: Path, schema: Schema) -> str:
        """Say what to write, as the schema has it in `examples`."""
        if "enum" in schema:
            return f"one of {_listed(schema['enum'])}"
        if "examples" not in schema or not path:
            return ""
        prefix = "" if path[1:] else self._prefix
        written = yaml.safe_dump({path[-1]: schema["examples"][0]}, default_flow_style=True, allow_unicode=True)
        return f"write `{prefix}{written.strip()[1:-1]}`"

    def _place(self, loc: tuple[int | str, ...]) -> _Place:
        """Follow pydantic's way to a value; it names the `kind` of a mapping on the way, which is no key."""
        place = self._top
        for step in loc:
            if place.kinds:
                place = place._replace(schema=self._resolved({"$ref": place.schema["discriminator"]["mapping"][step]}))
            else:
                place = self._below(place, step)
        return place

    def _below(self, place: _Place, step: int | str) -> _Place:
        path, value, schema = (*place.path, step), place.value, place.schema
        if isinstance(value, str):
            path = place.path  # a text that stands for one setting of a section
        if isinstance(step, int):
            found = value[step] if isinstance(value, list) and step < len(value) else None
            return _Place(path, found, self._resolved(schema.get("items", {}), found))
        wanted = schema.get("properties", {}).get(step) or schema.get("additionalProperties") or {}
        below = value.get(step) if isinstance(value, dict) else value if isinstance(value, str) else None
        return _Place(path, below, self._resolved(wanted, below))

    def _resolved(self, schema: Schema, value: Any = None) -> Schema:
        """Follow references, and leave out that a setting may be null; what stands beside a reference stays.

        value: what was written; of several alternatives a list decides for that of lists, and all else for the first.
        """
        if "anyOf" in schema:
            others = [each for each in schema["anyOf"] if each.get("type") != "null"]
            lists = [each for each in others if each.get("type") == "array" and isinstance(value, list)]
            meant = (lists or others)[0]
            return self._resolved({**{key: each for key, each in schema.items() if key != "anyOf"}, **meant}, value)
        if "$ref" in schema:
            meant = self._definitions[schema["$ref"].rpartition("/")[2]]
            return self._resolved({**meant, **{key: each for key, each in schema.items() if key != "$ref"}}, value)
        return schema


_ENCRYPTED = "is an encrypted value; a stack file holds no secrets, not even encrypted ones"
_OUT = "give the value to `longshore secrets push`; the stack file names it at most"


def _unknown(place: _Place, key: str) -> Wrong:
    if key == "secure":
        return Wrong((*place.path, key), _ENCRYPTED, _OUT, key=True)
    close = get_close_matches(key, place.keys, n=1)
    meant = f"; did you mean `{close[0]}`?" if close else ""
    return Wrong((*place.path, key), "is not a setting", f"known here: {_listed(place.keys)}{meant}", key=True)


def _without_kind(place: _Place) -> Wrong:
    return Wrong(place.path, "needs `kind`", f"write `kind: {' | '.join(place.kinds)}`")


def _unknown_kind(place: _Place) -> Wrong:
    return _choice(_Place((*place.path, "kind"), place.value["kind"], {"enum": place.kinds}))


def _choice(place: _Place) -> Wrong:
    names = [str(name) for name in place.schema.get("enum") or [place.schema["const"]] if name != ""]
    close = get_close_matches(str(place.value), names, n=1)
    help_text = f"did you mean `{close[0]}`?" if close else "write one of them"
    return Wrong(place.path, f"must be {'one of ' if names[1:] else ''}{_listed(names)}", help_text)


def _too_small(place: _Place) -> Wrong:
    return Wrong(place.path, f"is not a number from {place.schema['minimum']} up")


def _unfit(place: _Place) -> Wrong:
    return Wrong(place.path, place.schema.get("patternErrorMessage", "is not as it must be"))


def _wrong_type(place: _Place) -> Wrong:
    written = _kind(place.value)
    if place.kinds:
        return Wrong(place.path, f"must be a mapping, is {written}", f"begin with `kind: {' | '.join(place.kinds)}`")
    types = place.schema.get("type", "")
    # Where a number is taken as text too, and nothing for a mapping, the first is what is meant.
    wanted, how = _TYPES.get(types if isinstance(types, str) else types[0], ("something else", ""))
    if "examples" in place.schema:
        how = ""  # which is said by the example
    if wanted == "text" and isinstance(place.value, (int, float)):
        how = "write it in quotes"
    return Wrong(
        place.path, f"must be {wanted}, is {written}", f"its keys are {_listed(place.keys)}" if place.keys else how
    )


_TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("text", ""),
    "integer": ("a whole number", "write digits alone"),
    "boolean": ("true or false", "write `true` or `false`"),
    "array": ("a list", "write `[...]`, or one item per line with `- `"),
    "object": ("a mapping", ""),
}
"""Type of JSON → its name, and how to write it."""

_WORDS: Mapping[str, Callable[[_Place], Wrong]] = {
    "union_tag_not_found": _without_kind,
    "union_tag_invalid": _unknown_kind,
    "literal_error": _choice,
    "greater_than_equal": _too_small,
    "string_pattern_mismatch": _unfit,
    "value_error": _unfit,
}
"""Errors of pydantic that are not one of a wrong type."""


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number" if isinstance(value, int) else "a decimal number"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "text"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
