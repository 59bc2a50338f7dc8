"""`-s STACK`: from the name of a stack to its settings, and to what the converter is told.

The Pulumi program goes the same way, so that `check`, `render`, `plan` and `pulumi up` read one stack alike.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.deadline import deadline
from longshore.disk import Disk
from longshore.errors import NO_FILE, Refused, suggestion
from longshore.model import Finding, Severity
from longshore.report.findings import located, nowhere
from longshore.report.text import concise
from longshore.stack.file import StackFile, read_stack_file
from longshore.stack.images import caches_of, repository_of
from longshore.stack.inputs import options_of, request_of
from longshore.stack.settings import Settings, StackCluster
from longshore.stack.support import today
from longshore.stack.validation import (
    NAMESPACE,
    check_against,
    check_neighbours,
    check_platform,
    check_policies,
    check_readable,
    check_settings,
    on_platform,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from longshore.compose import Loaded, Project
    from longshore.compose.files import Files
    from longshore.convert.options import Options
    from longshore.model import Conversion
    from longshore.stack.bootstrap_settings import BootstrapSettings
    from longshore.stack.rights.roles import OfProject

PROJECT = "Pulumi.yaml"
PROGRAM = "__main__.py"
FOLDER = "stacks"
BOOTSTRAP = f"{NAMESPACE}bootstrap"
"""The key that makes a stack one that CI stands on."""


class Stack(NamedTuple):
    """One stack as its file says.

    root: the folder of Pulumi.yaml, absolute. settings: None where an error stands among the findings; an
    application stack has from its platform what it leaves out. platform: the settings of the stack that has the
    cluster, None for one with a cluster of its own. sources: file → text, for excerpts. bootstrap: the settings of a
    bootstrap stack, which has no others.
    """

    name: str
    root: str
    settings: Settings | None
    platform: Settings | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    file: StackFile
    bootstrap: BootstrapSettings | None = None

    @property
    def readable(self) -> bool:
        """Whether no error stands among the findings of its file."""
        return self.settings is not None or self.bootstrap is not None


class ConvertedStack(NamedTuple):
    """The compose estate of a stack, read and converted.

    loaded: what the loader made of the files. conversion: None where an error stands in the way. findings: all of
    them, those of the stack file first. sources: file → text, for excerpts. options: what the converter was told.
    """

    loaded: Loaded
    conversion: Conversion | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    options: Options


def project_root(directory: str) -> str:
    """Find the folder of Pulumi.yaml: `directory`, or the nearest above it.

    Raises:
        Refused: there is none.
    """
    start = Path(directory).absolute()
    for folder in (start, *start.parents):
        if (folder / PROJECT).is_file():
            return str(folder)
    raise Refused(f"no {PROJECT} here or in any folder above", "`longshore init` makes a project here", NO_FILE)


def stack_names(root: str) -> tuple[str, ...]:
    """Names of all stacks that have a file, sorted."""
    files = Path(root, FOLDER).glob("Pulumi.*.yaml")
    return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))


def configuration(name: str, root: str) -> dict[str, Any]:
    """The configuration of a stack by full key, as an engine would put it together."""
    relative = f"{FOLDER}/Pulumi.{name}.yaml"
    return _applied(read_stack_file(_text(root, relative) or "", relative), _text(root, PROJECT) or "")


def project_name(root: str) -> str:
    """The name of the project around the stacks."""
    return str(read_stack_file(_text(root, PROJECT) or "", PROJECT).values.get("name", ""))


def project_program(root: str) -> str:
    """The Python program of the project, as Pulumi finds it: a file, or `__main__.py` in the folder that `main` names.

    Raises:
        Refused: there is none.
    """
    main = str(read_stack_file(_text(root, PROJECT) or "", PROJECT).values.get("main") or ".")
    named = Path(root, main)
    program = named if named.is_file() else named / PROGRAM
    if not program.is_file():
        raise Refused(f"the project has no program {Path(main, PROGRAM)}", f"`main` in {PROJECT} names its folder")
    return str(program)


def read_stack(name: str, directory: str, config: Mapping[str, Any] | None = None) -> Stack:
    """Read a stack of the project around `directory`; what is wrong in it stands in `findings`.

    config: what applies, by full key, where an engine has put it together; None takes the files' own.

    Raises:
        Refused: no project, or no file for this stack.
    """
    stack = _read(name, project_root(directory), config, today())
    if stack.bootstrap:
        return _beside(stack, stack.bootstrap)
    cluster = stack.settings.cluster if stack.settings else None
    whole = _alone(_with_platform(stack, cluster) if isinstance(cluster, StackCluster) else stack)
    if whole.settings is None or whole.settings.compose:
        return whole  # what is converted is held against the rules of the organisation with what it becomes
    return whole._replace(findings=(*whole.findings, *check_policies(whole.settings, None, whole.file)))


def convert_stack(
    stack: Stack,
    environment: Mapping[str, str],
    *,
    files: Files | None = None,
    inventory: str = "",
    deploying: bool = False,
    applied: bool = False,
) -> ConvertedStack | None:
    """Load and convert the compose estate of a stack; None for a stack that has none, or whose settings are wrong.

    files: where compose files, and all that these name, are read from; this machine's unless given.
    inventory: the path of one that is read instead of the one that the stack file names.
    deploying: the secret store is asked which version of each secret is current, and whether there is one at all.
    applied: what comes of it goes to a cluster now, so that whatever is built must have been built.
    """
    if stack.settings is None or stack.settings.compose is None:
        return None
    from longshore.compose import load  # noqa: PLC0415  a platform stack reads no compose file
    from longshore.convert.engine import convert_project  # noqa: PLC0415  a platform stack converts nothing: two hundred modules

    request = request_of(stack.settings, stack.settings.compose, stack.root, project_name(stack.root), environment)
    late = deadline(environment)
    loaded = load(request, files or Disk(), late)
    sources = {**stack.sources, **loaded.sources}
    options = options_of(stack.settings, stack.platform)
    if loaded.project is None:
        return ConvertedStack(loaded, None, (*stack.findings, *loaded.findings), sources, options)
    options, unread = _with_files(options, stack, loaded.project, files or Disk(), inventory)
    caches = caches_of(stack.settings, stack.platform)
    options = options._replace(images=options.images._replace(awaited=not applied, caches=caches))
    if unread:
        return ConvertedStack(loaded, None, (*stack.findings, *loaded.findings, unread), sources, options)
    lacking: tuple[Finding, ...] = ()
    if deploying:
        from longshore.stack.pins import pinned  # noqa: PLC0415  it asks an account, by boto3

        options, lacking = pinned(stack.name, stack.settings, loaded.project, options, environment)
    conversion = convert_project(loaded.project, options, late)
    unknown = check_against(stack.settings, stack.platform, loaded.project, stack.file)
    beyond = check_readable(stack.settings, stack.platform, conversion, stack.file)
    ruled = check_policies(stack.settings, conversion, stack.file)
    findings = (*stack.findings, *unknown, *beyond, *ruled, *loaded.findings, *conversion.findings, *lacking)
    return ConvertedStack(loaded, conversion, findings, sources, options)


def _with_files(
    options: Options, stack: Stack, project: Project, files: Files, inventory: str
) -> tuple[Options, Finding | None]:
    """Add what the inventory and the lock of a stack say; or why one of them can't be read."""
    named = inventory or (stack.settings.inventory if stack.settings else "")
    if named:
        path = os.path.join(stack.root, named)
        within = os.path.relpath(path, stack.root)
        from longshore.inventory.reading import UnreadableError, read_observed  # noqa: PLC0415  few stacks have one

        try:
            seen = read_observed(files, path, path if within.startswith(os.pardir) else within, project)
        except UnreadableError as error:
            return options, error.finding
        options = options._replace(observed=seen)
    repository = repository_of(stack.settings, stack.platform) if stack.settings else ""
    named = stack.settings.images.lock if stack.settings else ""
    if named or repository:
        from longshore.images.lock import NAME, UnreadableLockError, images_of, read_lock  # noqa: PLC0415  few stacks have one

        locked = named or NAME
        try:
            lock = read_lock(files, os.path.join(stack.root, locked), locked)
        except UnreadableLockError as error:
            return options, error.finding
        options = options._replace(images=images_of(lock, locked, repository))
    return options, None


