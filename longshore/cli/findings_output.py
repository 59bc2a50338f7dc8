"""Findings on their way out: the format that was asked for, the stream it goes to, the counts below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from longshore.cli.project_input import fails
from longshore.cli.selection import least_shown
from longshore.errors import Refused
from longshore.model import Severity
from longshore.report.excerpt import sources_of
from longshore.report.findings import RANK, fates_line, findings_line, located, nowhere, once, statistics, words
from longshore.report.github import workflow_commands
from longshore.report.gitlab import code_quality
from longshore.report.json_text import findings_json
from longshore.report.sarif import sarif
from longshore.report.table import columns
from longshore.report.text import blocks, concise

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Path, Span
    from longshore.report.findings import Locate, Place
    from longshore.report.style import Style

_DOCUMENTS = frozenset(("json", "gitlab", "junit", "sarif"))
"""Formats that are one document, which nothing may follow."""

DOCUMENTATION: Final = "LONGSHORE_DOCUMENTATION"
"""The variable that says where `docs/` is published: a finding ends with the address of its page there."""


def show(reading: Reading, given: Given, shell: Shell, stream: TextIO) -> None:
    """Write the findings of `reading` to `stream` in the format that was asked for; GitHub Actions gets annotations.

    Raises:
        Refused: the format has no statistics.
    """
    format_ = given.text("--output-format") or _default(shell)
    counting = given.on("--statistics")
    if counting and format_ not in {"text", "concise", "json", "github"}:
        raise Refused(f"`--statistics` is not written as {format_}", "text and json have it")
    least = least_shown(given, everything=format_ == "json")
    places = located(
        (finding for finding in reading.findings if RANK[finding.severity] <= RANK[least]), locate(reading)
    )
    documentation = shell.environment.get(DOCUMENTATION, "")
    if format_ in _DOCUMENTS:
        stream.write(_document(places, reading, format_, given, documentation))
        return
    style = shell.style(given.text("--color"), stream)
    if counting:
        stream.write(_counted(places))
    else:
        stream.write(_written(places, reading, format_, style, given, documentation))
    if not given.on("--quiet"):
        _below(reading, places, least, given, stream)


def _default(shell: Shell) -> str:
    return "github" if shell.environment.get("GITHUB_ACTIONS") == "true" else "text"


def _below(reading: Reading, places: list[Place], least: Severity, given: Given, stream: TextIO) -> None:
    """Count what became of the leaves and what was found, and say what profiles leave out."""
    notes_shown = least is Severity.INFO
    if reading.conversion:
        stream.write(f"{fates_line(reading.conversion.fates)}\n")
    if not notes_shown:
        left = located((finding for finding in reading.findings if finding.code == "profiles"), nowhere)
        stream.writelines(f"{words(place.finding.message)}\n" for place in left)
    hidden = [finding for finding in reading.findings if RANK[finding.severity] > RANK[least]]
    stream.write(f"{findings_line([*once(places), *hidden], hidden=not notes_shown, left=reading.left)}\n")
    if given.on("--verbose") and reading.timings:
        stream.write(", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in reading.timings.items()) + "\n")


def _counted(places: list[Place]) -> str:
    rows = [(str(number), severity.value, code) for number, severity, code in statistics(once(places))]
    return "".join(f"{line}\n" for line in columns(rows, frozenset({0}))) + ("\n" if rows else "")


def _document(places: list[Place], reading: Reading, format_: str, given: Given, documentation: str) -> str:
    """The findings in a format for programs, of which each run needs one at most."""
    if format_ == "json":
        counted = statistics(once(places)) if given.on("--statistics") else None
        return findings_json(places, reading.conversion.fates if reading.conversion else {}, counted, documentation)
    if format_ == "gitlab":
        return code_quality(places, next(iter(reading.sources), "."), documentation)
    if format_ == "junit":
        from longshore.report.junit import junit  # noqa: PLC0415  it needs XML, and no other format does

        return junit(places, fails(reading, given), documentation)
    from importlib.metadata import version  # noqa: PLC0415  it reads mail and archives, and SARIF alone asks for a version

    return sarif(places, version("longshore"), documentation)


def _written(
    places: list[Place], reading: Reading, format_: str, style: Style, given: Given, documentation: str
) -> str:
    if not places:
        return ""
    if format_ == "github":
        return workflow_commands(places, documentation)
    if format_ == "concise":
        return concise(places)
    sources = sources_of(reading.sources)
    return blocks(places, sources, style, strict=given.on("--verbose"), documentation=documentation)


def locate(reading: Reading) -> Locate:
    """Where paths of the model stand: keys at their keys, list items at themselves."""
    project = reading.project
    if project is None:
        return nowhere

    def find(path: Path) -> Span | None:
        at_key = project.locate_key(path) if path and isinstance(path[-1], str) else None
        return at_key or project.locate(path)

    return find
