"""Findings on their way out: the format that was asked for, the stream it goes to, the counts below."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from longshore.model import Severity
from longshore.report.findings import fates_line, findings_line, located, nowhere, once

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.reading import Reading
    from longshore.cli.shell import Shell
    from longshore.model import Path, Span
    from longshore.report.findings import Locate, Place
    from longshore.report.style import Style


def show(reading: Reading, given: Given, shell: Shell, stream: TextIO) -> None:
    """Write the findings of `reading` to `stream` in the format of `--output`; GitHub Actions gets annotations."""
    format_ = given.text("--output") or ("github" if shell.environment.get("GITHUB_ACTIONS") == "true" else "text")
    fates = reading.conversion.fates if reading.conversion else {}
    if format_ == "json":
        from longshore.report.json_text import findings_json  # noqa: PLC0415

        stream.write(findings_json(located(reading.findings, locate(reading)), fates))
        return
    verbose, quiet = given.on("--verbose"), given.on("--quiet")
    chosen = [finding for finding in reading.findings if verbose or finding.severity is not Severity.INFO]
    places = located(chosen, locate(reading))
    stream.write(_written(places, reading, format_, shell.style(given.text("--color"), stream), strict=verbose))
    if quiet:
        return
    if reading.conversion:
        stream.write(f"{fates_line(fates)}\n")
    left = [finding.message for finding in reading.findings if finding.code == "profiles" and not verbose]
    stream.writelines(f"{message}\n" for message in left)
    notes = [] if verbose else [finding for finding in reading.findings if finding.severity is Severity.INFO]
    stream.write(f"{findings_line([*once(places), *notes], hidden=not verbose)}\n")
    if verbose and reading.timings:
        stream.write(", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in reading.timings.items()) + "\n")


def _written(places: list[Place], reading: Reading, format_: str, style: Style, *, strict: bool) -> str:
    if not places:
        return ""
    if format_ == "github":
        from longshore.report.github import workflow_commands  # noqa: PLC0415

        return workflow_commands(places)
    from longshore.report.excerpt import sources_of  # noqa: PLC0415
    from longshore.report.text import blocks, concise  # noqa: PLC0415

    return (
        concise(places) if format_ == "concise" else blocks(places, sources_of(reading.sources), style, strict=strict)
    )


def locate(reading: Reading) -> Locate:
    """Where paths of the model stand: keys at their keys, list items at themselves."""
    project = reading.project
    if project is None:
        return nowhere

    def find(path: Path) -> Span | None:
        at_key = project.locate_key(path) if path and isinstance(path[-1], str) else None
        return at_key or project.locate(path)

    return find
