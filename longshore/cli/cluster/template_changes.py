"""What is different between the pods of two releases, field by field, without the value of any secret. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.policies.config_digest import ANNOTATION
from longshore.convert.secrets.detection.masks import hidden, merged, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cluster.client import Object

NOT_THERE: Final = "(not there)"
ANOTHER: Final = "(another value, not shown)"
_KEYS: Final = ("name", "mountPath", "containerPort", "key", "ip")
"""By what the entries of a list are told apart."""
_COMMANDS: Final = frozenset({"command", "args"})
_LONGEST: Final = 120


class FieldChange(NamedTuple):
    """A field as `containers[web].image`, and what it is and was."""

    field: str
    now: str
    then: str


def changes(now: Object, then: Object) -> list[FieldChange]:
    """What of the pods of now would be another in those of then, in the order of the fields."""
    before, after = dict(_flat(now)), dict(_flat(then))
    return [
        _change(field, before.get(field), after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    ]


def config_changes(now: Object, then: Object) -> bool:
    """Did the content of the ConfigMaps change between the two? It is not in the pods, and stays that of now."""
    digests = [(each["metadata"].get("annotations") or {}).get(ANNOTATION) for each in (now, then)]
    return digests[0] != digests[1]


def _change(field: str, now: Any, then: Any) -> FieldChange:
    shown, was = _text(field, now), _text(field, then)
    return FieldChange(field, shown, was if was != shown else ANOTHER)


def _flat(template: Object) -> Iterator[tuple[str, Any]]:
    metadata = template.get("metadata") or {}
    for kind in ("labels", "annotations"):
        yield from _below(f"{kind}", metadata.get(kind) or {})
    yield from _below("", template.get("spec") or {})


def _below(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if path.startswith("env[") or ".env[" in path:
            yield path, value
            return
        for key, inner in value.items():
            if path != "" or key != "name":
                yield from _below(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and all(isinstance(each, dict) for each in value) and value:
        for at, each in enumerate(value):
            key = next((str(each[name]) for name in _KEYS if name in each), str(at))
            yield from _below(f"{path}[{key}]", each)
    else:
        yield path, value


def _text(field: str, value: Any) -> str:
    """A value as it may be shown: what a name or its own look calls a secret is not."""
    if value is None:
        return NOT_THERE
    name = field.rpartition(".")[2]
    if "env[" in name and isinstance(value, dict):
        return _variable(value)
    if name in _COMMANDS and isinstance(value, list):
        return _short(_masked("", " ".join(map(str, value)), command=True))
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return _short(_masked(name, text))


def _variable(entry: Object) -> str:
    """What an environment entry is: its value, or where that comes from."""
    source = entry.get("valueFrom")
    if not source:
        return _short(_masked(str(entry.get("name")), str(entry.get("value") or "")))
    (kind, what), *_ = source.items()
    if kind == "secretKeyRef":
        return f"key {what.get('key')} of Secret {what.get('name')}"
    if kind == "configMapKeyRef":
        return f"key {what.get('key')} of ConfigMap {what.get('name')}"
    return json.dumps(source, sort_keys=True)


def _masked(name: str, value: str, *, command: bool = False) -> str:
    text = f"{name}={value}" if name else value
    return replaced(text, merged(hidden(text, command=command), len(text)))[len(text) - len(value) :]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
