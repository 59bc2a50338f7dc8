"""What a viewer's rights are for: the nightly comparison of a platform and of a team on it, by the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from longshore.components.clusters.viewers import GROUP
from tools.cluster.members import member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.project import Project
    from tools.cluster.api import Api

COMPOSE = """
services:
  web:
    image: nginx:1.27.3
    mem_limit: 64m
    ports: ['80']
    environment: {DB_PASSWORD: '${DB_PASSWORD}'}
"""
CHANGES = {
    "platform.dev": (
        ("storage.k8s.io/v1", "StorageClass", "", "gp3"),
        {"annotations": {"storageclass.kubernetes.io/is-default-class": "false"}},
    ),
    "web.dev": (("v1", "Service", "web", "web"), {"labels": {"app.kubernetes.io/part-of": "somebody"}}),
}
"""Stack → an object of it, and metadata by another hand."""
UNEXPECTED = 7
"""The exit code of Pulumi where something changed."""


@pytest.mark.usefixtures("like_eks", "chart", "operator")
def test_the_nightly_comparison_needs_no_more_than_a_viewer(aws: Project, api: Api, tmp_path: Path) -> None:
    on_platform = {"longshore:environment": "dev", "longshore:cluster": {"kind": "stack", "stack": "platform.dev"}}
    aws.small("web.dev", COMPOSE, on_platform)
    stacks = {name: aws.stack(name) for name in CHANGES}
    for stack in stacks.values():
        stack.up()
    administrator = aws.environment["STUB_AWS_KUBECONFIG"]
    aws.environment["STUB_AWS_KUBECONFIG"] = str(member(api, tmp_path, GROUP))
    comparison = ("refresh", "--preview-only", "--expect-no-changes", "--run-program")
    for name, (place, metadata) in CHANGES.items():
        quiet = aws.run(comparison[0], name, *comparison[1:])
        assert quiet.returncode == 0, quiet.stdout + quiet.stderr
        api.patch(*place, {"metadata": metadata})
        told = aws.run(comparison[0], name, *comparison[1:])
        assert told.returncode == UNEXPECTED, told.stdout + told.stderr
    aws.environment["STUB_AWS_KUBECONFIG"] = administrator
    for stack in reversed(stacks.values()):
        stack.destroy()
