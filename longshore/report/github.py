"""Findings as annotations that GitHub shows beside the changed lines of a pull request.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.model import Severity, path_text
from longshore.report.address import page
from longshore.report.findings import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.report.findings import Place

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def workflow_commands(places: Iterable[Place], documentation: str = "") -> str:
    """Write one workflow command a finding. documentation: where `docs/` is published."""
    return "".join(f"{_annotation(place, documentation)}\n" for place in places)


def _annotation(place: Place, documentation: str) -> str:
    finding, span = place
    properties = {"title": f"longshore: {finding.code}"}
    if span:
        end = span.column + max(span.length, 1)
        position = {"line": str(span.line), "col": str(span.column), "endColumn": str(end)}
        properties = {"file": span.file, **position, **properties}
    path = path_text(finding.path)
    message = _data(f"{path}: {finding.message}" if path else finding.message)
    text = f"{message}%0Ahelp: {_data(finding.help)}" if finding.help else message
    text += f"%0A{page(finding.code, documentation)}"
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {listed}::{text}"


def _data(text: str) -> str:
    return words(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
