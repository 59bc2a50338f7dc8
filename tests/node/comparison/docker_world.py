"""Runs projects by `docker compose up` and asks the witness in every container what it finds."""

from __future__ import annotations

import json
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

_SECONDS_UP = 120.0


class Report(NamedTuple):
    """What a witness says: the world of the service, the calls of its probes and hooks, and what it reached."""

    world: Mapping[str, Any]
    calls: tuple[Mapping[str, Any], ...]
    dialled: Mapping[str, Mapping[str, Any]]


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
    """What is changed for the run: no port of the machine is taken, nothing is pulled, probes come every second."""
    services = {}
    for name, service in prepared.services.items():
        change: dict[str, Any] = {"pull_policy": "never"}
        if service.model.get("ports"):
            change["ports"] = _Tag([f"{x['target']}/{x.get('protocol', 'tcp')}" for x in service.model["ports"]])
        check = service.model.get("healthcheck") or {}
        if check.get("test") and not check.get("disable") and check["test"][0] != "NONE":
            change["healthcheck"] = {"interval": "1s", "start_period": "0s"}
        services[name] = change
    return yaml.safe_dump({"services": services})


def up(engine: Engine, prepared: Prepared) -> None:
    """`docker compose up -d`; services that are to end are told so when somebody may wait for it.

    Raises:
        NotRunError: Docker does not run it.
    """
    case = prepared.case
    (case.folder / "witness.override.yaml").write_text(override(prepared))
    _external(engine, prepared)
    done = threading.Event()
    ender = threading.Thread(target=_end_those_that_end, args=(engine, prepared, done))
    ender.start()
    try:
        compose(engine, prepared, "up", "-d", "--no-build", seconds=_SECONDS_UP)
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
        for entry in (prepared.project.model.get(kind) or {}).values():
            if entry and entry.get("external"):
                try:
                    engine.api.post(f"{kind}/create", {"Name": entry["name"], "CheckDuplicate": True})
                except EngineError as error:
                    if "already exists" not in str(error):
                        raise


def _end_those_that_end(engine: Engine, prepared: Prepared, done: threading.Event) -> None:
    ending = {name for name, service in prepared.services.items() if service.ends}
    waited = {
        name
        for service in prepared.services.values()
        for name, how in (service.model.get("depends_on") or {}).items()
        if how.get("condition") == "service_completed_successfully"
    }
    left = ending & waited
    while left and not done.wait(0.3):
        for container in engine.containers(prepared.case.name):
            name = container["Labels"]["com.docker.compose.service"]
            if name in left and container["State"] == "running" and ask(engine, container["Id"], "report"):
                prepared_report = ask(engine, container["Id"], "report")
                if prepared_report:
                    _KEPT[(prepared.case.name, name)] = prepared_report
                ask(engine, container["Id"], "end", "0")
                left.discard(name)


_KEPT: dict[tuple[str, str], dict[str, Any]] = {}


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
    found: dict[str, str] = {}
    for each in sorted(
        engine.containers(prepared.case.name), key=lambda x: x["Labels"]["com.docker.compose.container-number"]
    ):
        if each["State"] == "running":
            found.setdefault(each["Labels"]["com.docker.compose.service"], each["Id"])
    return found


def observe(engine: Engine, prepared: Prepared, targets: Iterable[str]) -> dict[str, Report]:
    """Ask every service; one that has ended by order is there with what it said before."""
    found: dict[str, Report] = {}
    targets = list(targets)
    deadline = time.monotonic() + 20
    for name, container in containers(engine, prepared).items():
        said = ask(engine, container, "report")
        while said is None and time.monotonic() < deadline:
            time.sleep(0.2)
            said = ask(engine, container, "report")
        dialled = ask(engine, container, "dial", *targets) if targets else {}
        if said:
            found[name] = Report(said["report"], tuple(said.get("calls") or ()), dialled or {})
    for (project, name), said in _KEPT.items():
        if project == prepared.case.name and name not in found:
            found[name] = Report(said["report"], tuple(said.get("calls") or ()), {})
    return found


def down(engine: Engine, prepared: Prepared) -> None:
    """Remove all of it, at once."""
    compose(engine, prepared, "kill")
    compose(engine, prepared, "down", "-v", "-t", "0")
