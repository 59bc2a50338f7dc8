"""Where each field of a manifest came from: a line of a compose file, a policy, a setting of the stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.model import Field, Item, Origin, field_text, path_text
from longshore.report.yaml_text import NOTE, Notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.model import Manifest
    from longshore.report.findings import Locate


class Source(NamedTuple):
    """One written field. `value`: what stands there now; None where it is a whole object."""

    field: Field
    value: Any
    origin: Origin


def written(manifest: Manifest, fields: Sequence[tuple[Field, Origin]]) -> list[Source]:
    """All fields of one object that somebody wrote, in the order of the manifest."""
    placed = [(_position(manifest, field), field, origin) for field, origin in fields]
    known = [(position, field, origin) for position, field, origin in placed if position is not None]
    order = _order(manifest)
    known.sort(key=lambda found: order.get(found[0], 0))
    return [Source(field, _at(manifest, position), origin) for position, field, origin in known]


def notes_of(sources: list[Source], manifest: Manifest, locate: Locate) -> Notes:
    """The comments for `yaml_text.document`: where each written field came from."""
    notes: Notes = {}
    for source in sources:
        position = _position(manifest, source.field)
        branch = notes
        for step in position or ():
            branch = branch.setdefault(step, {})
        if position is not None:
            branch[NOTE] = f"from {told(source.origin, locate)}"
    return notes


def told(origin: Origin, locate: Locate, *, column: bool = False) -> str:
    """Say an origin in a few words: `compose.yaml:12`, `policy probes`, with the setting that decided."""
    span = locate(origin.path) if origin.path else None
    if span:
        text = str(span) if column else f"{span.file}:{span.line}"
    else:
        text = f"policy {origin.policy}" if origin.policy else path_text(origin.path)
    return f"{text}, setting {origin.setting}" if origin.setting else text


def _position(manifest: Manifest, field: Field) -> tuple[str | int, ...] | None:
    """Where a field stands, list elements by their index; None where it is not there any more."""
    value: Any = manifest
    steps: list[str | int] = []
    for part in field:
        step = (
            _index(value, part)
            if isinstance(part, Item)
            else part
            if isinstance(value, dict) and part in value
            else None
        )
        if step is None:
            return None
        value = value[step]
        steps.append(step)
    return tuple(steps)


def _index(value: Any, item: Item) -> int | None:
    if not isinstance(value, list):
        return None
    for index, element in enumerate(value):
        if element == item.value or (isinstance(element, dict) and element.get(item.key) == item.value):
            return index
    return None


def _at(manifest: Manifest, position: tuple[str | int, ...]) -> Any:
    value: Any = manifest
    for step in position:
        value = value[step]
    return value


def _order(value: Any, position: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], int]:
    """Number every position of a manifest in the order in which it is written."""
    found = {position: 0}
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in entries:
        for below in _order(child, (*position, step)):
            found[below] = len(found)
    return found


def find_field(text: str, sources: list[Source]) -> list[Source]:
    """The written fields that `text` names, as much of the path as one likes: `spec.replicas`, `containers[web].image`.

    Where none is called so, those below it; where there are none either, that in whose value it lies.
    """
    wanted = text.strip(".")
    named = [(source, f".{field_text(source.field)}") for source in sources]
    below = [source for source, name in named if f".{wanted}." in name or f".{wanted}[" in name]
    found = _called(wanted, named) or below
    while not found and "." in wanted:
        wanted = wanted.rpartition(".")[0]
        found = _called(wanted, named)
    return found


def _called(name: str, named: list[tuple[Source, str]]) -> list[Source]:
    return [source for source, full in named if full.endswith(f".{name}")]
