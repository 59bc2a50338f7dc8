"""Findings as a report of code quality, which GitLab shows in merge requests.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.references import visible
from longshore.model import Severity, path_text
from longshore.report.address import fingerprints, page
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.report.findings import Place

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def code_quality(places: Sequence[Place], file: str, documentation: str = "") -> str:
    """Write an array of findings. file: where those stand that have no place, since GitLab shows none without one.

    documentation: where `docs/` is published.
    """
    found = [
        _violation(place, fingerprint, file, documentation)
        for place, fingerprint in zip(places, fingerprints(places), strict=True)
    ]
    return json_document(found)


def _violation(place: Place, fingerprint: str, file: str, documentation: str) -> dict[str, Any]:
    finding, span = place
    path = path_text(finding.path)
    parts = [f"{path}: {finding.message}" if path else finding.message, finding.help, page(finding.code, documentation)]
    return {
        "description": visible("; ".join(filter(None, parts))),
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITY[finding.severity],
        "location": {"path": span.file if span else file, "lines": {"begin": span.line if span else 1}},
    }
