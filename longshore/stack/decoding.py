"""Plain values into typed settings: a class is the schema, its type hints and rules are what a value must meet.

A class is a frozen dataclass or a NamedTuple. Every error of a value becomes a finding and the decoding goes on, so
that one run shows all of them. Keys are the camelCase of the field names. Imports no pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from longshore.model import Path

T = TypeVar("T")


class Rule(NamedTuple):
    """What a value must be, beyond its type: a test, and the words for it with an example."""

    holds: Callable[[Any], bool]
    wanted: str


class Wrong(NamedTuple):
    """One error in the settings: where, what, and what to write instead; `key`: the key itself is wrong."""

    path: Path
    message: str
    help: str = ""
    key: bool = False


class Invalid:
    """Stands for a value that could not be decoded; its error is already told."""


INVALID = Invalid()


def pattern(expression: str, wanted: str) -> Rule:
    """Make a rule from a regular expression that the whole text must match."""
    return Rule(re.compile(expression).fullmatch, wanted)  # type: ignore[arg-type]


def camel(name: str) -> str:
    """Write a Python name as its key in a stack file: `access_mode` is `accessMode`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """Write a camelCase key as a Python name: `binaryData` is `binary_data`."""
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: "_" + match[0], name).lower()


class Decoder:
    """Decodes values and collects what is wrong with them.

    rules: for fields of classes that carry none themselves, (class, field name) → rule.
    """

    def __init__(self, rules: Mapping[tuple[type, str], Rule]) -> None:
        self.wrong: list[Wrong] = []
        self._rules = rules

    def decode(self, wanted: type[T], value: Any, path: Path) -> T | Invalid:
        """Decode a mapping into the settings class `wanted`."""
        result: T | Invalid = self._settings(wanted, value, path)
        return result

    def _say(self, path: Path, message: str, help_text: str = "", *, key: bool = False) -> Invalid:
        self.wrong.append(Wrong(path, message, help_text, key))
        return INVALID

    def _value(self, wanted: Any, value: Any, path: Path, rule: Rule | None = None) -> Any:
        origin = get_origin(wanted)
        if origin is Annotated:
            wanted, rule = get_args(wanted)
            return self._value(wanted, value, path, rule)
        decoded = self._by_kind(wanted, origin, value, path, rule)
        judged = rule and origin is None and not isinstance(decoded, Invalid) and decoded not in ("", None)
        if judged and rule and not rule.holds(decoded):
            return self._say(path, f"`{_shown(value)}` is not {rule.wanted}")
        return decoded

    def _by_kind(self, wanted: Any, origin: Any, value: Any, path: Path, rule: Rule | None) -> Any:
        if wanted is Any:
            return value
        if origin in (Union, UnionType):
            return self._union(wanted, value, path, rule)
        if origin is Literal:
            return self._literal(get_args(wanted), value, path)
        if origin in (tuple, frozenset):
            return self._list(wanted, origin, value, path, rule)
        if origin is Mapping:
            return self._mapping(wanted, value, path, rule)
        if _is_settings(wanted):
            return self._settings(wanted, value, path)
        return self._scalar(wanted, value, path)

    def _union(self, wanted: Any, value: Any, path: Path, rule: Rule | None) -> Any:
        members = [member for member in get_args(wanted) if member is not type(None)]
        if value is None and len(members) < len(get_args(wanted)):
            return None
        if len(members) == 1:
            return self._value(members[0], value, path, rule)
        kinds = {get_args(_schema(member)["kind"][1])[0]: member for member in members}
        if not isinstance(value, Mapping):
            return self._say(path, f"must be a mapping, is {_kind(value)}", f"begin with `kind: {' | '.join(kinds)}`")
        if "kind" not in value:
            return self._say(path, "needs `kind`", f"write `kind: {' | '.join(kinds)}`")
        kind = self._literal(tuple(kinds), value["kind"], (*path, "kind"))
        return kind if isinstance(kind, Invalid) else self._settings(kinds[kind], value, path)

    def _literal(self, allowed: tuple[Any, ...], value: Any, path: Path) -> Any:
        if value in allowed:
            return value
        names = [str(name) for name in allowed if name != ""]
        return self._say(path, f"`{_shown(value)}` is not allowed", f"one of {_listed(names)}{_meant(value, names)}")

    def _list(self, wanted: Any, origin: Any, value: Any, path: Path, rule: Rule | None) -> Any:
        if not isinstance(value, list):
            return self._say(
                path, f"must be a list, is {_kind(value)}", "write `[...]`, or one item per line with `- `"
            )
        element = get_args(wanted)[0]
        items = [self._value(element, item, (*path, index), rule) for index, item in enumerate(value)]
        return INVALID if any(isinstance(item, Invalid) for item in items) else origin(items)

    def _mapping(self, wanted: Any, value: Any, path: Path, rule: Rule | None) -> Any:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return self._say(path, f"must be a mapping, is {_kind(value)}")
        element = get_args(wanted)[1]
        if element is str:
            value = {key: _written(item) for key, item in value.items()}
        found = {str(key): self._value(element, item, (*path, str(key)), rule) for key, item in value.items()}
        return INVALID if any(isinstance(item, Invalid) for item in found.values()) else found

    def _settings(self, wanted: Any, value: Any, path: Path) -> Any:
        value = {} if value is None else value
        if not isinstance(value, Mapping):
            names = _listed(list(_schema(wanted)))
            return self._say(path, f"must be a mapping, is {_kind(value)}", f"its keys are {names}")
        schema = _schema(wanted)
        before = len(self.wrong)
        for key in value:
            if key not in schema:
                self._unknown(str(key), path, list(schema))
        given = {
            field.name: self._value(hint, value[key], (*path, key), self._rules.get((wanted, field.name)))
            for key, (field, hint) in schema.items()
            if key in value
        }
        for key, (field, _) in schema.items():
            if key not in value and field.required:
                self._say(path, f"needs `{key}`", field.help)
        return wanted(**given) if len(self.wrong) == before else INVALID

    def _unknown(self, key: str, path: Path, known: list[str]) -> None:
        if key == "secure":
            self._say(
                (*path, key),
                "is an encrypted value; a stack file holds no secrets, not even encrypted ones",
                "give the value to `longshore secrets push`; the stack file names it at most",
                key=True,
            )
            return
        self._say((*path, key), "is not a setting", f"known here: {_listed(known)}{_meant(key, known)}", key=True)

    def _scalar(self, wanted: Any, value: Any, path: Path) -> Any:
        words = {str: "text", int: "a whole number", bool: "true or false"}
        if isinstance(value, str) and wanted is not str:
            value = _number_or_truth(value)
        if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
            return value
        hint = "write it in quotes" if wanted is str and isinstance(value, (int, float)) else ""
        return self._say(path, f"must be {words[wanted]}, is {_kind(value)}", hint)


