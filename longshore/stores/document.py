"""The one form in which values are stored: a JSON object of strings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from longshore.convert.secrets.interface import MOST_BYTES, written
from longshore.errors import Refused
from longshore.stores.interface import BackendError, Content
from longshore.stores.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
"""Other names mean something to the operator, which reads a property as a path into the JSON."""


def check_key(path: str, key: str) -> None:
    """Refuse a key of ours that the operator would not find; what others wrote beside ours is left as it is."""
    if not KEY(key):
        raise Refused(f"`{key}` can't be a key of {path}", "use letters, digits and `_`, no digit first")


def document(path: str, values: Mapping[str, Value]) -> str:
    """Write values as the text that is stored.

    Raises:
        Refused: a value holds a NUL, or the whole is too large.
    """
    for key, value in values.items():
        if "\0" in value.reveal():
            raise Refused(f"the value of `{key}` holds a NUL character, which no environment variable can hold")
    text = written({key: values[key].reveal() for key in sorted(values)})
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refused(f"a value for {path} is not valid Unicode text") from None
    if size > MOST_BYTES:
        raise Refused(
            f"{path} would be {size:,} bytes, more than the {MOST_BYTES:,} that a secret may have",
            "mount the largest as a file of compose's top-level `secrets:`, each of which is stored alone",
        )
    return text


def content_of(version: str, stored: str | Mapping[str, Any], path: str) -> Content:
    """Read what is stored, as text or parsed already.

    Raises:
        BackendError: it is no JSON object; the message does not quote it.
    """
    try:
        found = json.loads(stored) if isinstance(stored, str) else stored
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BackendError(
            f"{path} holds no JSON object, so it was not `longshore secrets push` that wrote it",
            "move it to another name, or declare it `external` in the compose file to read it whole",
        )
    values = {key: Value(value if isinstance(value, str) else json.dumps(value)) for key, value in found.items()}
    return Content(version, values, frozenset(key for key, value in found.items() if not isinstance(value, str)))
