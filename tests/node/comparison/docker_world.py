"""Runs projects by `docker compose up` and asks the witness in every container what it finds."""

from __future__ import annotations

import json
import resource
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.node.comparison.standins import WITNESS
from tools.docker.api import EngineError
from tools.docker.engine import ComposeFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.node.comparison.project import Prepared
    from tools.docker.engine import Engine

_SECONDS_UP = 60.0
_SECONDS_FOR_EACH = 3.0
_SECONDS_TO_ANSWER = 15.0


class Report(NamedTuple):
    """What a witness says: the world of the service, the calls of its probes and hooks, and what it reached.

    twins: the identities of the service's other replicas. ended: it has ended by order, and its namespaces with it.
    """

    world: Mapping[str, Any]
    calls: tuple[Mapping[str, Any], ...]
    dialled: Mapping[str, Mapping[str, Any]]
    twins: tuple[str, ...] = ()
    ended: bool = False


class NotRunError(Exception):
    """A world could not run the project; the message says why."""


class _Tag(yaml.YAMLObject):
    """`!override`, by which an override file of compose replaces what it would add to."""

    yaml_tag = "!override"
    yaml_dumper = yaml.SafeDumper

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def to_yaml(cls, dumper: yaml.SafeDumper, data: _Tag) -> yaml.Node:  # type: ignore[override]
        """Write the value under the tag."""
        node = dumper.represent_data(data.value)
        node.tag = cls.yaml_tag
        return node


def override(prepared: Prepared) -> str:
    """What is changed for the run.

    No port is published, which nobody inside sees; nothing is pulled; no limit is raised that may not be; probes come
    every 3 seconds.
    """
    services = {}
    for name, service in prepared.services.items():
        change: dict[str, Any] = {"pull_policy": "never"}
        if service.model.get("ports"):
            change["ports"] = _Tag([])
        check = service.model.get("healthcheck") or {}
        if check.get("test") and not check.get("disable") and check["test"][0] != "NONE":
            change["healthcheck"] = {"interval": "3s", "start_period": "0s"}
        if any(_more_than_here(limit) for limit in (service.model.get("ulimits") or {}).values()):
            change["ulimits"] = _Tag({})
        services[name] = change
    return yaml.safe_dump({"services": services})


def _more_than_here(limit: Any) -> bool:
    """Whether a limit of open files is above what this machine gives root, who may not be allowed to raise it."""
    wanted = limit["hard"] if isinstance(limit, dict) else limit
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return int(wanted) > most or int(wanted) < 0


def up(engine: Engine, prepared: Prepared) -> None:
    """`docker compose up -d`; services that are to end are told so when somebody may wait for it.

    Raises:
        NotRunError: Docker does not run it.
    """
    case = prepared.case
    (case.folder / "witness.override.yaml").write_text(override(prepared))
    tests = [list((x.model.get("healthcheck") or {}).get("test") or ()) for x in prepared.services.values()]
    if any(test == ["CMD"] for test in tests):
        raise NotRunError("a probe without a word to run ends this engine: index out of range")
    _external(engine, prepared)
    done = threading.Event()
    ender = threading.Thread(target=_end_those_that_end, args=(engine, prepared, done))
    ender.start()
    try:
        compose(
            engine, prepared, "up", "-d", "--no-build", seconds=_SECONDS_UP + _SECONDS_FOR_EACH * len(prepared.services)
        )
    except ComposeFailedError as error:
        raise NotRunError(str(error)) from None
    finally:
        done.set()
        ender.join()


def compose(engine: Engine, prepared: Prepared, *words: str, seconds: float = 120.0) -> None:
    """Run a verb of compose on the project as it was brought up."""
    case = prepared.case
    files = [x for file in (*case.files, "witness.override.yaml") for x in ("-f", file)]
    profiles = [x for name in case.profiles for x in ("--profile", name)]
    engine.compose(
        *files, *profiles, "-p", case.name, *words, folder=case.folder, environment=case.environment, seconds=seconds
    )


