"""Runs projects in both worlds, as many at once as the machine has room for, and says of each what was found."""

from __future__ import annotations

import time
from collections.abc import Callable  # noqa: TC003  NamedTuple fields
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.convert.estate.image_facts import known
from tests.node.comparison import docker_world, endings, node_world, standins
from tests.node.comparison.docker_world import NotRunError
from tests.node.comparison.observe import facts
from tools.cluster.workloads import end_namespaces
from tools.node.images import write_archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from longshore.model import Manifest
    from tests.node.comparison.docker_world import Report
    from tests.node.comparison.observe import Facts
    from tests.node.comparison.project import Prepared
    from tools.docker.engine import Engine
    from tools.node.node import Node

MOST_SERVICES = 60
_MOST_TARGETS = 30
_AT_ONCE = 4
_SECONDS_UNTIL_ANSWERED = 15.0


class Worlds(NamedTuple):
    """Both, and where images are made."""

    engine: Engine
    node: Node
    folder: Path


class Outcome(NamedTuple):
    """A project that ran in both worlds: facts by service. `refused` says why one of them did not run it."""

    prepared: Prepared
    docker: Mapping[str, Facts]
    kubernetes: Mapping[str, Facts]
    refused: str = ""
    late: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What is done with each project.

    ending: crash, stop and replace every container too. manifests: what the node gets.
    """

    ending: bool = False
    manifests: Callable[[Prepared], Sequence[Manifest]] = lambda prepared: prepared.conversion.manifests


AS_IT_IS = Plan()


def run(
    worlds: Worlds, projects: Iterable[Prepared], plan: Plan = AS_IT_IS, say: Callable[[str], None] = print
) -> Iterator[Outcome]:
    """Run projects, in rounds of as many as have room."""
    groups = rounds(projects)
    for index, group in enumerate(groups):
        outcomes, laps = _round(worlds, group, plan)
        services = sum(len(x.docker) for x in outcomes)
        say(f"round {index + 1} of {len(groups)}: {len(group)} projects, {services} services; {', '.join(laps)}")
        yield from outcomes


def rounds(projects: Iterable[Prepared]) -> list[list[Prepared]]:
    """Groups that can run at once: not too many services, and no name that an engine has only once given twice."""
    groups: list[tuple[list[Prepared], set[str], int]] = []
    for each in sorted(projects, key=lambda x: -len(x.services)):
        names, size = _only_once(each), len(each.services)
        for index, (group, taken, services) in enumerate(groups):
            if services + size <= MOST_SERVICES and not names & taken:
                group.append(each)
                groups[index] = (group, taken | names, services + size)
                break
        else:
            groups.append(([each], names, size))
    return [group for group, _, _ in groups]


def _only_once(prepared: Prepared) -> set[str]:
    model = prepared.project.model
    names = {
        f"container {x.model['container_name']}" for x in prepared.services.values() if x.model.get("container_name")
    }
    for kind in ("volumes", "networks"):
        for key, entry in (model.get(kind) or {}).items():
            if entry and entry.get("name") and entry["name"] != f"{prepared.case.name}_{key}":
                names.add(f"{kind} {entry['name']}")
    # An address range that is written down can be given once, too; so are the machine's own ports.
    if "ipam" in str(model.get("networks")):
        names.add("address range")
    if any(x.model.get("network_mode") == "host" for x in prepared.services.values()):
        names.add("the machine's network")
    return names


class _Laps:
    """Seconds of each stage of a round, to be told."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self.told: list[str] = []

    def __call__(self, what: str) -> None:
        now = time.monotonic()
        self.told.append(f"{what} {now - self._begun:.0f} s")
        self._begun = now


def _round(worlds: Worlds, group: list[Prepared], plan: Plan) -> tuple[list[Outcome], list[str]]:
    lap = _Laps()
    images = standins.for_projects(group, standins.Builder(worlds.folder / "layers"))
    archive = write_archive(images, worlds.folder / "images.tar")
    worlds.engine.load(archive)
    with worlds.node.lent(archive):
        lap("images")
        return _both(worlds, group, plan, lap), lap.told


