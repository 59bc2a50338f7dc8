"""From a file to a typed inventory, or to one error with its place; nothing of what stands in the file is repeated."""

from __future__ import annotations

import codecs
import json
import re
from math import isfinite
from typing import TYPE_CHECKING, Final, cast

from longshore.compose.source import MOST_BYTES
from longshore.decoding.errors import decode
from longshore.inventory.document import FORMAT, INVENTORY, VERSION
from longshore.inventory.matching import observed
from longshore.inventory.sizing import DAY
from longshore.model import Finding, Severity, Span, path_text

if TYPE_CHECKING:
    from longshore.compose import Project
    from longshore.compose.files import Files
    from longshore.convert.observed import Observed
    from longshore.inventory.document import Inventory

CODE: Final = "inventory"
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins into which PowerShell has led an output."""
_LONGEST_NUMBER: Final = 20
_AGAIN: Final = "`longshore inventory` writes one on the machine where the containers run"


class UnreadableError(Exception):
    """The file is no inventory that can be used; `finding` says where and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_inventory(files: Files, path: str, name: str) -> Inventory:
    """Read a file; name: how messages call it.

    Raises:
        UnreadableError: it can't be read, is too large, or is no inventory of this version.
    """
    text = _text(files, path, name)
    try:
        value = json.loads(text, parse_int=_counted, parse_float=_measured, parse_constant=_measured)
    except json.JSONDecodeError as error:
        place = Span(name, error.lineno, error.colno)
        raise _unreadable("the inventory is not complete, or no JSON", place) from None
    except (ValueError, RecursionError):
        raise _unreadable("this is no inventory", Span(name, 1, 1)) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _unreadable("this is no inventory", Span(name, 1, 1))
    if value.get("version") != VERSION:
        raise _unreadable(
            f"this is an inventory of another version than {VERSION}, which is read here",
            _place(text, "version", name),
            "collect it with this version: `longshore inventory program`",
        )
    decoded = decode(INVENTORY, value)
    if decoded.settings is None:
        wrong = decoded.wrong[0]
        place = _place(text, str(wrong.path[0]), name) if wrong.path else Span(name, 1, 1)
        raise _unreadable(f"`{path_text(wrong.path)}` {wrong.message}", place)
    return cast("Inventory", decoded.settings)


def read_observed(files: Files, path: str, name: str, project: Project, cycle: float = DAY) -> Observed:
    """Read a file, and find a project in it.

    Raises:
        UnreadableError: as `read_inventory`, or nothing of the project runs there.
    """
    inventory = read_inventory(files, path, name)
    found = observed(inventory, project.name, project.model, name, cycle)
    if found is None:
        raise _unreadable(
            "nothing of this project runs on the machine of the inventory",
            Span(name, 1, 1),
            "take the inventory of the machine where it runs, or give the project its name there (`--project-name`)",
        )
    return found


def _text(files: Files, path: str, name: str) -> str:
    start = Span(name, 1, 1)
    kind = files.kind(path)
    if path != "-" and kind != "file":
        reason = "there is no such file" if kind == "missing" else "this is no file"
        raise _unreadable(f"the inventory can't be read: {reason}", start)
    try:
        data = files.read(path)
    except OSError as error:
        raise _unreadable(f"the inventory can't be read: {error.strerror}", start) from None
    if len(data) > MOST_BYTES:
        raise _unreadable(f"an inventory has at most {MOST_BYTES >> 20} MiB", start)
    return data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig", "replace")


def _counted(text: str) -> int:
    """A number that an engine counts has 64 bits at most."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError
    return int(text)


def _measured(text: str) -> float:
    """A time that is one: none that has no end."""
    number = float(text)
    if not isfinite(number):
        raise ValueError
    return number


def _place(text: str, key: str, name: str) -> Span:
    """Where a key at the top stands."""
    match = re.search(rf'^"{re.escape(key)}":', text, re.MULTILINE) or re.search(rf'"{re.escape(key)}"\s*:', text)
    at = match.start() if match else 0
    return Span(name, text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)


def _unreadable(message: str, place: Span, help_text: str = _AGAIN) -> UnreadableError:
    return UnreadableError(Finding(CODE, Severity.ERROR, message, help_text, span=place))
