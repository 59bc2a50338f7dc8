"""The page as JSON, for other programs: the values of `model` by the names of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.report.json_document import json_document
from longshore.report.page.model import VERSION, Excerpt

if TYPE_CHECKING:
    from longshore.report.page.model import Page


def page_json(page: Page) -> str:
    """Write the page."""
    return json_document({"version": VERSION, **_plain(page)})


def _plain(value: Any) -> Any:
    if isinstance(value, Excerpt):
        return list(value.lines)
    if hasattr(value, "_asdict"):
        return {key: _plain(child) for key, child in value._asdict().items()}
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, tuple) else value
