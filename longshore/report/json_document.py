"""How every verb writes JSON: over several lines, in UTF-8, with a line break at its end."""

from __future__ import annotations

import json


def json_document(value: object) -> str:
    """Write a value of dicts, lists and scalars as one document."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
