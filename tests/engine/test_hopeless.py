"""What cannot come up ends an `up` with its cause, long before Kubernetes calls it failed.

Simulated nodes pull no images and run no programs. With a real node all is seen,
by `make node`, `python -m tools.node load …` and `LONGSHORE_TEST_KUBECONFIG=… pytest tests/engine/test_hopeless.py`.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tools.pulumi.watched import watched

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "web.local"
FINE = "{image: 'nginx:1.27.2', mem_limit: 64m}"
LIMIT = 120


def up(project: Project) -> int:
    command = ["pulumi", "up", "--stack", STACK, "--yes", "--non-interactive"]
    return watched(command, project.folder, {**os.environ, **project.environment}, STACK)


def given_up(project: Project, bad: str, capfd: pytest.CaptureFixture[str]) -> str:
    """Deploy a fine service beside one that cannot come up, and mend that; what was said of it."""
    project.small(STACK, f"services: {{web: {FINE}, bad: {bad}}}\n", {})
    stack = project.stack(STACK)
    begun = time.monotonic()
    try:
        assert up(project) != 0
        seconds = time.monotonic() - begun
        told = capfd.readouterr().err
        assert "deployment/web" not in told
        assert seconds < LIMIT, seconds
        project.replace("web.yaml", f"bad: {bad}", f"bad: {FINE}")
        assert up(project) == 0, "the next one goes on from there"
        with capfd.disabled():
            print(f"\n  given up after {seconds:.0f} s", flush=True)
    finally:
        stack.destroy()
    return told


def test_no_room(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    told = given_up(project, "{image: 'nginx:1.27.2', mem_limit: 900g}", capfd)
    assert "deployment/bad cannot come up: finds no node: " in told


@pytest.fixture
def containers(api: Api) -> None:
    """Skips where nothing runs."""
    nodes = api.list("v1", "Node")
    if any("kwok.x-k8s.io/node" in x["metadata"].get("annotations", {}) for x in nodes):
        pytest.skip("the nodes of this cluster are simulated: they pull no image and run no program")


def test_no_such_image(project: Project, containers: None, capfd: pytest.CaptureFixture[str]) -> None:
    told = given_up(project, "{image: 'registry.example.com/nobody/has-this:1', mem_limit: 64m}", capfd)
    assert "deployment/bad cannot come up: " in told
    assert "registry.example.com/nobody/has-this:1" in told


def test_a_program_that_always_ends(project: Project, containers: None, capfd: pytest.CaptureFixture[str]) -> None:
    told = given_up(project, "{image: 'nginx:1.27.2', mem_limit: 64m, entrypoint: [/nowhere/to-be-found]}", capfd)
    assert "deployment/bad cannot come up: " in told
