"""The example estate, deployed by the engine on a real node: every image a stand-in, every container runs.

The same estate by one `kubectl apply`, and its releases under load, are in tests/node/test_marketplace.py.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.estates import longshore
from tests.engine.project import Project, operations
from tests.node import marketplace
from tests.node.conftest import node, operator
from tests.node.load import client, load
from tools.cluster import workloads
from tools.cluster.api import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tools.node.node import Node

__all__ = ["node", "operator"]

STACK = "shop.node"
NAMESPACE = "shop-on-node"
STORE = "external-secrets.io/v1", "SecretStore"


@pytest.fixture
def project(node: Node, tmp_path: Path) -> Project:
    """The team's stack for the node; 43 services ask for more than one machine has, so each asks for little."""
    project = Project.lay_out(tmp_path, {"KUBECONFIG": str(node.kubeconfig)})
    examples = project.folder / "examples" / "marketplace"
    files = [x for name in ("compose.yaml", "compose.kubernetes.yaml") for x in ("-f", name)]
    listed = longshore("config", examples, *files, "--env-file", ".env.example", "--services")
    assert listed.code == 0, listed.err
    little = {"mem_reservation": "16M", "deploy": {"resources": {"reservations": {"cpus": "0.01", "memory": "16M"}}}}
    (examples / "compose.node.yaml").write_text(json.dumps({"services": dict.fromkeys(listed.out.split(), little)}))
    config: dict[str, Any] = json.loads(json.dumps(marketplace.STACK))
    config["longshore:namespace"] = NAMESPACE
    config["longshore:compose"]["files"].append("examples/marketplace/compose.node.yaml")
    (project.folder / "stacks" / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": config}))
    return project


@pytest.fixture
def images(node: Node, tmp_path: Path) -> None:
    """A stand-in for each image, on the node."""
    for image in marketplace.images(marketplace.rendered(marketplace.project(tmp_path / "rendered"))):
        node.add_image(image)


@pytest.fixture
def certificate(node: Node) -> Iterator[None]:
    """As the owner of the store would: puts a certificate where the fake one has a made-up word, once it is there."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for store in stores():
                marketplace.certified(store)
                node.api.patch(*STORE, NAMESPACE, store["metadata"]["name"], {"spec": store["spec"]})
                return

    def stores() -> list[dict[str, Any]]:
        try:
            return node.api.list(*STORE, NAMESPACE)
        except ApiError:
            return []  # there is no such namespace yet

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    done.set()
    thread.join()


def test_up_and_down(
    node: Node, operator: None, images: None, certificate: None, project: Project, say: Callable[[str], None]
) -> None:
    stack = project.stack(STACK)
    begun = time.monotonic()
    try:
        made = operations(stack.up())
        seconds = time.monotonic() - begun
        workloads.wait_until_up(node.api, NAMESPACE)
        pods = node.api.list("v1", "Pod", NAMESPACE)
        again = sum(y["restartCount"] for x in pods for y in x["status"].get("containerStatuses", []))
        say(f"{made['create']} resources, {len(pods)} pods up after {seconds:.0f} s, {again} restarts")
        client(node, NAMESPACE, **marketplace.EDGE)
        urls = [f"https://gateway{path}" for path in marketplace.UPSTREAMS.values()]
        with load(node, NAMESPACE, *urls, clients=1) as seen:
            node.api.wait(lambda: seen.kinds >= len(urls), "an answer of every service")
        assert seen.failed == {}
    finally:
        stack.destroy()
    assert node.api.list("v1", "Pod", NAMESPACE) == []