def summary(stack: Stack, estate: ConvertedStack | None, command: str = "") -> tuple[tuple[Finding, ...], str]:
    """All findings of a stack, and what an engine should say of them: each error and what to do, warnings by number.

    command: what shows the warnings; empty takes `longshore check` of the stack.
    """
    findings = estate.findings if estate else stack.findings
    project = estate.loaded.project if estate else None
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        ways_out = dict.fromkeys(finding.help for finding in errors if finding.help)
        lines = concise(located(errors, project.locate if project else nowhere))
        return findings, lines + "".join(f"help: {way_out}\n" for way_out in ways_out)
    codes = Counter(finding.code for finding in findings if finding.severity is Severity.WARNING)
    counted = ", ".join(f"{count} {code}" for code, count in sorted(codes.items()))
    number = "1 finding" if codes.total() == 1 else f"{codes.total()} findings"
    command = command or f"longshore check -s {stack.name}"
    return findings, f"{number}: {counted}; `{command}` shows where and what to do"


def _read(name: str, root: str, config: Mapping[str, Any] | None = None, day: date | None = None) -> Stack:
    relative = f"{FOLDER}/Pulumi.{name}.yaml"
    text = _text(root, relative)
    if text is None and config is None:
        known = stack_names(root)
        there = f"stacks here: {', '.join(known)}" if known else "`longshore init` makes one"
        raise Refused(f"stack `{name}` has no file {relative}", suggestion(name, known) or there)
    if config is None:
        return _of_files(name, root, text or "", _text(root, PROJECT) or "", day)
    return _of(name, root, text or "", read_stack_file(text or "", relative), config, day)


