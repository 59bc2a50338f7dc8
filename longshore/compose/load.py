"""From a request to a project: which files, which variables, which name; then the stages, then the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml import MappingNode

from longshore.compose.attributes import SECTIONS
from longshore.compose.binding import OMIT
from longshore.compose.consistency import Known, check_consistency
from longshore.compose.discovery import Start, begin
from longshore.compose.environment import Environment
from longshore.compose.model import Model
from longshore.compose.normalise import normalise
from longshore.compose.problems import Problems, quote
from longshore.compose.project import Project
from longshore.compose.reading import LateError, Reading, Refused
from longshore.compose.request import Loaded, Request
from longshore.compose.services import Chosen, choose, resolve_labels, resolve_variables
from longshore.compose.template import TemplateError, substitute
from longshore.compose.tree import Node, plain, walk
from longshore.model import Severity
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from longshore.compose.files import Files

_NAME = Regex(r"[a-z0-9][a-z0-9_-]*")
_NAME_CHARACTERS = Regex(r"[^a-z0-9_-]")


def load(request: Request, files: Files, late: Callable[[], bool] = lambda: False) -> Loaded:
    """Read a compose project. All errors are findings; the project is None when there is one.

    late: asked between two stages of a file, and two services, whether the time is over; reading ends there then.
    """
    problems = Problems()
    reading = Reading(request, files, problems, late)
    try:
        project = _load(reading)
    except LateError as error:
        project = None
        problems.error(
            "time-limit",
            "reading took longer than it may, and ended here",
            error.at,
            help="divide the project into several; `LONGSHORE_SECONDS=900` gives it more time, 0 lifts the bound",
        )
    findings = tuple(problems.findings)
    failed = problems.errors or any(finding.severity is Severity.ERROR for finding in findings)
    return Loaded(None if failed else project, findings, reading.sources)


def _load(reading: Reading) -> Project | None:
    problems = reading.problems
    start = begin(reading)
    if start is None:
        return None
    name = _project_name(reading, start)
    # Who wants `${...}` as it is written wants `KEY:` without a value as it is written, too.
    environment = start.environment if reading.request.interpolate else Environment({}, None)
    environment.set("COMPOSE_PROJECT_NAME", name)
    model = Model(reading, start.directory, environment)
    tree = model.load([(path, None) for path in start.files])
    if not tree.value:
        if not problems.errors:
            problems.error(
                "empty-file",
                "there is nothing in it",
                reading.first_line(start.files[0]),
                help="a compose file has at least `services:`",
            )
        return None
    tree.value["name"] = (
        Node(name, tree.value["name"].at, tree.value["name"].key) if "name" in tree.value else Node(name)
    )
    problems.root = tree
    reading.go_on(tree)
    normalise(tree, name, environment, problems)
    if not reading.request.interpolate:
        # Variables stand where numbers and names would be: there is nothing to bind or to compare.
        values = start.environment.values
        return Project(name, start.directory, plain(tree), values, reading.files, tree, {}, reading.shown, left_out={})
    chosen = choose(tree, start.profiles, reading.request.services, reading)
    for service in chosen.selected.values():
        reading.go_on(service)
        resolve_variables(service, environment, reading)
        resolve_labels(service, environment, reading)
    return _bound(reading, start, tree, chosen, name, environment)


def _bound(reading: Reading, start: Start, tree: Node, chosen: Chosen, name: str, environment: Environment) -> Project:
    """Give every value its type, check what joins them, and leave out what is disabled."""
    problems = reading.problems
    model = _bind(tree, problems, reading)
    everything = model.get("services", {})
    services = {key: service for key, service in everything.items() if key in chosen.enabled}
    disabled = {key: service for key, service in everything.items() if key not in chosen.enabled}
    if "jobs" in model:
        model["jobs"] = {key: job for key, job in model["jobs"].items() if key in chosen.jobs}
    reading.go_on(tree)
    check_consistency(Known(services, disabled, model, tree, problems))
    selected = {key: everything[key] for key in chosen.selected if key in everything}
    if reading.request.services:
        _drop_dependencies(selected)
    disabled = {key: service for key, service in everything.items() if key not in selected}
    model["services"] = selected
    _admit_secrets(reading, model, tree)
    tidy = {key: value for key, value in model.items() if value or key in {"name", "services"} or key.startswith("x-")}
    # Who asks for some services knows that there are others.
    left = {} if reading.request.services else {key: _profiles(service) for key, service in disabled.items()}
    return Project(
        name, start.directory, tidy, environment.values, reading.files, tree, disabled, reading.shown, left_out=left
    )


def _profiles(service: dict[str, Any]) -> tuple[str, ...]:
    return tuple(map(str, service.get("profiles") or ()))


def _admit_secrets(reading: Reading, model: dict[str, Any], tree: Node) -> None:
    """Judge the files of secrets by the rule for all others: they are read when secrets are pushed, and stored."""
    mounted = {mount.get("source") for service in model["services"].values() for mount in service.get("secrets") or ()}
    for name, secret in model.get("secrets", {}).items():
        if name in mounted and secret.get("file"):
            try:
                reading.admit(secret["file"])
            except Refused as refused:
                at, _ = walk(tree, ("secrets", name, "file"))
                reading.problems.error(refused.code, refused.message, at, help=refused.help)


def _bind(tree: Node, problems: Problems, reading: Reading) -> dict[str, Any]:
    model: dict[str, Any] = {"name": tree.get("name")}
    for section, node in tree.value.items():
        bind = SECTIONS.get(section)
        if bind is None:
            if section.startswith("x-"):
                model[section] = plain(node)
            continue
        bound = model[section] = {}
        for key, entry in node.value.items() if type(node.value) is dict else ():
            if section == "services":
                reading.go_on(entry)
            value = bind(entry, problems) if type(entry.value) is dict else OMIT
            if value is not OMIT:
                bound[key] = value
    model.setdefault("services", {})
    return model


def _drop_dependencies(selected: dict[str, Any]) -> None:
    """Forget optional dependencies on services that are not there."""
    for service in selected.values():
        depends_on = service.get("depends_on")
        if depends_on:
            kept = {name: each for name, each in depends_on.items() if name in selected}
            service.pop("depends_on")
            if kept:
                service["depends_on"] = kept


def normalise_name(text: str) -> str:
    """Make a project name of any text."""
    return _NAME_CHARACTERS.sub("", text.lower()).lstrip("_-")


def _called(directory: str, request: Request) -> str:
    """What a folder is called: for one that holds the working directory, what whoever asks calls that."""
    holds = f"{request.working_directory}/".startswith(f"{directory}/")
    return request.root_name if request.root_name and holds else directory.rpartition("/")[2]


def _project_name(reading: Reading, start: Start) -> str:
    """Choose the name: `-p`, else `COMPOSE_PROJECT_NAME`, else the last `name:` of the files, else the directory."""
    problems = reading.problems
    explicit = reading.request.project_name or start.environment.lookup("COMPOSE_PROJECT_NAME") or ""
    if explicit:
        if not _NAME.fullmatch(explicit):
            problems.error(
                "project-name",
                f"{quote(explicit)} is not a project name",
                help="use lower-case letters, digits, `-` and `_`, starting with a letter or digit",
            )
        return explicit
    written = None
    for path in start.files:
        for document in reading.documents(path, explicit=True) or ():
            for key, value in document.value if isinstance(document, MappingNode) else ():
                if key.value == "name" and isinstance(value.value, str) and value.value:
                    written = value
    if written is not None:
        text = written.value
        if reading.request.interpolate:
            try:
                text = substitute(text, start.environment.lookup)
            except TemplateError:
                return "project"  # reported where the file is interpolated
        name = normalise_name(text)
        if not name:
            problems.error("project-name", f"{quote(text)} is not a project name", Node(None, written))
        return name
    name = normalise_name(_called(start.directory.rstrip("/"), reading.request))
    if not name:
        problems.error("project-name", "the project has no name", help="name it with `name:` or `-p`")
    return name
