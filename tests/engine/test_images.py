"""Images on a real engine: a changed lock rolls the one workload whose image it changes; repositories come and go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

PLATFORM, STACK = "platform.dev", "web.local"
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
COMPOSE = """\
services:
  api: {image: "api:dev", build: ., mem_limit: 64m, restart: always}
  web: {image: "nginx:1.27.0", mem_limit: 64m}
"""
REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop"


def lock(project: Project, built: str, pulled: str) -> None:
    held = {
        "version": 1,
        "pulled": {"nginx:1.27.0": pulled},
        "built": {"api": {"image": f"{REPOSITORY}/api:0f1e2d@{built}", "inputs": ONE}},
    }
    (project.folder / "images.lock.json").write_text(json.dumps(held), "utf-8")


def running(api: Api) -> dict[str, tuple[str, int]]:
    """Image and generation of each Deployment."""
    found = {name: api.get("apps/v1", "Deployment", "web", name) for name in ("api", "web")}
    return {
        name: (each["spec"]["template"]["spec"]["containers"][0]["image"], each["metadata"]["generation"])
        for name, each in found.items()
    }


def test_a_changed_lock_rolls_what_it_changes(project: Project, api: Api) -> None:
    project.small(STACK, COMPOSE, {"longshore:images": {"repository": REPOSITORY, "lock": "images.lock.json"}})
    lock(project, ONE, TWO)
    stack = project.stack(STACK)
    stack.up()
    before = running(api)
    assert before["api"][0] == f"{REPOSITORY}/api:0f1e2d@{ONE}"
    assert before["web"][0] == f"nginx:1.27.0@{TWO}"
    assert set(operations(stack.up())) == {"same"}

    lock(project, THREE, TWO)
    changed = operations(stack.up())
    assert changed.pop("same") > 0
    assert changed == {"update": 1}
    after = running(api)
    assert after["api"] == (f"{REPOSITORY}/api:0f1e2d@{THREE}", before["api"][1] + 1)
    assert after["web"] == before["web"]
    stack.destroy()
    assert resources(stack) == []


@pytest.mark.usefixtures("like_eks", "chart")
def test_repositories_come_and_go_with_a_platform(aws: Project) -> None:
    stack = aws.stack(PLATFORM)
    stack.up()

    def with_repositories(config: dict[str, Any]) -> None:
        config["longshore:images"] = {"repositories": {"shop": ["api", "web"]}, "accounts": ["444455556666"]}

    aws.settings(PLATFORM, with_repositories)
    changed = operations(stack.up())
    assert set(changed) == {"same", "create"}
    assert changed["create"] == 7, "the component, and repository, lifecycle and policy of each"
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    assert resources(stack) == []
