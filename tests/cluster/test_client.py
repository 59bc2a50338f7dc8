"""The client of `status`, `logs` and `rollback` against a real API server: pages, patches, watches, refusals."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from longshore.cluster import client as module
from longshore.cluster.client import KINDS, ApiError, Client, Kind
from longshore.cluster.credentials import shown
from longshore.cluster.kubeconfig import read

if TYPE_CHECKING:
    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target


@pytest.fixture
def client(cluster: Target) -> Client:
    context = read(str(cluster.kubeconfig)).chosen("")
    return Client(context, lambda: shown(context, os.environ))


def made(api: Api, namespace: str, *names: str) -> None:
    for name in names:
        api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}, namespace)


@pytest.mark.parametrize("kind", ["Deployment", "Job", "Pod", "ControllerRevision"])
def test_a_new_namespace_has_no_objects(client: Client, namespace: str, kind: str) -> None:
    assert list(client.items(kind, namespace)) == []


def test_all_pages_of_a_list(client: Client, api: Api, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    made(api, namespace, *(f"m{index}" for index in range(5)))
    names = {each["metadata"]["name"] for each in client.items("ConfigMap", namespace)}
    assert {f"m{index}" for index in range(5)} <= names


def test_a_kind_that_the_server_does_not_know_has_no_objects(
    client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the operator's kinds before the operator is there; the server's answer is a plain text then."""
    monkeypatch.setattr(module, "KINDS", {**KINDS, "Widget": Kind("/apis/widgets.example.com/v1", "widgets")})
    assert list(client.items("Widget", namespace)) == []


def test_a_patch_that_tests_what_it_changes(client: Client, api: Api, namespace: str) -> None:
    made(api, namespace, "one")
    path = KINDS["ConfigMap"].path(namespace, "one")
    add = {"op": "add", "path": "/data", "value": {"a": "b"}}
    test = {"op": "test", "path": "/metadata/name", "value": "one"}
    assert client.change(path, [test, add], "application/json-patch+json")["data"] == {"a": "b"}
    with pytest.raises(ApiError) as refused:
        client.change(path, [{**test, "value": "two"}, add], "application/json-patch+json")
    assert refused.value.status == 422
    with pytest.raises(ApiError, match="not found") as absent:
        client.get(KINDS["ConfigMap"].path(namespace, "absent"))
    assert absent.value.status == 404


def test_changes_are_seen_from_the_version_of_a_list_on(client: Client, api: Api, namespace: str) -> None:
    made(api, namespace, "before")
    listed, version = client.listing("ConfigMap", namespace)
    assert "before" in {each["metadata"]["name"] for each in listed}
    made(api, namespace, "after")
    path = KINDS["ConfigMap"].path(namespace)
    events = client.lines(path, 60, watch="true", resourceVersion=version, timeoutSeconds="2")
    found = [json.loads(line) for line in events]
    assert ("ADDED", "after") in [(each["type"], each["object"]["metadata"]["name"]) for each in found]
    assert "before" not in [each["object"]["metadata"]["name"] for each in found]
