"""`longshore doctor` on a real API server: what a stack asks of its cluster, and what credentials may do there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from longshore.cluster.bound import STACK
from tests.cluster.small import Small

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

COMPOSE = """\
services:
  web: {image: "own/web:1", mem_limit: 64m, environment: {TOKEN: "${TOKEN}"}, volumes: ["data:/data"]}
volumes: {data: {}}
"""


@pytest.fixture
def small(tmp_path: Path, cluster: Target, namespace: str) -> Small:
    return Small(tmp_path, cluster.kubeconfig, namespace, COMPOSE)


def told(small: Small, *words: str) -> dict[str, list[str]]:
    run = small.run("doctor", "-o", "json", "--timeout", "60", *words, TOKEN="hunter2-CANARY")
    assert "hunter2" not in run.out + run.err
    found: dict[str, list[str]] = {}
    for each in json.loads(run.out)["checks"]:
        if each["area"] == "cluster":
            found.setdefault(each["state"], []).append(each["told"])
    return found


def mark(small: Small, api: Api) -> None:
    """Let the namespace be that of the stack, as a deployment does."""
    marked = {"metadata": {"annotations": {STACK: "longshore/small.local"}}}
    api.patch("v1", "Namespace", "", small.namespace, marked)


def test_what_a_stack_asks_of_its_cluster(small: Small, api: Api, external_secrets_kinds: None) -> None:
    mark(small, api)
    good = "\n".join(told(small)["ok"])
    for words in ("answers after", "nodes are ready", "storage class `gp3`", "is that of the stack", "may deploy"):
        assert words in good
    api.patch("v1", "Namespace", "", small.namespace, {"metadata": {"annotations": {STACK: "shop/other"}}})
    small.write(COMPOSE, storage={"storageClass": "nowhere"})
    wrong = "\n".join(told(small)["wrong"])
    assert "there is no storage class `nowhere`" in wrong
    assert "has no mark of longshore/small.local, so `up` refuses it" in wrong
    assert small.run("doctor", TOKEN="x").code == 1


def test_who_may_look_and_not_deploy(small: Small, api: Api, tmp_path: Path, external_secrets_kinds: None) -> None:
    mark(small, api)
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "viewer"}}, small.namespace)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "viewer"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "viewer"}],
    }
    api.apply(binding, small.namespace)
    path = f"{api.path('v1', 'ServiceAccount', small.namespace, 'viewer')}/token"
    token = api.request("POST", path, json={"spec": {"expirationSeconds": 3600}})["status"]["token"]
    config = yaml.safe_load(small.kubeconfig.read_text("utf-8"))
    config["users"][0]["user"] = {"token": token}
    (tmp_path / "viewer").write_text(yaml.safe_dump(config), "utf-8")
    found = told(small, "--kubeconfig", str(tmp_path / "viewer"))
    assert any("change nothing there" in each for each in found["warning"])
    assert any("nodes" in each for each in found["unseen"]), "it may not see nodes, and says so"
    assert "wrong" not in found


def test_an_address_where_nobody_answers(small: Small, tmp_path: Path) -> None:
    config = yaml.safe_load(small.kubeconfig.read_text("utf-8"))
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    (tmp_path / "away").write_text(yaml.safe_dump(config), "utf-8")
    (wrong,) = told(small, "--kubeconfig", str(tmp_path / "away"))["wrong"]
    assert "was not reached at https://127.0.0.1:9: Connection refused" in wrong