@lru_cache(maxsize=1024)
def _of_files(name: str, root: str, text: str, project: str, day: date | None) -> Stack:
    """A stack by its file and the project's: a platform's is read for each of its teams, and all for all others."""
    file = read_stack_file(text, f"{FOLDER}/Pulumi.{name}.yaml")
    return _of(name, root, text, file, _applied(file, project), day)


def _of(name: str, root: str, text: str, file: StackFile, applied: Mapping[str, Any], day: date | None) -> Stack:
    sources = {f"{FOLDER}/Pulumi.{name}.yaml": text}
    if BOOTSTRAP in applied:
        from longshore.stack.bootstrap_validation import check_bootstrap  # noqa: PLC0415  few commands read one

        bootstrap = check_bootstrap(applied, file)
        return Stack(name, root, None, None, bootstrap.findings, sources, file, bootstrap.settings)
    checked = check_settings(applied, file, day)
    return Stack(name, root, checked.settings, None, checked.findings, sources, file)


def _with_platform(stack: Stack, cluster: StackCluster) -> Stack:
    place = ("config", "longshore:cluster", "stack")
    span = stack.file.locate(place)
    try:
        below = _read(cluster.stack, stack.root)
    except Refused as refused:
        missing = Finding("stack-setting", Severity.ERROR, refused.message, refused.help, span=span)
        return stack._replace(settings=None, findings=(*stack.findings, missing))
    sources = {**below.sources, **stack.sources}
    if below.settings is None or stack.settings is None:
        return stack._replace(settings=None, findings=(*stack.findings, *below.findings), sources=sources)
    told = check_platform(stack.settings, below.settings, stack.file)
    fits = not any(finding.severity is Severity.ERROR for finding in told)
    return stack._replace(
        settings=on_platform(stack.settings, below.settings) if fits else None,
        platform=below.settings,
        findings=(*stack.findings, *told),
        sources=sources,
    )


def beside(stack: Stack) -> tuple[list[OfProject], list[str]]:
    """All other stacks of the project of a bootstrap stack, and the names of those that can't be read."""
    from longshore.stack.rights.roles import OfProject  # noqa: PLC0415  few commands read a bootstrap stack

    found, unreadable = [], []
    for name in stack_names(stack.root):
        other = _read(name, stack.root)
        if other.settings and isinstance(other.settings.cluster, StackCluster):
            other = _with_platform(other, other.settings.cluster)
        if other.settings:
            found.append(OfProject(name, other.settings, other.platform))
        elif not other.bootstrap:
            unreadable.append(name)
    return found, unreadable


def _beside(stack: Stack, settings: BootstrapSettings) -> Stack:
    from longshore.stack.bootstrap_validation import check_beside  # noqa: PLC0415  few commands read one

    others, unreadable = beside(stack)
    checked = check_beside(settings, stack.name, others, project_name(stack.root), unreadable, stack.file)
    return stack._replace(bootstrap=checked.settings, findings=(*stack.findings, *checked.findings))


def _alone(stack: Stack) -> Stack:
    """Refuse what another stack of the project has on the same cluster."""
    if stack.settings is None or not (stack.settings.team or stack.settings.cluster_name):
        return stack
    read = {name: _read(name, stack.root).settings for name in stack_names(stack.root) if name != stack.name}
    others = {name: settings for name, settings in read.items() if settings}
    told = check_neighbours(stack.name, stack.settings, others, stack.file)
    return stack._replace(settings=None, findings=(*stack.findings, *told)) if told else stack


def _applied(file: StackFile, text: str) -> dict[str, Any]:
    """What an engine would give to the program: what Pulumi.yaml sets for every stack, then the stack's own."""
    project = read_stack_file(text, PROJECT).values
    found: dict[str, Any] = {}
    for key, given in _mapping(project.get("config")).items():
        full = key if ":" in key else f"{project.get('name')}:{key}"
        if not isinstance(given, dict):
            found[full] = given
        elif given.keys() & {"value", "default"}:
            found[full] = given.get("value", given.get("default"))
    return found | _mapping(file.values.get("config"))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(root: str, relative: str) -> str | None:
    try:
        return Path(root, relative).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refused(f"{relative} can't be read: {reason}") from None
