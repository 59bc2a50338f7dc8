"""What happens to a container at its end, and what is left of it: a crash, a stop, a replacement, in both worlds.

Each life of a witness leaves its name in every folder where it may write; a later life finds it there, or does not.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from tests.node.comparison import docker_world, node_world
from tests.node.comparison.standins import WITNESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.node.comparison.observe import Facts
    from tests.node.comparison.project import Prepared
    from tests.node.comparison.run import Worlds

_SECONDS_TO_COME_BACK = 120.0
_AT_ONCE = 6
_OWN = "own files"


class World(Protocol):
    """What can be done in either world; a service is named by its project and its name."""

    def ask(self, service: str, *words: str) -> dict[str, Any] | None:
        """Ask its witness."""

    def names(self) -> list[str]:
        """The services that run."""

    def diary(self, service: str) -> str:
        """What its witness writes until it is gone."""

    def start(self, service: str) -> None:
        """Start one again that has ended, as an operator would."""

    def stop(self) -> None:
        """Stop all, as an operator would."""

    def replace(self) -> None:
        """Have new containers in their place."""


class DockerSide:
    """A project in Docker."""

    def __init__(self, worlds: Worlds, prepared: Prepared) -> None:
        self._engine, self._prepared = worlds.engine, prepared

    def ask(self, service: str, *words: str) -> dict[str, Any] | None:
        """Ask its witness."""
        container = docker_world.containers(self._engine, self._prepared).get(service)
        return docker_world.ask(self._engine, container, *words) if container else None

    def names(self) -> list[str]:
        """The services that run."""
        return sorted(docker_world.containers(self._engine, self._prepared))

    def diary(self, service: str) -> str:
        """What its witness writes until it is gone."""
        container = docker_world.containers(self._engine, self._prepared)[service]
        return self._engine.exec(container, [WITNESS, "diary"]).out

    def start(self, service: str) -> None:
        """Start the same container again."""
        docker_world.compose(self._engine, self._prepared, "start", service)

    def stop(self) -> None:
        """Each by itself: compose would stop them one after the other."""
        containers = docker_world.containers(self._engine, self._prepared).values()
        with ThreadPoolExecutor(max(1, len(containers))) as pool:
            list(pool.map(lambda x: self._engine.api.post(f"containers/{x}/stop"), containers))

    def replace(self) -> None:
        """As after a change of the image: anonymous volumes go over to the new container."""
        docker_world.compose(
            self._engine, self._prepared, "up", "-d", "--force-recreate", "--no-build", "--no-deps", *self.names_all()
        )

    def names_all(self) -> list[str]:
        """All services but those that end by themselves."""
        return sorted(name for name, service in self._prepared.services.items() if not service.ends)


class NodeSide:
    """A project on the node."""

    def __init__(self, worlds: Worlds, prepared: Prepared) -> None:
        self._node, self._prepared = worlds.node, prepared
        self._namespace = prepared.case.name

    def ask(self, service: str, *words: str) -> dict[str, Any] | None:
        """Ask its witness."""
        found = node_world.Found(self._node, self._prepared).pods().get(service)
        if found is None:
            return None
        one, pod = found
        return node_world.ask(self._node, self._namespace, pod["metadata"]["name"], one.container, *words)

    def names(self) -> list[str]:
        """The services that run."""
        return sorted(node_world.Found(self._node, self._prepared).pods())

    def diary(self, service: str) -> str:
        """What its witness writes until it is gone."""
        one, pod = node_world.Found(self._node, self._prepared).pods()[service]
        name = pod["metadata"]["name"]
        return node_world.told(self._node, self._namespace, name, one.container, "diary")

    def start(self, service: str) -> None:
        """A pod that has ended for good is not started again."""

    def stop(self) -> None:
        """Delete every pod; its workload makes another at once."""
        for _, pod in node_world.Found(self._node, self._prepared).pods().values():
            self._node.api.delete("v1", "Pod", self._namespace, pod["metadata"]["name"])

    def replace(self) -> None:
        """Done already."""


def observe(
    worlds: Worlds, projects: Iterable[Prepared], found: Mapping[str, tuple[dict[str, Facts], dict[str, Facts]]]
) -> None:
    """Add to what was found of each project what its ends show."""
    sides: list[tuple[World, dict[str, Facts]]] = []
    for prepared in projects:
        docker, kubernetes = found[prepared.case.name]
        sides += [(DockerSide(worlds, prepared), docker), (NodeSide(worlds, prepared), kubernetes)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda x: _crash(*x), sides))
    with ThreadPoolExecutor(len(sides) or 1) as pool:
        list(pool.map(lambda x: stop(*x), sides))


def _crash(world: World, facts: dict[str, Facts]) -> None:
    before = {name: world.ask(name, "report") for name in world.names() if name in facts}
    for name in before:
        world.ask(name, "end", "3")
    time.sleep(1)
    for name, report in before.items():
        if report:
            after = _again(world, name, report["report"]["identity"])
            facts[name]["after a crash"] = "runs again" if after else "stays ended"
            if after is None:
                world.start(name)
                after = _again(world, name, report["report"]["identity"])
            facts[name].update(_kept("a crash", report, after))


def _again(world: World, name: str, identity: str, seconds: float = _SECONDS_TO_COME_BACK) -> dict[str, Any] | None:
    """The report of the next life, or None where there is none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        report = world.ask(name, "report")
        if report and report["report"]["identity"] != identity:
            return report
        if report is None and name not in world.names():
            return None
        time.sleep(0.5)
    return None


def _kept(over: str, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> dict[str, str]:
    """For each place where the earlier life could write: whether its mark is still there."""
    if after is None:
        return {}
    world, marks = before["report"], after["report"]["marks"]
    mounts = {mount["point"] for mount in world["mounts"]} - {"/"}
    found: dict[str, str] = {}
    for place, can in world["writable"].items():
        if can:
            below = [x for x in mounts if place == x or place.startswith(f"{x}/")]
            kept = world["identity"] in marks.get(place, ())
            found[f"kept over {over}.{max(below, key=len) if below else _OWN}"] = "yes" if kept else "no"
    return found


def stop(world: World, facts: dict[str, Facts]) -> None:
    before = {name: report for name in world.names() if name in facts and (report := world.ask(name, "report"))}
    diaries: dict[str, str] = {}

    def write(name: str) -> None:
        diaries[name] = world.diary(name)

    writers = [threading.Thread(target=write, args=(name,)) for name in before]
    for name in before:
        world.ask(name, "stay")
    for each in writers:
        each.start()
    deadline = time.monotonic() + _SECONDS_TO_COME_BACK
    while not all((world.ask(name, "report") or {}).get("readers") for name in before) and time.monotonic() < deadline:
        time.sleep(0.5)
    world.stop()
    for each in writers:
        each.join(120)
    world.replace()
    for name, report in before.items():
        facts[name].update(_ending(diaries.get(name, "")))
        after = _again(world, name, report["report"]["identity"])
        facts[name].update(_kept("a replacement", report, after))


def _ending(diary: str) -> dict[str, str]:
    """The first signal, and the seconds from it until the program was killed."""
    lines = [line.split(maxsplit=1) for line in diary.splitlines()]
    signals = [(int(at), what) for at, what in lines if what.startswith("signal ")]
    if not signals:
        return {"end.signal": "none"}
    at, what = signals[0]
    return {"end.signal": what.removeprefix("signal "), "end.seconds": str(round((int(lines[-1][0]) - at) / 1000))}
