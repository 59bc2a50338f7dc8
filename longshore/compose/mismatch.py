"""Why a model does not match the schema: for each cause one message, the deepest and clearest.

Own code, since a validator says of each alternative why it is none (a port is no number, no text, and has a wrong key);
which of them was meant is for us to say, by the type of what was written. A test holds the two against each other.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.problems import MOST_ERRORS, did_you_mean, quote
from longshore.compose.tree import identity_of
from longshore.model import Path, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]


class Mismatch(NamedTuple):
    """One cause. `key`: it is the key that is wrong, not its value."""

    path: Path
    code: str
    message: str
    help: str = ""
    key: bool = False


_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "empty",
}
_KINDS: dict[type, tuple[str, ...]] = {
    dict: ("object",),
    list: ("array",),
    str: ("string",),
    bool: ("boolean",),
    int: ("number", "integer"),
    float: ("number",),
    type(None): ("null",),
}


def mismatches(instance: Any, schema: str) -> list[Mismatch]:
    """Give the causes, in the order of the model; no more than are reported."""
    whole = json.loads(schema)
    found = _Explainer(whole["$defs"]).explain(instance, whole, ())
    return list(dict.fromkeys(islice(found, MOST_ERRORS)))


class _Explainer:
    """Reads the keywords that the schema of compose uses."""

    def __init__(self, definitions: Schema) -> None:
        self.definitions = definitions

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rpartition("/")[2]]
        return schema

    def explain(self, value: Any, schema: Schema, path: Path) -> Iterator[Mismatch]:
        schema = self.resolve(schema)
        types = self.types(schema)
        if types and not _is(value, types):
            yield _wrong_type(value, types, path)
            return
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                yield from self.alternatives(value, schema[keyword], path)
        yield from self.scalar(value, schema, path)
        if type(value) is dict:
            yield from self.mapping(value, schema, path)
        elif type(value) is list:
            yield from self.sequence(value, schema, path)

    def types(self, schema: Schema) -> list[str]:
        """Give the types that a schema allows; none if it allows any."""
        parts = [schema, *(self.resolve(part) for part in schema.get("allOf", ()))]
        types: str | list[str] = next((part["type"] for part in parts if "type" in part), [])
        return [types] if isinstance(types, str) else types

    def scalar(self, value: Any, schema: Schema, path: Path) -> Iterator[Mismatch]:
        if "enum" in schema and value not in schema["enum"]:
            allowed = ", ".join(f"`{word}`" for word in schema["enum"])
            hint = did_you_mean(str(value), [str(word) for word in schema["enum"]])
            yield Mismatch(path, "invalid-value", f"{quote(value)} is not one of {allowed}", hint)
        if "pattern" in schema and type(value) is str and not _matches(schema["pattern"], value):
            yield Mismatch(path, "invalid-value", f"{quote(value)} is not allowed here", _help(path))
        if type(value) in {int, float}:
            if "minimum" in schema and value < schema["minimum"]:
                yield Mismatch(path, "invalid-value", f"{value} is less than {schema['minimum']}", _help(path))
            if "maximum" in schema and value > schema["maximum"]:
                yield Mismatch(path, "invalid-value", f"{value} is more than {schema['maximum']}", _help(path))

    def mapping(self, value: dict[str, Any], schema: Schema, path: Path) -> Iterator[Mismatch]:
        for name in schema.get("required", ()):
            if name not in value:
                yield Mismatch(path, "missing-attribute", f"`{name}` is missing", f"add `{name}`")
        properties, patterns, closed = self.rules(schema)
        for key, child in value.items():
            rules = [properties[key]] if key in properties else []
            rules += [rule for pattern, rule in patterns if _matches(pattern, key)]
            if not rules and closed:
                yield self.unknown(key, (*path, key), properties, patterns)
            for rule in rules:
                yield from self.explain(child, rule, (*path, key))

    def rules(self, schema: Schema) -> tuple[Schema, list[tuple[str, Schema]], bool]:
        """Give the known keys, the patterns for keys, and whether no others are allowed; those of `allOf` too."""
        properties: Schema = {}
        patterns: dict[str, Schema] = {}
        for part in schema.get("allOf", ()):
            inner, inner_patterns, _ = self.rules(self.resolve(part))
            properties.update(inner)
            patterns.update(inner_patterns)
        properties.update(schema.get("properties", {}))
        patterns.update(schema.get("patternProperties", {}))
        closed = schema.get("additionalProperties", True) is False or schema.get("unevaluatedProperties") is False
        return properties, list(patterns.items()), closed

    def unknown(self, key: str, path: Path, properties: Schema, patterns: list[tuple[str, Schema]]) -> Mismatch:
        if not properties and any(pattern != "^x-" for pattern, _ in patterns):
            return Mismatch(
                path,
                "invalid-name",
                f"{quote(key)} is not a name that can be used here",
                "use letters, digits, `.`, `_` and `-` only",
                key=True,
            )
        where = _where(path[:-1])
        help_ = did_you_mean(key, properties)
        if not help_:
            help_ = "own keys start with `x-`" if any(pattern == "^x-" for pattern, _ in patterns) else ""
        return Mismatch(path, "unknown-key", f"{quote(key)} is not a key of {where}", help_, key=True)

    def sequence(self, value: list[Any], schema: Schema, path: Path) -> Iterator[Mismatch]:
        if "items" in schema:
            for index, child in enumerate(value):
                yield from self.explain(child, schema["items"], (*path, index))
        if schema.get("uniqueItems"):
            seen: set[Any] = set()
            for index, child in enumerate(value):
                key = identity_of(child)
                if key in seen:
                    yield Mismatch((*path, index), "duplicate-entry", "this entry is in the list already", "remove it")
                seen.add(key)

    def alternatives(self, value: Any, schemas: list[Schema], path: Path) -> Iterator[Mismatch]:
        """Explain by the alternative that is meant: the one of the same type, with the deepest cause."""
        best: list[Mismatch] | None = None
        wanted: list[str] = []
        for schema in schemas:
            resolved = self.resolve(schema)
            types = self.types(resolved)
            if types and not _is(value, types):
                wanted += types
                continue
            found = list(self.explain(value, resolved, path))
            if not found:
                return
            if best is None or _depth(found) > _depth(best):
                best = found
        yield from best if best is not None else [_wrong_type(value, wanted, path)]


def _is(value: Any, types: list[str]) -> bool:
    kinds = _KINDS.get(type(value), ())
    whole = type(value) is float and value.is_integer() and "integer" in types
    return whole or any(kind in types for kind in kinds)


def _matches(pattern: str, text: str) -> bool:
    """Search as JSON Schema does: `$` is the very end, not the end of the last line."""
    return re.search(f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern, text) is not None


def _depth(found: list[Mismatch]) -> int:
    return max(len(mismatch.path) for mismatch in found)


def _wrong_type(value: Any, types: list[str], path: Path) -> Mismatch:
    names = list(dict.fromkeys(_NAMES[name] for name in types if name != "null" or len(types) == 1))
    wanted = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
    kind = type(value)
    what = _WHAT.get(kind) or (_shown(value) if _USERS_OWN.isdisjoint(path) else "a number")
    subject = f"`{path_text(path)}` must be" if path else "a compose file must be"
    if kind in {int, float, bool} and "string" in types and _USERS_OWN.isdisjoint(path):
        help_ = _help(path) or f'put it in quotes: "{_shown(value)}"'
        return Mismatch(path, "wrong-type", f"{subject} {wanted}, not {what}", help_)
    help_ = "is something missing below it, or indented too little?" if value is None else ""
    return Mismatch(path, "wrong-type", f"{subject} {wanted}, not {what}", help_)


_WHAT: dict[type, str] = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}
_USERS_OWN = frozenset(("environment", "args", "labels", "annotations"))
"""Where values may be secrets, and are not shown."""


def _shown(value: Any) -> str:
    return str(value).lower() if type(value) is bool else str(value)


def _where(path: Path) -> str:
    if not path:
        return "a compose file"
    section = {"services": "a service", "networks": "a network", "volumes": "a volume", "secrets": "a secret"}
    section |= {"configs": "a config", "jobs": "a job", "models": "a model"}
    if len(path) == 2 and path[0] in section:  # noqa: PLR2004  section and name
        return section[str(path[0])]
    names = [part for part in path if isinstance(part, str)]
    return f"`{names[-1]}`"


_DURATION = "write numbers with units, such as 30s, 1m30s or 1h"
_HELP = {
    **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), _DURATION),
    **dict.fromkeys(("stop_grace_period", "delay", "monitor", "window"), _DURATION),
    "restart": 'write `"no"` (with quotes), `always`, `on-failure` or `unless-stopped`',
    "pull_policy": "write `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_12h`",
    "container_name": "use letters, digits, `.`, `_` and `-`, starting with a letter or digit",
}


def _help(path: Path) -> str:
    return _HELP.get(str(path[-1]), "") if path else ""
