"""Which services are in the project, and the variables and labels that files give them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.interpolate import FALSE
from longshore.compose.normalise import check_equals_signs, take_values
from longshore.compose.problems import did_you_mean, quote
from longshore.compose.scalars import show
from longshore.compose.tree import MISSING, Node
from longshore.compose.variables import read_entries
from longshore.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.compose.environment import Environment
    from longshore.compose.reading import Reading


class Chosen(NamedTuple):
    """The services of the enabled profiles, and after that those that were asked for with what they need."""

    enabled: dict[str, Node]
    selected: dict[str, Node]
    jobs: dict[str, Node]


def choose(root: Node, profiles: Iterable[str], wanted: tuple[str, ...], reading: Reading) -> Chosen:
    """Leave out services whose profiles are not enabled, then those that nobody asked for."""
    services = root.get("services") or {}
    active = tuple(profiles)
    jobs = {name: node for name, node in (root.get("jobs") or {}).items() if _matches(node, active)}
    enabled = {name: node for name, node in services.items() if _matches(node, active)}
    if not wanted:
        return Chosen(enabled, enabled, jobs)
    for name in wanted:
        if name in services and name not in enabled:
            active += tuple(_profiles(services[name]))
    candidates = {name: node for name, node in services.items() if _matches(node, active)}
    return Chosen(enabled, _with_dependencies(candidates, wanted, reading), jobs)


def _profiles(node: Node) -> list[str]:
    listed = node.get("profiles") if type(node.value) is dict else None
    return [str(item.value) for item in listed] if type(listed) is list else []


def _matches(node: Node, active: tuple[str, ...]) -> bool:
    declared = _profiles(node)
    return not declared or any(profile == "*" or profile in declared for profile in active)


def _with_dependencies(services: dict[str, Node], wanted: tuple[str, ...], reading: Reading) -> dict[str, Node]:
    found: dict[str, Node] = {}
    queue: list[tuple[str, bool]] = []
    for pattern in wanted:
        names = [name for name in services if fnmatchcase(name, pattern)]
        if not names:
            reading.problems.error(
                "unknown-service", f"there is no service {quote(pattern)}", help=did_you_mean(pattern, services)
            )
        queue += [(name, True) for name in names]
    while queue:
        name, required = queue.pop()
        if name in found:
            continue
        if name not in services:
            if required:
                reading.problems.error("unknown-service", f"there is no service {quote(name)} among the enabled ones")
            continue
        found[name] = services[name]
        depends_on = services[name].get("depends_on")
        if type(depends_on) is dict:
            queue += [(other, node.get("required") is not False) for other, node in depends_on.items()]
    return {name: node for name, node in services.items() if name in found}


def resolve_variables(service: Node, environment: Environment, reading: Reading) -> None:
    """Complete the environment of a service and of its hooks with what their env files say."""
    _resolve(service, environment, reading)
    for hook in service.get("pre_start") or ():
        if type(hook.value) is dict and ("environment" in hook.value or "env_file" in hook.value):
            _resolve(hook, environment, reading)


def _resolve(container: Node, environment: Environment, reading: Reading) -> None:
    env_files = container.value.pop("env_file", None)
    own = container.value.get("environment") or Node({})
    check_equals_signs(own, reading.problems)
    take_values(own, environment, keep=True)
    if env_files is None or type(env_files.value) is not list or not env_files.value:
        return
    for item in own.value if type(own.value) is list else ():
        key = str(item.value).partition("=")[0]
        if key[-1:].isspace():
            reading.problems.error(
                "invalid-value", "there is a space before the `=`", item, help=f"write `{key.strip()}=...`"
            )
    variables = _as_mapping(own)
    texts = {key: show(child.value) for key, child in variables.items() if child.value is not None}
    known = dict(texts)
    found: dict[str, Node] = {}

    def lookup(name: str) -> str | None:
        value = environment.lookup(name)
        return texts.get(name) if value is None else value

    for env_file in env_files.value:
        _read(env_file, lookup, known, found, environment, reading)
    found.update(variables)
    container.value["environment"] = Node(found, own.at or env_files.at, own.key or env_files.key)


def _as_mapping(node: Node) -> dict[str, Node]:
    if type(node.value) is dict:
        return node.value
    variables: dict[str, Node] = {}
    for item in node.value or ():
        key, equals, value = str(item.value).partition("=")
        variables[key] = Node(value if equals else None, item.at, item.at)
    return variables


def _read(
    env_file: Node,
    lookup: Any,
    known: dict[str, str],
    found: dict[str, Node],
    environment: Environment,
    reading: Reading,
) -> None:
    path = env_file.get("path")
    if type(path) is not str:
        return
    if reading.files.kind(path) == "missing" and str(env_file.get("required")).lower() in FALSE:
        return
    form = env_file.get("format") or ""
    if form not in {"", ".env", "raw"}:
        reading.problems.error(
            "env-file",
            f"{quote(form)} is not a format of an env file",
            env_file.value["format"],
            help="use `raw`, or leave it out",
        )
        return
    at = env_file.value["path"]
    for entry in read_entries(reading, path, lookup, known, environment, raw=form == "raw", at=at):
        if entry.value is not None:
            known[entry.key] = entry.value
            place = Span(reading.shown(path), entry.line, entry.column, max(len(entry.key), 1))
            found[entry.key] = Node(entry.value, place, place)


def resolve_labels(container: Node, environment: Environment, reading: Reading) -> None:
    """Complete the labels of a service and of its hooks with what their label files say."""
    for part in (container, *(container.get("pre_start") or ())):
        files = part.value.get("label_file") if type(part.value) is dict else None
        if files is None or type(files.value) is not list:
            continue
        found: dict[str, Node] = {}
        texts: dict[str, str] = {}
        for item in files.value:
            known: dict[str, str] = {}
            for entry in read_entries(reading, str(item.value), texts.get, known, environment, at=item):
                if entry.value is not None:
                    place = Span(reading.shown(str(item.value)), entry.line, entry.column, max(len(entry.key), 1))
                    found[entry.key] = Node(entry.value, place, place)
            texts.update(known)
        own = part.value.get("labels", MISSING)
        if own is not MISSING:
            found.update(_as_mapping(own))
        if found:
            part.value["labels"] = Node(
                found, files.at if own is MISSING else own.at, None if own is MISSING else own.key
            )