class _Field(NamedTuple):
    """One field of a settings class; `help` is what to say where it is missing."""

    name: str
    required: bool
    help: str = ""


def _is_settings(hint: Any) -> bool:
    return is_dataclass(hint) or hasattr(hint, "_field_defaults")


def _fields(wanted: Any) -> list[_Field]:
    """The fields of a dataclass, or of a NamedTuple: the options of the converter, which starts faster without."""
    if not is_dataclass(wanted):
        return [_Field(name, name not in wanted._field_defaults) for name in wanted._fields]
    return [
        _Field(
            field.name,
            field.default is MISSING and field.default_factory is MISSING,
            str(field.metadata.get("help", "")),
        )
        for field in fields(wanted)
    ]


@cache
def _schema(wanted: type) -> Mapping[str, tuple[_Field, Any]]:
    # Modules of settings import Mapping for their readers and type checkers only.
    hints = get_type_hints(wanted, localns={"Mapping": Mapping}, include_extras=True)
    return {camel(field.name): (field, hints[field.name]) for field in _fields(wanted)}


def keys_of(wanted: Any, prefix: str = "") -> Iterator[str]:
    """Every key that a settings class knows, dotted, with `*` for names the user chooses: for tests of the manual."""
    for key, (_, hint) in _schema(wanted).items():
        yield prefix + key
        for member, below in _inner(hint, prefix + key):
            yield from keys_of(member, below + ".")


def _inner(hint: Any, path: str) -> Iterator[tuple[Any, str]]:
    origin = get_origin(hint)
    if _is_settings(hint):
        yield hint, path
    elif origin is Mapping:
        yield from _inner(get_args(hint)[1], f"{path}.*")
    elif origin is Annotated:
        yield from _inner(get_args(hint)[0], path)
    elif origin in (Union, UnionType, tuple):
        for member in get_args(hint):
            yield from _inner(member, path)


def _number_or_truth(text: str) -> Any:
    """Pulumi hands top-level scalars to the program as text."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else text


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"`{_shown(value)}`"


def _shown(value: Any) -> str:
    """How a message names a value: short, and never one that is long enough to be a key or a token."""
    text = _written(value) if isinstance(value, (str, int, float)) else _kind(value)
    limit = 60
    return str(text) if len(str(text)) <= limit else f"{str(text)[:12]}…"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _meant(value: Any, names: list[str]) -> str:
    close = get_close_matches(str(value), names, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
