"""Every text of a page made fit to be shown, whatever file it comes from: no secret, no command to a terminal.

It is done once, over the whole page, so that no way of writing it can forget one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from longshore.convert.secrets.detection.masks import conceal, nothing_to_conceal
from longshore.report.excerpt import printable
from longshore.report.findings import words
from longshore.report.page.model import Excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


def shown(value: T) -> T:
    """Give `value`, made of tuples, dicts and texts, with each text on one line, printable and without secrets."""
    clean = nothing_to_conceal(_texts(value))
    made: T = _mapped(value, words if clean else lambda text: words(conceal(text)))
    return made


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from _texts(child)
    elif isinstance(value, tuple) and not isinstance(value, Excerpt):
        for child in value:
            yield from _texts(child)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Excerpt):
        # What may be shown of a line was decided with the lines around it.
        return Excerpt(tuple(map(printable, value.lines)))
    if isinstance(value, dict):
        return {change(key): _mapped(child, change) for key, child in value.items()}
    if isinstance(value, tuple):
        children = [_mapped(child, change) for child in value]
        return type(value)(*children) if hasattr(value, "_fields") else tuple(children)
    return value
