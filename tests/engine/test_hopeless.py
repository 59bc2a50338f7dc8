"""What cannot come up ends an `up` with its cause, long before Kubernetes calls it failed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tools.pulumi.watched import watched

if TYPE_CHECKING:
    import pytest

    from tests.engine.project import Project

STACK = "web.local"
COMPOSE = "services: {web: {image: 'nginx:1.27.2', mem_limit: 64m}, big: {image: 'nginx:1.27.2', mem_limit: MEMORY}}\n"


def up(project: Project) -> int:
    command = ["pulumi", "up", "--stack", STACK, "--yes", "--non-interactive"]
    return watched(command, project.folder, {**os.environ, **project.environment}, STACK)


def test_no_room(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    project.small(STACK, COMPOSE.replace("MEMORY", "900g"), {})
    stack = project.stack(STACK)
    begun = time.monotonic()
    try:
        assert up(project) != 0
        seconds = time.monotonic() - begun
        told = capfd.readouterr().err
        assert "deployment/big cannot come up: finds no node: " in told
        assert "deployment/web" not in told
        assert seconds < 120, seconds
        project.replace("web.yaml", "900g", "64m")
        assert up(project) == 0, "the next one goes on from there"
        with capfd.disabled():
            print(f"\n  no room: given up after {seconds:.0f} s", flush=True)
    finally:
        stack.destroy()
