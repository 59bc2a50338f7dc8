"""What `longshore status` reads from a real API server."""

import shutil
from pathlib import Path

import pytest
from lightkube.generic_resource import create_namespaced_resource

from longshore.cli.cluster.connection import KINDS, connect, objects
from longshore.cli.flags import Given
from longshore.stack.reading import read_stack

REPOSITORY = Path(__file__).resolve().parents[2]

STACK = """\
config:
  longshore:environment: local
  longshore:team: web
  longshore:cluster: {kind: kubeconfig}
  longshore:compose: {files: [compose.yaml]}
  longshore:secrets: {backend: fake}
"""


@pytest.fixture
def client(tmp_path, cluster):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.web.local.yaml").write_text(STACK, "utf-8")
    shutil.copy(REPOSITORY / "Pulumi.yaml", tmp_path)
    (tmp_path / "compose.yaml").write_text("services: {}\n", "utf-8")
    return connect(Given({}), read_stack("web.local", str(tmp_path)), {"KUBECONFIG": str(cluster.kubeconfig)})


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_namespace_has_no_objects_of_any_kind(client, namespace, kind):
    assert list(objects(client, kind, namespace)) == []


def test_a_kind_that_the_server_does_not_know_has_no_objects(client, namespace, monkeypatch):
    """As the operator's kinds before the operator is there; the server's answer is a plain text then."""
    monkeypatch.setitem(KINDS, "Widget", create_namespaced_resource("widgets.example.com", "v1", "Widget", "widgets"))
    assert list(objects(client, "Widget", namespace)) == []
