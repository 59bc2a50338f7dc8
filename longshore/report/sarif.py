"""Findings as SARIF, which GitHub's code scanning, Azure DevOps and editors read.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub takes of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.compose.references import visible
from longshore.model import Severity, path_text
from longshore.regex import Regex
from longshore.report.address import fingerprints, page, uri
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.model import Finding, Span
    from longshore.report.findings import Place

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_QUOTED = Regex(r"`[^`]*`")


def sarif(places: Sequence[Place], version: str, documentation: str = "") -> str:
    """Write one run of the tool `longshore` at `version`; files are named from the folder where it ran.

    documentation: where `docs/` is published; without it, no rule has an address.
    """
    codes = list(dict.fromkeys(place.finding.code for place in places))
    first = {place.finding.code: place.finding for place in reversed(places)}
    driver = {
        "name": "longshore",
        "version": version,
        **({"informationUri": documentation} if documentation else {}),
        "rules": [_rule(first[code], documentation) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(place, codes.index(place.finding.code), fingerprint)
            for place, fingerprint in zip(places, fingerprints(places), strict=True)
        ],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_document(document)


def _rule(finding: Finding, documentation: str) -> dict[str, Any]:
    """What holds of a code wherever it is found: its message without what it quotes."""
    code = finding.code
    return {
        "id": code,
        "shortDescription": {"text": code.replace("-", " ").capitalize()},
        "fullDescription": {"text": _QUOTED.sub("`…`", visible(finding.message))},
        "help": {"text": f"`longshore explain {code}` prints the manual"},
        **({"helpUri": page(code, documentation)} if documentation else {}),
        "defaultConfiguration": {"level": _LEVEL[finding.severity]},
    }


def _result(place: Place, rule: int, fingerprint: str) -> dict[str, Any]:
    finding, span = place
    path = path_text(finding.path)
    help_text = f"\nhelp: {visible(finding.help)}" if finding.help else ""
    location: dict[str, Any] = {"physicalLocation": _physical(span)} if span else {}
    if path:
        location["logicalLocations"] = [{"fullyQualifiedName": path}]
    related = [
        {"id": number, "message": {"text": role}, "physicalLocation": _physical(other)}
        for number, (role, other) in enumerate(finding.related)
    ]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{visible(finding.message)}{help_text}"},
        "locations": [location] if location else [],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {"longshore/v1": fingerprint},
        **({"properties": {"fate": finding.fate.value}} if finding.fate else {}),
    }


def _physical(span: Span) -> dict[str, Any]:
    end = span.column + max(span.length, 1)
    return {
        "artifactLocation": {"uri": uri(span.file)},
        "region": {"startLine": span.line, "startColumn": span.column, "endColumn": end},
    }