def _both(worlds: Worlds, group: list[Prepared], plan: Plan, lap: _Laps) -> list[Outcome]:
    engine, node, _ = worlds
    refused: dict[str, str] = {}

    def begin(prepared: Prepared) -> None:
        try:
            # Pods start by themselves while the engine does.
            node_world.apply(node, prepared, plan.manifests(prepared))
            docker_world.up(engine, prepared)
        except NotRunError as error:
            refused[prepared.case.name] = str(error)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(begin, group))
            lap("begin")
            running = [x for x in group if x.case.name not in refused]
            late = node_world.wait_until_up(node, running)
            lap("ready")
            seen = pool.map(lambda x: _observe(worlds, x), running)
            found = dict(zip((x.case.name for x in running), seen, strict=True))
            lap("ask")
            if plan.ending:
                endings.observe(worlds, running, found)
                lap("end")
    finally:
        _clear(worlds, group)
        lap("clear")
    return [
        Outcome(x, *found.get(x.case.name, ({}, {})), refused.get(x.case.name, ""), tuple(late.get(x.case.name, ())))
        for x in group
    ]


def _observe(worlds: Worlds, prepared: Prepared) -> tuple[dict[str, Facts], dict[str, Facts]]:
    asked = targets(prepared)
    ask_docker = partial(docker_world.observe, worlds.engine, prepared, asked)
    ask_kubernetes = partial(node_world.observe, worlds.node, prepared, asked)
    docker, kubernetes = ask_docker(), ask_kubernetes()
    until = time.monotonic() + _SECONDS_UNTIL_ANSWERED
    while (_unanswered(kubernetes, docker) or _unanswered(docker, kubernetes)) and time.monotonic() < until:
        time.sleep(1)
        docker, kubernetes = _with_calls_of(ask_docker(), docker), _with_calls_of(ask_kubernetes(), kubernetes)
    for name, report in docker.items():
        if not report.dialled and name in kubernetes:
            # It has ended in Docker before all were there to be dialled.
            kubernetes[name] = kubernetes[name]._replace(dialled={})
    return all_facts(prepared, docker), all_facts(prepared, kubernetes)


def _unanswered(world: Mapping[str, Report], other: Mapping[str, Report]) -> bool:
    """Does a call get no answer here that it gets there?

    It may be too early: network policies reach a busy node seconds after the pod is Ready.
    """
    return any(
        call["outcome"] in {"refused", "silent"} and other[name].dialled.get(target, call)["outcome"] == "answered"
        for name, report in world.items()
        for target, call in report.dialled.items()
        if name in other
    )


def _with_calls_of(later: Mapping[str, Report], first: Mapping[str, Report]) -> dict[str, Report]:
    return {
        name: report._replace(dialled=later[name].dialled) if name in later else report
        for name, report in first.items()
    }


def all_facts(prepared: Prepared, reports: Mapping[str, Report]) -> dict[str, Facts]:
    """What is known of each service of a project."""
    owners: dict[str, list[str]] = {}
    for service in prepared.services.values():
        for name in service.names:
            owners.setdefault(name, []).append(service.name)
    found = {name: facts(name, reports, owners) for name in reports}
    # One service may have the volumes of another.
    places = {"/dev/shm", *(x for service in prepared.services.values() for x in _empty_at_first(service.model))}
    return {name: _with_volumes(places, each) for name, each in found.items()}


def _empty_at_first(model: Mapping[str, Any]) -> Iterator[str]:
    yield from known(str(model.get("image", ""))).data
    yield from (x["target"] for x in model.get("volumes") or () if x["type"] in {"volume", "tmpfs"})
    yield from (x.partition(":")[0] for x in model.get("tmpfs") or ())


def _with_volumes(places: Iterable[str], found: Facts) -> Facts:
    """What lies on a volume or in memory is called so: nobody's files, but what a world makes of an empty place."""
    mounts = [f"file.{x}" for x in places]
    # Where files come from, a disk or memory, is nothing that a program sees.
    sources = {f"mount.{x}.{what}" for x in places for what in ("memory", "size")}
    found = {
        key: found[key]
        for key in found
        if key in sources or not (key.startswith("mount.") and key.endswith((".memory", ".size")))
    }
    return {
        f"volume{key.removeprefix('file')}"
        if any(key == x or key.startswith((f"{x}.", f"{x}/")) for x in mounts)
        else key: value
        for key, value in found.items()
    }


def targets(prepared: Prepared) -> list[str]:
    """Each name alone or with each port, a bounded number of them: every service dials them all."""
    found: list[str] = []
    for service in prepared.services.values():
        for name in service.names:
            found += [f"{name}:{port}" for port in service.ports] or [name]
    return found[:_MOST_TARGETS]


def _clear(worlds: Worlds, group: list[Prepared]) -> None:
    # Most of it is waiting for the kernel.
    with ThreadPoolExecutor(len(group) + 1) as pool:
        pods = pool.submit(end_namespaces, worlds.node.api, [x.case.name for x in group])
        list(pool.map(lambda x: docker_world.down(worlds.engine, x), group))
        pods.result()
