"""Does a model conform to the schema of compose? Yes or no; `mismatch` says why not.

Each definition of the schema becomes a function when a value first meets it. Own code because of the start: the best
validator on PyPI, jsonschema-rs, answers three times as fast and takes 17 ms to import and to compile the schema, a
sixth of `longshore render` on forty services; this one takes 4. A test holds the two against each other.
Source: https://json-schema.org/draft/2020-12/json-schema-validation (the keywords that the schema of compose uses)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from longshore.compose.tree import identity_of

Check = Callable[[Any], bool]
Schema = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int,),
}


def checker(schema: str) -> Check:
    """Give the function that says whether a value (of plain JSON types) conforms to a schema."""
    whole = json.loads(schema)
    return _Compiler(whole["$defs"]).compile(whole)


class _Compiler:
    """Makes functions of schemas; a definition is made once, when it is first met."""

    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions
        self._made: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        if "$ref" in schema:
            return self._reference(schema["$ref"].rpartition("/")[2])
        named = schema.get("type", [])
        names = [named] if isinstance(named, str) else named
        types = frozenset(kind for name in names for kind in _TYPES[name])
        # in JSON 1.0 is a whole number too
        integral = "integer" in names and "number" not in names
        rules = self._by_type(schema)
        others = self._of_any_type(schema)

        def check(value: Any) -> bool:
            kind = type(value)
            if types and kind not in types and not (integral and kind is float and value.is_integer()):
                return False
            rule = rules.get(kind)
            if rule is not None and not rule(value):
                return False
            return not others or all(other(value) for other in others)

        if rules or others or integral or not types:
            return check
        return lambda value: type(value) in types

    def _reference(self, name: str) -> Check:
        def follow(value: Any) -> bool:
            check = self._made.get(name)
            if check is None:
                check = self._made[name] = self.compile(self._definitions[name])
            return check(value)

        return follow

    def _by_type(self, schema: Schema) -> dict[type, Check]:
        rules: dict[type, Check] = {}
        if schema.keys() & {
            "properties",
            "patternProperties",
            "additionalProperties",
            "unevaluatedProperties",
            "required",
        }:
            rules[dict] = self._mapping(schema)
        if schema.keys() & {"items", "uniqueItems"}:
            rules[list] = self._sequence(schema)
        if "pattern" in schema:
            search = _search(schema["pattern"])
            rules[str] = lambda value: search(value) is not None
        if schema.keys() & {"minimum", "maximum"}:
            low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
            rules[int] = rules[float] = lambda value: low <= value <= high
        return rules

    def _of_any_type(self, schema: Schema) -> list[Check]:
        rules: list[Check] = []
        if "enum" in schema:
            allowed = {identity_of(value) for value in schema["enum"]}
            rules.append(lambda value: identity_of(value) in allowed)
        if "oneOf" in schema:
            one = [self.compile(part) for part in schema["oneOf"]]
            rules.append(lambda value: sum([check(value) for check in one]) == 1)
        if "anyOf" in schema:
            some = [self.compile(part) for part in schema["anyOf"]]
            rules.append(lambda value: any(check(value) for check in some))
        return rules + [self.compile(part) for part in schema.get("allOf", ())]

    def _mapping(self, schema: Schema) -> Check:
        known = {name: self.compile(part) for name, part in schema.get("properties", {}).items()}
        patterns = [(_search(key), self.compile(part)) for key, part in schema.get("patternProperties", {}).items()]
        rest = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        extra = self.compile(rest) if isinstance(rest, dict) else lambda _: bool(rest)
        if "unevaluatedProperties" in schema:
            # the parts of `allOf` judge their own properties
            known = dict.fromkeys(self._names(schema), _anything) | known
            patterns += [(_search(key), _anything) for key in self._patterns(schema)]
        required = schema.get("required", ())
        found: dict[str, list[Check]] = {}

        def rules(key: str) -> list[Check]:
            by_pattern = [rule for search, rule in patterns if search(key)]
            found[key] = made = [*by_pattern, known[key]] if key in known else by_pattern or [extra]
            return made

        def check(value: dict[str, Any]) -> bool:
            for key, child in value.items():
                for rule in found.get(key) or rules(key):
                    if not rule(child):
                        return False
            return not required or all(name in value for name in required)

        return check

    def _names(self, schema: Schema) -> set[str]:
        """Names of the properties that the parts of `allOf` know, and theirs in turn."""
        names: set[str] = set()
        for part in schema.get("allOf", ()):
            inner = self._definitions[part["$ref"].rpartition("/")[2]]
            names |= inner.get("properties", {}).keys() | self._names(inner)
        return names

    def _patterns(self, schema: Schema) -> set[str]:
        """Patterns of the properties that the parts of `allOf` know, and theirs in turn."""
        patterns: set[str] = set()
        for part in schema.get("allOf", ()):
            inner = self._definitions[part["$ref"].rpartition("/")[2]]
            patterns |= inner.get("patternProperties", {}).keys() | self._patterns(inner)
        return patterns

    def _sequence(self, schema: Schema) -> Check:
        item = self.compile(schema.get("items", {}))
        unique = schema.get("uniqueItems", False)

        def check(value: list[Any]) -> bool:
            return all(map(item, value)) and not (unique and len({identity_of(each) for each in value}) < len(value))

        return check


def _anything(_: Any) -> bool:
    return True


def _search(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Search as JSON Schema does: `$` is the very end, not the end of the last line."""
    return re.compile(f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern).search
