"""What Kubernetes cannot change on a claim makes another, once no pod has the first; in production it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.engine.project import operations

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

STACK = "web.local"
COMPOSE = """\
services:
  db: {image: "postgres:16.3", volumes: ["data:/var/lib/postgresql/data"], mem_limit: 1g, restart: always}
  web: {image: "nginx:1.27.0", mem_limit: 64m}
volumes: {data: {}}
"""


def of_class(name: str) -> dict[str, Any]:
    return {"longshore:storage": {"volumes": {"data": {"size": "1Gi", "storageClass": name}}}}


def test_another_storage_class(project: Project, api: Api) -> None:
    """Deleted below its pods, a claim would hang until they are gone, and take the deployment with it."""
    production = {"longshore:production": True}
    project.small(STACK, COMPOSE, {**of_class("gp3"), **production})
    stack = project.stack(STACK)
    stack.up()
    before = api.get("v1", "PersistentVolumeClaim", "web", "data")

    project.small(STACK, COMPOSE, {**of_class("efs"), **production})
    refused = project.run("up", STACK, "--yes", "--skip-preview")
    assert refused.returncode
    assert "data" in refused.stdout
    assert "marked for protection" in refused.stdout
    after = api.get("v1", "PersistentVolumeClaim", "web", "data")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "deletionTimestamp" not in after["metadata"]

    assert api.get("apps/v1", "Deployment", "web", "db")["status"]["availableReplicas"] == 1

    project.small(STACK, COMPOSE, of_class("gp3"))
    stack.up()
    project.small(STACK, COMPOSE, of_class("efs"))
    changed = operations(stack.up())
    assert changed.pop("same") > 0
    assert changed == {"replace": 2}, "the claim and the one workload that has it"
    assert api.get("v1", "PersistentVolumeClaim", "web", "data")["spec"]["storageClassName"] == "efs"
    assert api.get("apps/v1", "Deployment", "web", "db")["status"]["availableReplicas"] == 1
    assert set(operations(stack.up())) == {"same"}
    stack.destroy()
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")
