"""What a change of the files changes of the manifests: object by object, field by field, with the line behind each.

A stack says more, by its plan (`longshore plan --against`); this is for compose files alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from longshore.compose.references import MASK
from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.kubernetes.stable import stable_name
from longshore.convert.secrets.detection.masks import SOUNDS_SECRET, conceal
from longshore.model import Item, ObjectKey, field_text, key_of
from longshore.report.differences import differences
from longshore.report.origins import find_field, told, written
from longshore.report.page.model import Change, Changes, FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Conversion, Field, Manifest
    from longshore.report.findings import Locate

_LONGEST = 120
_NOTHING = "(none)"


def changes_between(against: str, before: Conversion, after: Conversion, locate: Locate) -> Changes:
    """Compare two conversions of one project, the earlier one at the revision `against`; in the order of the later."""
    old, new = _objects(before), _objects(after)
    found: list[Change] = []
    for key, manifest in new.items():
        if key not in old:
            found.append(Change("create", str(key), (), ()))
        elif old[key] != manifest:
            found.append(_changed(key, old[key], manifest, after, locate))
    found += [_gone(key) for key in old if key not in new]
    return Changes(against, (), tuple(found), sum(old.get(key) == manifest for key, manifest in new.items()))


def change_text(field: Field, value: Any) -> str:
    """Write one side of a change in a short line, without what could be a secret."""
    if value is None:
        return _NOTHING
    if any(SOUNDS_SECRET.search(str(part.value if isinstance(part, Item) else part)) for part in field[1:]):
        return MASK
    text = conceal(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _objects(conversion: Conversion) -> dict[ObjectKey, Manifest]:
    return {ObjectKey(each["kind"], stable_name(each)): each for each in conversion.manifests}


def _changed(key: ObjectKey, old: Manifest, new: Manifest, after: Conversion, locate: Locate) -> Change:
    sources = written(new, after.origins.get(key_of(new), []))
    fields = tuple(differences(old, new, ()))
    template = any(field[:2] == ("spec", "template") for field, _, _ in fields)
    note = ("runs again" if key.kind == "Job" else "new pods") if key.kind in WORKLOADS and template else ""

    def changes() -> Iterator[FieldChange]:
        for field, was, now in fields:
            named = find_field(field_text(field), sources)
            cause = told(named[0].origin, locate) if named else ""
            yield FieldChange(field_text(field), change_text(field, was), change_text(field, now), cause)

    return Change("update", str(key), (note,) if note else (), tuple(changes()))


def _gone(key: ObjectKey) -> Change:
    return Change("delete", str(key), ("its data is lost",) if key.kind == "PersistentVolumeClaim" else (), ())
