"""What a verb reads: the flags that say which estate, and what comes of it when it is loaded and converted."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.flags import Flag
from longshore.convert.options import Options
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.deadline import deadline
from longshore.disk import Disk
from longshore.errors import INPUT, NO_FILE, Refused
from longshore.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.compose import Project, Request
    from longshore.model import Conversion, Finding

FORMATS = ("text", "concise", "json", "github", "gitlab", "junit", "sarif")
"""How findings can be written: for people, for grep and editors, for programs, and as CI services show them."""

FILES = (
    Flag("--file", "compose file or folder; - is stdin", short="-f", value="FILE", repeat=True),
    Flag("--env-file", "variables, instead of .env", value="FILE", repeat=True),
    Flag("--profile", "enable a profile, * for all", value="NAME", repeat=True),
    Flag("--project-directory", "where paths start", value="DIR"),
    Flag("--project-name", "name of the project", short="-p", value="NAME"),
    Flag("--allow-outside", "read files outside of the project"),
)
"""Flags that say which compose files to read, and how; for every verb that reads some."""

STACK = Flag("--stack", "read a stack file instead: shop.dev", short="-s", value="STACK")

INVENTORY = Flag("--inventory", "what runs today, from a file", value="FILE")

OVERWRITE = Flag("--overwrite", "replace files that others wrote or changed")

TARGET = (
    Flag("--environment", "names the secrets", value="NAME", default="dev"),
    Flag("--team", "names the secrets too", value="NAME", default="team"),
    Flag("--namespace", "namespace of the objects", short="-n", value="NAME"),
    Flag("--production", "judge as for production"),
)
"""What a stack file decides otherwise."""

OUTPUT_FORMAT = Flag("--output-format", "of findings", value="FORMAT", choices=FORMATS)

OUTPUT = OUTPUT_FORMAT._replace(short="-o", also="--output")
"""For verbs that are for findings alone."""

FINDINGS = (
    OUTPUT_FORMAT,
    Flag("--select", "only findings of this code", value="CODE", repeat=True),
    Flag("--ignore", "no findings of this code", value="CODE", repeat=True),
    Flag("--min-severity", "show from", value="SEVERITY", choices=tuple(each.value for each in Severity)),
    Flag("--statistics", "count the findings of each code"),
    Flag("--fail-on", "exit 1 from", value="SEVERITY", choices=("error", "warning", "never"), default="error"),
)

FLAGS = (FILES[0], STACK, *FILES[1:], *TARGET, INVENTORY)
"""For verbs that read an estate and convert it."""

WRONG = "findings from `--fail-on` up"


def output(*choices: str, what: str, old: str = "") -> Flag:
    """The flag that says how a verb writes what it is for; the first of `choices` is the default."""
    return Flag("--output", what, short="-o", value="FORMAT", choices=choices, default=choices[0], old=old)


BEFORE_VERBS = (*FILES, STACK, OUTPUT_FORMAT, output("text", "json", what="how to write"))
"""Flags that may stand before the verb too, beside those that every verb has."""


class Reading(NamedTuple):
    """An estate, read and converted.

    project, conversion: None where an error stood in the way (`conversion` also for a stack without compose files).
    findings: all, in no order. sources: file → text, for excerpts. timings: stage → seconds, in order.
    left: how many findings were left out, because others were asked for.
    """

    project: Project | None
    conversion: Conversion | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    options: Options
    timings: Mapping[str, float]
    left: int = 0

    @property
    def unusable(self) -> bool:
        """Was there an error before anything could be converted?"""
        return self.conversion is None and any(finding.severity is Severity.ERROR for finding in self.findings)


def request(given: Given, shell: Shell) -> Request:
    """What the reading flags ask the loader for; secret variables become references."""
    from longshore.compose import Request  # noqa: PLC0415  a platform stack reads no compose file

    files, services, folder = _named(given, shell)
    return Request(
        working_directory=shell.directory,
        files=files,
        project_directory=given.text("--project-directory") or folder,
        environment=shell.environment,
        env_files=given.texts("--env-file") or None,
        profiles=given.texts("--profile"),
        services=services,
        project_name=given.text("--project-name"),
        is_secret=variable,
        used_as_secrets=secret_by_use,
        allow_outside=given.on("--allow-outside"),
    )


def _named(given: Given, shell: Shell) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """What is named, by a flag or a plain word: (files, services, the folder whose compose file is meant instead).

    A plain word is a service, or a folder where the current folder has no compose file. One without a compose file is
    taken for a file, for the reader to say what it is.
    """
    files, words = given.texts("--file"), given.operands
    if len(files) == 1 and has_compose_file(files[0], shell):
        return (), words, files[0]
    if not files and len(words) == 1 and has_compose_file(words[0], shell) and not has_compose_file(".", shell):
        return (), (), words[0]
    if not files and len(words) == 1 and _is_folder(words[0], shell) and not has_compose_file(".", shell):
        return words, (), ""
    return files, words, ""


def _is_folder(word: str, shell: Shell) -> bool:
    return os.path.isdir(os.path.join(shell.directory, word))


def has_compose_file(folder: str, shell: Shell) -> bool:
    """Is this a folder with a compose file under one of the names that are found by themselves?"""
    from longshore.compose.discovery import NAMES  # noqa: PLC0415  not for a verb that reads a stack

    return any(os.path.isfile(os.path.join(shell.directory, folder, name)) for name in NAMES)


def stack_named(given: Given, shell: Shell) -> str:
    """The stack that a verb needs.

    Raises:
        Refused: none is named; the help lists those there are.
    """
    name = given.text("--stack")
    if not name:
        from longshore.stack.reading import project_root, stack_names  # noqa: PLC0415  pydantic, which a compose file alone does not need

        known = stack_names(project_root(shell.directory))
        there = f"stacks here: {', '.join(known)}" if known else "`longshore init` makes one"
        raise Refused("say which stack: `-s STACK`", there)
    return name


def read(given: Given, shell: Shell, *, applied: bool = False) -> Reading:
    """Load and convert what the flags name: a stack, or compose files. applied: as of `convert_stack`.

    Raises:
        Refused: the flags contradict each other, or there is no such stack.
    """
    with shell.busy("reading and converting the compose files", quiet=given.on("--quiet")):
        return _from_stack(given, shell, applied=applied) if given.text("--stack") else _from_files(given, shell)


def _from_files(given: Given, shell: Shell) -> Reading:
    from longshore.compose import load  # noqa: PLC0415  a platform stack reads no compose file
    from longshore.convert.engine import convert_project  # noqa: PLC0415  a platform stack converts nothing: two hundred modules

    options = Options(
        environment=given.text("--environment"),
        team=given.text("--team"),
        namespace=given.text("--namespace"),
        production=given.on("--production"),
    )
    late, started = deadline(shell.environment), perf_counter()
    loaded = load(request(given, shell), Disk(shell.stdin), late)
    timings = {"read": perf_counter() - started}
    if loaded.project is None:
        return Reading(None, None, loaded.findings, loaded.sources, options, timings)
    if given.text("--inventory"):
        from longshore.inventory.reading import UnreadableError, read_observed  # noqa: PLC0415  pydantic, which a compose file alone does not need

        name = given.text("--inventory")
        try:
            observed = read_observed(Disk(shell.stdin), shell.path(name), name, loaded.project)
        except UnreadableError as error:
            findings = (*loaded.findings, error.finding)
            return Reading(loaded.project, None, findings, loaded.sources, options, timings)
        options = options._replace(observed=observed)
    started = perf_counter()
    conversion = convert_project(loaded.project, options, late)
    timings["convert"] = perf_counter() - started
    findings = (*loaded.findings, *conversion.findings)
    return Reading(loaded.project, conversion, findings, loaded.sources, options, timings)


def _from_stack(given: Given, shell: Shell, *, applied: bool) -> Reading:
    from longshore.stack.inputs import options_of  # noqa: PLC0415  pydantic, which a compose file alone does not need
    from longshore.stack.reading import convert_stack, read_stack  # noqa: PLC0415  pydantic, which a compose file alone does not need

    for flag in (*FILES, *TARGET):
        if given.texts(flag.name) not in {(), (flag.default,)}:
            raise Refused(f"`{flag.name}` and `--stack` exclude each other", "the stack file decides what is read")
    if given.operands:
        raise Refused(
            "services cannot be chosen with `--stack`", "`longshore:compose` of the stack file has `services`"
        )
    stack = read_stack(given.text("--stack"), shell.directory)
    named = given.text("--inventory")
    inventory = shell.path(named) if named else ""
    estate = convert_stack(stack, shell.environment, inventory=inventory, applied=applied)
    if estate is None:
        options = options_of(stack.settings, stack.platform) if stack.settings else Options()
        return Reading(None, None, stack.findings, stack.sources, options, {})
    return Reading(estate.loaded.project, estate.conversion, estate.findings, estate.sources, estate.options, {})


def unusable_code(findings: Iterable[Finding], given: Given) -> int:
    """3 where nothing was named and no compose file is found, 2 where one was named, or is wrong."""
    from longshore.compose import discovery  # noqa: PLC0415  a platform stack reads no compose file

    searched = not given.texts("--file") and not given.text("--stack")
    return NO_FILE if searched and any(finding.code == discovery.NO_FILE for finding in findings) else INPUT


def exit_code(reading: Reading, given: Given) -> int:
    """0 clean, 1 findings at or above `--fail-on`, 2 nothing could be converted, 3 there is no compose file."""
    if reading.unusable:
        return unusable_code(reading.findings, given)
    return 1 if any(map(fails(reading, given), reading.findings)) else 0


def fails(reading: Reading, given: Given) -> Callable[[Finding], bool]:
    """Which findings make a run fail: those at or above `--fail-on`, and errors without which nothing is converted."""
    failing = {"never": (), "warning": (Severity.WARNING, Severity.ERROR)}.get(
        given.text("--fail-on"), (Severity.ERROR,)
    )
    if reading.unusable:
        failing = (*failing, Severity.ERROR)
    return lambda finding: finding.severity in failing
