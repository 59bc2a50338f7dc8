"""What a verb reads: the flags that say which estate, and what comes of it when it is loaded and converted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.flags import Flag
from longshore.convert.options import Options
from longshore.errors import INPUT, NO_FILE, Refused
from longshore.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.compose import Project, Request
    from longshore.model import Conversion, Finding

FILES = (
    Flag("--file", "compose file, in order; - is stdin", short="-f", value="FILE", repeat=True),
    Flag("--env-file", "variables, instead of .env", value="FILE", repeat=True),
    Flag("--profile", "enable a profile, * for all", value="NAME", repeat=True),
    Flag("--project-directory", "where paths start", value="DIR"),
    Flag("--project-name", "name of the project", short="-p", value="NAME"),
    Flag("--allow-outside", "read files outside of the project"),
)
"""Flags that say which compose files to read, and how; for every verb that reads some."""

STACK = Flag("--stack", "read a stack file instead: shop.dev", short="-s", value="STACK")

OVERWRITE = Flag("--overwrite", "replace files that are not as longshore wrote them")

TARGET = (
    Flag("--environment", "names the secrets", value="NAME", default="dev"),
    Flag("--team", "names the secrets too", value="NAME", default="team"),
    Flag("--namespace", "namespace of the objects", short="-n", value="NAME"),
    Flag("--production", "judge as for production"),
)
"""What a stack file decides otherwise."""

FINDINGS = (
    Flag("--output", "of findings", value="FORMAT", choices=("text", "concise", "json", "github")),
    Flag("--fail-on", "exit 1 from", value="SEVERITY", choices=("error", "warning", "never"), default="error"),
)

FLAGS = (FILES[0], STACK, *FILES[1:], *TARGET, *FINDINGS)
"""For verbs that read an estate, convert it and report findings."""


class Reading(NamedTuple):
    """An estate, read and converted.

    project, conversion: None where an error stood in the way (`conversion` also for a stack without compose files).
    findings: all, in no order. sources: file → text, for excerpts. timings: stage → seconds, in order.
    """

    project: Project | None
    conversion: Conversion | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    options: Options
    timings: Mapping[str, float]

    @property
    def unusable(self) -> bool:
        """Was there an error before anything could be converted?"""
        return self.conversion is None and any(finding.severity is Severity.ERROR for finding in self.findings)


def request(given: Given, shell: Shell) -> Request:
    """What the reading flags ask the loader for; secret variables become references."""
    from longshore.compose import Request  # noqa: PLC0415  not for a verb that reads a stack
    from longshore.convert.secrets.detection import variable  # noqa: PLC0415
    from longshore.convert.secrets.detection.uses import secret_by_use  # noqa: PLC0415

    return Request(
        working_directory=shell.directory,
        files=given.texts("--file"),
        project_directory=given.text("--project-directory"),
        environment=shell.environment,
        env_files=given.texts("--env-file") or None,
        profiles=given.texts("--profile"),
        services=given.operands,
        project_name=given.text("--project-name"),
        is_secret=variable,
        used_as_secrets=secret_by_use,
        allow_outside=given.on("--allow-outside"),
    )


def read(given: Given, shell: Shell) -> Reading:
    """Load and convert what the flags name: a stack, or compose files.

    Raises:
        Refused: the flags contradict each other, or there is no such stack.
    """
    return _from_stack(given, shell) if given.text("--stack") else _from_files(given, shell)


def _from_files(given: Given, shell: Shell) -> Reading:
    from time import perf_counter  # noqa: PLC0415

    from longshore.compose import load  # noqa: PLC0415
    from longshore.convert.engine import convert_project  # noqa: PLC0415
    from longshore.disk import Disk  # noqa: PLC0415

    options = Options(
        environment=given.text("--environment"),
        team=given.text("--team"),
        namespace=given.text("--namespace"),
        production=given.on("--production"),
    )
    started = perf_counter()
    loaded = load(request(given, shell), Disk(shell.stdin))
    timings = {"read": perf_counter() - started}
    if loaded.project is None:
        return Reading(None, None, loaded.findings, loaded.sources, options, timings)
    started = perf_counter()
    conversion = convert_project(loaded.project, options)
    timings["convert"] = perf_counter() - started
    findings = (*loaded.findings, *conversion.findings)
    return Reading(loaded.project, conversion, findings, loaded.sources, options, timings)


def _from_stack(given: Given, shell: Shell) -> Reading:
    from longshore.stack.inputs import options_of  # noqa: PLC0415
    from longshore.stack.reading import convert_stack, read_stack  # noqa: PLC0415

    for flag in (*FILES, *TARGET):
        if given.texts(flag.name) not in {(), (flag.default,)}:
            raise Refused(f"`{flag.name}` and `--stack` exclude each other", "the stack file decides what is read")
    if given.operands:
        raise Refused(
            "services cannot be chosen with `--stack`", "`longshore:compose` of the stack file has `services`"
        )
    stack = read_stack(given.text("--stack"), shell.directory)
    estate = convert_stack(stack, shell.environment)
    options = options_of(stack.settings, stack.platform) if stack.settings else Options()
    if estate is None:
        return Reading(None, None, stack.findings, stack.sources, options, {})
    return Reading(estate.loaded.project, estate.conversion, estate.findings, estate.sources, options, {})


def unusable_code(findings: Iterable[Finding], given: Given) -> int:
    """3 where there is no compose file to be found, 2 where one was named, or is wrong."""
    from longshore.compose import discovery  # noqa: PLC0415

    searched = not given.texts("--file") and not given.text("--stack")
    return NO_FILE if searched and any(finding.code == discovery.NO_FILE for finding in findings) else INPUT


def exit_code(reading: Reading, given: Given) -> int:
    """0 clean, 1 findings at or above `--fail-on`, 2 nothing could be converted, 3 there is no compose file."""
    from longshore.report.findings import at_least  # noqa: PLC0415

    if reading.unusable:
        return unusable_code(reading.findings, given)
    wish = given.text("--fail-on")
    if wish == "never":
        return 0
    return 1 if at_least(reading.findings, Severity.WARNING if wish == "warning" else Severity.ERROR) else 0
