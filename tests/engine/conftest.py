"""A project of its own for every test, run by the real Pulumi engine; without one the tests skip and say why."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.engine.aws_kinds import AUTO_MODE, LOAD_BALANCER_CONTROLLER, install, remove
from tests.engine.project import REPOSITORY, Project
from tools.cluster.fixtures import api, cluster, say
from tools.cluster.services import external_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

__all__ = ["api", "cluster", "say"]

STUB = REPOSITORY.parent / "shared" / "stub_aws"

ACCOUNT = "123456789012"
"""Whose credentials moto gives out."""


CLASSES = ("gp3", "efs")


@pytest.fixture(scope="session", autouse=True)
def engine() -> str:
    """The path of `pulumi`."""
    found = shutil.which("pulumi")
    if not found:
        pytest.skip("no Pulumi engine: `pulumi` is not on PATH (`make up` installs one into .pulumi/bin)")
    return found


@pytest.fixture
def project(tmp_path: Path, cluster: Target) -> Project:
    """The program and its stacks in a folder of their own, with a state of its own, on the test cluster."""
    return Project.lay_out(tmp_path, {"KUBECONFIG": str(cluster.kubeconfig)})


@pytest.fixture
def aws(project: Project, cluster: Target) -> Project:
    """The same with an AWS that talks to nobody: its clusters are the test cluster."""
    if not STUB.is_dir():
        pytest.skip("no AWS provider to play with: it is not beside this checkout")
    provider = project.folder.parent / "stub_aws"
    shutil.copytree(STUB, provider)
    shutil.copy(Path(__file__).with_name("eks_of_tests.py"), provider)
    for file in (provider / "pulumi-resource-aws", provider / "catalog.py"):
        file.chmod(0o755)
    (provider / "pulumi-resource-aws").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{provider}/eks_of_tests.py"\n')
    definition = yaml.safe_load((project.folder / "Pulumi.yaml").read_text("utf-8"))
    definition["plugins"] = {"providers": [{"name": "aws", "path": str(provider)}]}
    (project.folder / "Pulumi.yaml").write_text(yaml.safe_dump(definition), "utf-8")
    project.environment.update(
        {
            "PATH": f"{STUB / 'cli'}{os.pathsep}{os.environ['PATH']}",
            "STUB_AWS_PYTHON": sys.executable,
            "STUB_AWS_KUBECONFIG": str(cluster.kubeconfig),
            "STUB_AWS_ACCOUNT": ACCOUNT,
            "STUB_AWS_LOG": str(project.folder / "aws.jsonl"),
            "STUB_AWS_GROUPS": str(project.folder / "groups.json"),
        }
    )
    project.settings("platform.dev", lambda config: config["longshore:aws"].update(accountId=ACCOUNT))
    return project


@pytest.fixture(scope="session")
def operator(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The External Secrets Operator, beside the cluster rather than on it: its nodes run no programs."""
    with external_secrets(api, tmp_path_factory.mktemp("operator")):
        yield


@pytest.fixture
def like_eks(api: Api, aws: Project) -> Iterator[None]:
    """The test cluster as EKS hands one over: without our classes, with its own kinds, and with disks for the tests."""
    kept = [api.get("storage.k8s.io/v1", "StorageClass", "", name) for name in CLASSES]
    install(api, AUTO_MODE)
    remove(api, LOAD_BALANCER_CONTROLLER)
    for found in kept:
        name = found["metadata"]["name"]
        api.delete("storage.k8s.io/v1", "StorageClass", "", name)
        metadata = {"name": f"test-{name}"}
        api.create({**{key: value for key, value in found.items() if key != "metadata"}, "metadata": metadata})
    disks = {"longshore:storage": {"storageClass": "test-gp3", "sharedClass": "test-efs"}}
    aws.settings("shop.dev", lambda config: config.update(disks))
    yield
    for found in kept:
        name = found["metadata"]["name"]
        api.delete("storage.k8s.io/v1", "StorageClass", "", f"test-{name}")
        if not api.exists("storage.k8s.io/v1", "StorageClass", "", name):
            api.create({**found, "metadata": {key: found["metadata"][key] for key in ("name", "annotations")}})


@pytest.fixture
def chart(aws: Project) -> None:
    """Charts that install next to nothing, and the kinds of those that bring some: no programs run on the nodes here.

    The operator runs beside the cluster, and its own chart is far away, as the others are.
    """
    for name, kinds in (("chart", ()), ("balancers", LOAD_BALANCER_CONTROLLER)):
        folder = aws.folder / name
        for part in ("templates", "crds"):
            (folder / part).mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n", "utf-8")
        data = 'data: {replicas: "{{ .Values.replicaCount }}"}'
        template = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\n{data}\n"
        (folder / "templates" / "values.yaml").write_text(template, "utf-8")
        for kind in kinds:
            (folder / "crds" / "kind.yaml").write_text(yaml.safe_dump(kind), "utf-8")

    def from_here(config: dict[str, Any]) -> None:
        config["longshore:operator"].update(chart=str(aws.folder / "chart"))

    aws.settings("platform.dev", from_here)