def _external(engine: Engine, prepared: Prepared) -> None:
    """Make what the project expects to be there."""
    for kind in ("volumes", "networks"):
        for name in _outside(prepared, kind):
            engine.api.post(f"{kind}/create", {"Name": name})


def _outside(prepared: Prepared, kind: str) -> list[str]:
    entries = (prepared.project.model.get(kind) or {}).values()
    return [entry["name"] for entry in entries if entry and entry.get("external")]


def _end_those_that_end(engine: Engine, prepared: Prepared, done: threading.Event) -> None:
    """Others wait for them, so each is asked what it found, dials what there is by then, and is told to end."""
    waited = {
        name
        for service in prepared.services.values()
        for name, how in (service.model.get("depends_on") or {}).items()
        if how.get("condition") == "service_completed_successfully"
    }
    while waited and not done.wait(0.3):
        for name, container in containers(engine, prepared).items():
            if name in waited and (report := _report(engine, container, [])):
                _KEPT[prepared.case.name, name] = report._replace(ended=True)
                ask(engine, container, "end", "0")
                waited.discard(name)


# What services said that have ended by order, by project and service.
_KEPT: dict[tuple[str, str], Report] = {}


def _report(engine: Engine, container: str, targets: list[str]) -> Report | None:
    said = ask(engine, container, "report", *targets)
    return report_of(said) if said else None


def report_of(said: Mapping[str, Any]) -> Report:
    """An answer to `report`."""
    return Report(said["report"], tuple(said.get("calls") or ()), said.get("dialled") or {})


def ask(engine: Engine, container: str, *words: str) -> dict[str, Any] | None:
    """Ask the witness of a container; None where it does not answer."""
    try:
        done = engine.exec(container, [WITNESS, *words])
    except EngineError:
        return None
    try:
        answer: dict[str, Any] = json.loads(done.out)
    except ValueError:
        return None
    return answer


def containers(engine: Engine, prepared: Prepared) -> dict[str, str]:
    """The first container of each service that runs: service → container."""
    return {name: found[0] for name, found in _all_containers(engine, prepared).items()}


def _all_containers(engine: Engine, prepared: Prepared) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in sorted(engine.containers(prepared.case.name), key=lambda x: str(x["Names"])):
        if each["State"] == "running":
            found.setdefault(each["Labels"]["com.docker.compose.service"], []).append(each["Id"])
    return found


def _waits_for_a_probe(prepared: Prepared, name: str, report: Report) -> bool:
    check = prepared.services[name].model.get("healthcheck") or {}
    return bool(check.get("test")) and check["test"][0] != "NONE" and not check.get("disable") and not report.calls


def observe(engine: Engine, prepared: Prepared, targets: Iterable[str]) -> dict[str, Report]:
    """Ask every service; one that has ended by order is there with what it said before, and has dialled nobody."""
    found: dict[str, Report] = {}
    deadline = time.monotonic() + _SECONDS_TO_ANSWER
    for name, (first, *others) in _all_containers(engine, prepared).items():
        report = _report(engine, first, list(targets))
        while (report is None or _waits_for_a_probe(prepared, name, report)) and time.monotonic() < deadline:
            time.sleep(0.5)
            report = _report(engine, first, list(targets))
        if report:
            twins = [twin.world["identity"] for other in others if (twin := _report(engine, other, []))]
            found[name] = report._replace(twins=tuple(twins))
    kept = {name: report for (project, name), report in _KEPT.items() if project == prepared.case.name}
    return {**kept, **found}


def down(engine: Engine, prepared: Prepared) -> None:
    """Remove all of it, at once, and what was made for it beforehand."""
    for container in engine.containers(prepared.case.name):
        engine.api.delete(f"containers/{container['Id']}", force=True, v=True)
    label = {"label": [f"com.docker.compose.project={prepared.case.name}"]}
    for network in engine.api.get("networks", filters=label):
        engine.api.delete(f"networks/{network['Id']}")
    for volume in engine.api.get("volumes", filters=label)["Volumes"] or ():
        engine.api.delete(f"volumes/{volume['Name']}")
    for kind in ("volumes", "networks"):
        for name in _outside(prepared, kind):
            engine.api.delete(f"{kind}/{name}")
