"""A team as a tenant, through a real engine: its deployer deploys with rights in its namespace, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources
from tools.cluster.members import member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.project import Project
    from tools.cluster.api import Api

PLATFORM, WEB = "platform.dev", "web.dev"
COMPOSE = """
services:
  web:
    image: nginx:1.27.3
    mem_limit: 64m
    ports: ['80']
    environment: {DB_PASSWORD: '${DB_PASSWORD}'}
    volumes: ['data:/data']
volumes: {data: {}}
"""
ON_PLATFORM = {
    "longshore:environment": "dev",
    "longshore:cluster": {"kind": "stack", "stack": PLATFORM},
    "longshore:storage": {"storageClass": "test-gp3", "size": "1Gi"},
}
MADE_UP = {"secrets": {"backend": "fake"}}
TENANTS: dict[str, Any] = {"web": {**MADE_UP, "quota": {"pods": 10}}, "search": MADE_UP}


UNCHANGED = {"read", "same"}
"""What an `up` without a change does for a tenant, whose namespace is read."""


def uids(api: Api) -> dict[str, str]:
    """What lies in the namespace, and it itself: kind → uid."""
    kinds = {"Deployment": "apps/v1", "PersistentVolumeClaim": "v1", "Service": "v1"}
    found = {kind: api.list(version, kind, "web")[0]["metadata"]["uid"] for kind, version in kinds.items()}
    return {**found, "Namespace": api.get("v1", "Namespace", "", "web")["metadata"]["uid"]}


def deployer(aws: Project, api: Api, folder: Path, team: str) -> None:
    """From here on, whoever deploys is in a team's group of deployers and in no other."""
    aws.environment["STUB_AWS_KUBECONFIG"] = str(member(api, folder, f"team:{team}:deploy"))


@pytest.mark.usefixtures("like_eks", "chart", "operator")
def test_a_deployer_needs_no_rights_beyond_its_namespace(aws: Project, api: Api, tmp_path: Path) -> None:
    aws.settings(PLATFORM, lambda config: config.update({"longshore:tenants": TENANTS}))
    aws.small(WEB, COMPOSE, ON_PLATFORM)
    administrator = aws.environment["STUB_AWS_KUBECONFIG"]
    platform, web = aws.stack(PLATFORM), aws.stack(WEB)
    platform.up()
    assert set(operations(platform.up())) == {"same"}

    deployer(aws, api, tmp_path, "search")
    refused = aws.run("up", WEB, "--yes", "--skip-preview")
    assert refused.returncode
    assert "forbidden" in refused.stdout
    assert api.list("apps/v1", "Deployment", "web") == []

    deployer(aws, api, tmp_path, "web")
    assert "update" not in operations(web.up()), "what was refused had made nothing"
    assert set(operations(web.up())) == UNCHANGED
    aws.replace("web.yaml", "nginx:1.27.3", "nginx:1.27.4")
    assert operations(web.up())["update"] == 1
    web.destroy()
    assert resources(web) == []
    assert api.list("apps/v1", "Deployment", "web") == []
    assert api.exists("v1", "Namespace", "", "web"), "it is the platform's"

    aws.environment["STUB_AWS_KUBECONFIG"] = administrator
    platform.destroy()
    assert resources(platform) == []
    assert not api.exists("v1", "Namespace", "", "web")


@pytest.mark.usefixtures("like_eks", "chart", "operator")
def test_a_team_that_has_its_namespace_becomes_a_tenant(aws: Project, api: Api) -> None:
    """By the steps of docs/stacks.md nothing is made anew; without them nothing is deleted."""
    aws.small(WEB, COMPOSE, ON_PLATFORM)
    platform, web = aws.stack(PLATFORM), aws.stack(WEB)
    platform.up()
    web.up()
    before = uids(api)
    aws.settings(PLATFORM, lambda config: config.update({"longshore:tenants": {"web": MADE_UP}}))
    early = aws.run("up", WEB, "--yes", "--skip-preview")
    assert early.returncode
    assert "made by this very stack" in early.stdout
    assert aws.run("up", PLATFORM, "--yes", "--skip-preview").returncode, "the namespace is somebody else's"
    assert uids(api) == before

    adopted = {"web": {**MADE_UP, "adopt": True}}
    aws.settings(PLATFORM, lambda config: config.update({"longshore:tenants": adopted}))
    platform.up()
    assert aws.run("stack", WEB, "rm", "--yes", "--force", "--preserve-config").returncode == 0
    web = aws.stack(WEB)
    web.up()
    assert uids(api) == before
    assert set(operations(platform.up())) == {"same"}
    assert set(operations(web.up())) == UNCHANGED
    web.destroy()
    platform.destroy()
    assert not api.exists("v1", "Namespace", "", "web")
