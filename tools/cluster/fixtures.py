"""Pytest fixtures around the cluster; a conftest imports the ones it wants."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tools.cluster.api import Api
from tools.cluster.cluster import running
from tools.cluster.services import install_external_secrets_crds
from tools.cluster.toolchain import CONTROL_PLANE, provide
from tools.cluster.versions import ToolsMissingError
from tools.cluster.workloads import end_namespaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Target(NamedTuple):
    """The cluster of a test session. `etcd` is empty for one that was given by `LONGSHORE_TEST_KUBECONFIG`."""

    kubeconfig: Path
    etcd: str


def provided(*names: str) -> dict[str, Path]:
    """Path of each program of `versions.toml`; where one can't be had, the test skips and says why."""
    try:
        return provide(names)
    except ToolsMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A cluster for the whole session; where there can be none, the tests skip and say why."""
    if given := os.environ.get("LONGSHORE_TEST_KUBECONFIG"):
        yield Target(Path(given), "")
        return
    provided(*CONTROL_PLANE)
    with running(tmp_path_factory.mktemp("cluster")) as own:
        yield Target(own.kubeconfig, own.etcd)


@pytest.fixture(scope="session")
def api(cluster: Target) -> Iterator[Api]:
    """A connection to the cluster as its administrator."""
    with Api(cluster.kubeconfig) as connection:
        yield connection


@pytest.fixture(scope="session")
def external_secrets_kinds(api: Api) -> None:
    """The kinds of the External Secrets Operator; no operator is needed to judge its objects."""
    provided("external-secrets")
    install_external_secrets_crds(api)


@contextmanager
def new_namespace(api: Api) -> Iterator[str]:
    """A new namespace, ready for pods; when the block ends, none of them is left."""
    name = f"test-{secrets.token_hex(4)}"
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    try:
        api.wait(lambda: api.exists("v1", "ServiceAccount", name, "default"), "the namespace's service account")
        yield name
    finally:
        end_namespaces(api, [name])


@pytest.fixture
def namespace(api: Api) -> Iterator[str]:
    """A namespace of the test's own."""
    with new_namespace(api) as name:
        yield name


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line that is seen although the test passes: a measurement."""

    def aloud(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", flush=True)

    return aloud


@pytest.fixture
def simulated(api: Api) -> None:
    """Skips where pods would have to run for real: image pulls are no part of these tests."""
    nodes = api.list("v1", "Node")
    if not any("kwok.x-k8s.io/node" in x["metadata"].get("annotations", {}) for x in nodes):
        pytest.skip(
            "the nodes of this cluster run real containers, and the images of the example estate are not public"
        )
