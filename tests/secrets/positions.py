"""Every place of a compose file where a text may stand, by the schema of the specification: one document for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json.loads((Path(__file__).parents[2] / "longshore/compose/compose-spec.json").read_text())

_DEEPEST = 12
_REQUIRED = {"bind": {"type": "bind"}, "blkio_config": {}}
_BESIDE = {
    ("services", "web"): {"image": "registry.example.com/web:1.0"},
}


class Position(NamedTuple):
    """A path with the text at its end. named: the last name is the user's own, and is called like a secret."""

    path: tuple[str | int, ...]
    named: bool

    @property
    def label(self) -> str:
        return ".".join(map(str, self.path))


def positions() -> list[Position]:
    """Every place, each once."""
    found: dict[Position, None] = {}
    for section, schema in SCHEMA["properties"].items():
        for position in _walk(schema, (section,), 0):
            found[position] = None
    for extension in (("x-extra",), ("services", "web", "x-extra")):
        found[Position((*extension, "DB_PASSWORD"), named=True)] = None
        found[Position((*extension, "note"), named=False)] = None
        found[Position((*extension, "list", 0), named=False)] = None
    return list(found)


def _walk(schema: Any, path: tuple[str | int, ...], depth: int) -> Iterator[Position]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if "$ref" in schema:
        yield from _walk(_resolved(schema["$ref"]), path, depth + 1)
        return
    for kind in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(kind, ()):
            yield from _walk(each, path, depth + 1)
    types = schema.get("type")
    types = {types} if isinstance(types, str) else set(types or ())
    if "string" in types and len(path) > 1:
        yield Position(path, named=path[-1] == "DB_PASSWORD")
    for key, each in schema.get("properties", {}).items():
        yield from _walk(each, (*path, key), depth + 1)
    for pattern, each in schema.get("patternProperties", {}).items():
        if not pattern.startswith("^x-"):
            yield from _below(each, path, depth)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _below(schema["additionalProperties"], path, depth)
    if isinstance(schema.get("items"), dict):
        yield from _walk(schema["items"], (*path, 0), depth + 1)


def _below(schema: Any, path: tuple[str | int, ...], depth: int) -> Iterator[Position]:
    """What stands below a name of the user's: at the top level, of a service or its like; else, of a setting."""
    names = ("web",) if len(path) == 1 else ("DB_PASSWORD", "note")
    for name in names:
        yield from _walk(schema, (*path, name), depth + 1)


def _resolved(reference: str) -> Any:
    found: Any = SCHEMA
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def document(position: Position, text: str) -> dict[str, Any]:
    """A compose file with `text` at the place, and a service that is whole but for it."""
    root: dict[str, Any] = {"services": {"web": {"image": "registry.example.com/web:1.0"}}}
    at: Any = root
    for part, following in zip(position.path, (*position.path[1:], None), strict=True):
        value: Any = text if following is None else [] if isinstance(following, int) else {}
        if isinstance(part, int):
            at.append(value)
            at = at[part]
        else:
            if not (isinstance(at.get(part), dict) and isinstance(value, dict)):
                at[part] = value
            at = at[part]
    _use(root, position)
    return root


def _use(root: dict[str, Any], position: Position) -> None:
    """Let the service use what is declared at the top level, or nobody looks at it."""
    section, web = position.path[0], root["services"].setdefault("web", {})
    if section in {"configs", "secrets"} and "web" in root[section]:
        web.setdefault(section, ["web"])
    elif section == "volumes":
        web.setdefault("volumes", ["web:/data"])
    elif section == "networks":
        web.setdefault("networks", ["web"])
