"""What differs between two values of one object, field by field; elements of a list that are named, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.model import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Field


def differences(before: Any, after: Any, field: Field) -> Iterator[tuple[Field, Any, Any]]:
    """The smallest parts that differ, as (field, before, after); None is what is not there."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(before.get(key), after.get(key), (*field, key))
    elif isinstance(before, list) and isinstance(after, list) and (named := _named(before, after)):
        earlier, later = named
        for name in [*earlier, *(name for name in later if name not in earlier)]:
            yield from differences(earlier.get(name), later.get(name), (*field, Item("name", name)))
    else:
        yield field, before, after


def _named(before: list[Any], after: list[Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Both lists by the names of their elements; None where one has none, or two of one name, or all is order."""
    lists = []
    for elements in (before, after):
        names = {element["name"]: element for element in elements if isinstance(element, dict) and "name" in element}
        if len(names) != len(elements):
            return None
        lists.append(names)
    earlier, later = lists
    common = [name for name in earlier if name in later]
    same_order = common == [name for name in later if name in earlier]
    return (earlier, later) if same_order else None
