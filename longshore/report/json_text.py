"""Findings for programs. `"version": 1` promises the shape of docs/findings.schema.json: fields come, none changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.references import visible
from longshore.model import path_text
from longshore.report.address import page
from longshore.report.findings import count_fates
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.model import Fate, Path, Span
    from longshore.report.findings import Count, Place

VERSION = 1


def findings_json(
    places: Iterable[Place],
    fates: Mapping[Path, Fate],
    counted: Iterable[Count] | None = None,
    documentation: str = "",
) -> str:
    """Write all findings and the counts of what became of the leaves; where asked for, of the codes too.

    documentation: where `docs/` is published.
    """
    document = {
        "version": VERSION,
        "findings": [_finding(place, documentation) for place in places],
        "attributes": {"total": len(fates), **{fate.value: count for fate, count in count_fates(fates).items()}},
    }
    if counted is not None:
        document["statistics"] = [
            {"count": number, "severity": severity.value, "code": code} for number, severity, code in counted
        ]
    return json_document(document)


def _finding(place: Place, documentation: str) -> dict[str, Any]:
    finding, span = place
    return {
        "code": finding.code,
        "page": page(finding.code, documentation) if documentation else None,
        "severity": finding.severity.value,
        "message": visible(finding.message),
        "help": visible(finding.help) or None,
        "path": path_text(finding.path) or None,
        "fate": finding.fate.value if finding.fate else None,
        "location": _location(span) if span else None,
        "related": [{"role": role, **_location(other)} for role, other in finding.related],
    }


def _location(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "length": span.length}
