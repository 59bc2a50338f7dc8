"""An engine that is killed, at any moment of an `up`, an update or a `destroy`: the same command goes on from there.

`LONGSHORE_KILLS=20` tries as many moments of each as are asked for.
"""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources
from tools.pulumi.__main__ import free
from tools.pulumi.interrupted import Engine, locks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "shop.local"
NAMESPACE = "shop"
MOMENTS = int(os.environ.get("LONGSHORE_KILLS", "2"))
RESOURCES = 200
"""As many as the stack has, and a few less: the last moment comes before the end."""


def killed(project: Project, stack: str, words: list[str], enough: Callable[[list[str]], bool]) -> list[str]:
    """Begin a verb, and kill all of it once what it has said so far is enough; answers what it said."""
    process = project.begun(stack, *words)
    said: list[str] = []
    assert process.stdout
    try:
        for line in process.stdout:
            said.append(line)
            if enough(said):
                break
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return said


def done(verb: str, count: int) -> Callable[[list[str]], bool]:
    """Whether the engine has told of `count` resources that it has `created` (`updated`, `deleted`)."""
    return lambda said: sum(f" {verb} (" in line for line in said) >= count


def engine_of(project: Project) -> Engine:
    return Engine("pulumi", project.folder, {**os.environ, **project.environment}, STACK)


def resumed(project: Project, verb: str) -> None:
    """The same command again, as `make` runs it."""
    assert free(engine_of(project))
    after = project.run(verb, STACK, "--yes", "--skip-preview")
    assert after.returncode == 0, after.stdout[-5000:]
    assert "pending" not in after.stdout


def with_memory(memory: str, config: dict[str, Any]) -> None:
    """Change many workloads at once: all that have no limit of their own."""
    config["longshore:workloads"] = {"memory": memory}


@pytest.fixture
def shop(project: Project) -> Project:
    """The operator runs beside the cluster, and is not installed on it."""
    project.settings(STACK, lambda config: config.pop("longshore:operator", None))
    return project


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_up_update_and_destroy(shop: Project, api: Api, say: Callable[[str], None], moment: int) -> None:
    """Each killed once, the first and the last at `moment` of as many as are spread over the whole."""
    stack = shop.stack(STACK)
    killed(shop, STACK, ["up"], done("created", 1 + moment * RESOURCES // MOMENTS))
    begun = len(resources(stack))
    assert locks(engine_of(shop))
    resumed(shop, "up")
    assert set(operations(stack.up())) == {"same"}
    whole = len(resources(stack))

    shop.settings(STACK, partial(with_memory, f"{300 + moment}Mi"))
    killed(shop, STACK, ["up"], done("updated", 1 + moment))
    resumed(shop, "up")
    assert set(operations(stack.up())) == {"same"}

    killed(shop, STACK, ["destroy"], done("deleted", 1 + moment * RESOURCES // MOMENTS))
    left = len(resources(stack))
    resumed(shop, "destroy")
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", NAMESPACE), "the namespace to be gone")
    say(f"killed at {begun} of {whole}, after {1 + moment} updates, and with {left} left: each resumed")


def test_before_the_namespace_is_written_down(project: Project, api: Api) -> None:
    """It is there, with the mark of this very stack, and the state does not know it."""
    project.small(STACK, "services: {web: {image: 'nginx:1.27.0', mem_limit: 64m}}\n", {})
    stack = project.stack(STACK)
    process = project.begun(STACK, "up")
    try:
        until = time.monotonic() + 120
        while not api.exists("v1", "Namespace", "", "web") and time.monotonic() < until:
            time.sleep(0.002)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    state = stack.export_stack()
    deployment = state.deployment or {}
    # What the moment leaves behind, also where the engine was faster than we: the namespace, and no word of it.
    deployment["resources"] = [
        found
        for found in deployment.get("resources", [])
        if not found["type"].startswith("kubernetes:") and found["type"] != "longshore:compose:Application"
    ]
    assert free(engine_of(project))
    deployment["pending_operations"] = []
    stack.import_stack(state)
    uid = api.get("v1", "Namespace", "", "web")["metadata"]["uid"]
    resumed(project, "up")
    assert api.get("v1", "Namespace", "", "web")["metadata"]["uid"] == uid
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
