"""Which findings a run is about: `--select`, `--ignore`, and from which severity on they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.errors import Refused, suggestion
from longshore.model import Severity

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading


def chosen(reading: Reading, given: Given) -> Reading:
    """Leave out the findings that `--select` and `--ignore` do; they count for no exit code.

    An error that keeps the files from being read stays, whatever was asked for.

    Raises:
        Refused: there is no such code.
    """
    select, ignore = _codes(given, "--select"), _codes(given, "--ignore")
    if not select and not ignore:
        return reading
    _known(select | ignore, reading)
    kept = tuple(
        finding
        for finding in reading.findings
        if (finding.code not in ignore and (not select or finding.code in select))
        or (reading.unusable and finding.severity is Severity.ERROR)
    )
    return reading._replace(findings=kept, left=len(reading.findings) - len(kept))


def _codes(given: Given, flag: str) -> frozenset[str]:
    return frozenset(code.strip() for text in given.texts(flag) for code in text.split(","))


def _known(codes: frozenset[str], reading: Reading) -> None:
    """Refuse codes that no finding can have; the manual is read only for those that none at hand has."""
    unseen = codes - {finding.code for finding in reading.findings}
    if not unseen:
        return
    from longshore.cli.manual import manual  # noqa: PLC0415  it reads every module of ours
    from longshore.report.catalogue import by_code  # noqa: PLC0415  likewise

    known = by_code(manual())
    for code in sorted(unseen - known.keys()):
        raise Refused(f"there is no finding `{code}`", suggestion(code, known) or "docs/findings.md lists all codes")


def least_shown(given: Given, *, everything: bool) -> Severity:
    """The severity from which findings are shown: without a wish notes only with `-v`, or where `everything` is."""
    wish = given.text("--min-severity")
    return Severity(wish) if wish else Severity.INFO if everything or given.on("--verbose") else Severity.WARNING
