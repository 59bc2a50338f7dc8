"""`longshore rollback` on a real API server: the pods of the release before come back, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from longshore.cluster.bound import STACK
from tests.cluster.small import Small
from tools.cluster.workloads import is_ready, wait_until_up

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.api import Api, Manifest
    from tools.cluster.fixtures import Target

COMPOSE = """\
name: small
services:
  web:
    image: own/web:${VERSION}
    mem_limit: 64m
    expose: ["8080"]
    environment: {GREETING: "hello ${VERSION}", API_PASSWORD: "hunter2-CANARY-${VERSION}"}
  api: {image: "own/api:1", mem_limit: 64m, x-longshore: {workload: StatefulSet}}
  migrate: {image: "own/migrate:1", mem_limit: 64m, restart: "no"}
"""
FLAGS = ("--context", "longshore-test")


@pytest.fixture
def small(tmp_path: Path, cluster: Target, namespace: str) -> Small:
    return Small(tmp_path, cluster.kubeconfig, namespace, COMPOSE)


def release(small: Small, api: Api, version: str, compose: str = COMPOSE) -> None:
    """Deploy a version, with a literal value as somebody may have put one there, and wait."""
    small.write(compose.replace("${VERSION}", version))
    for each in small.manifests():
        if each["metadata"]["name"] == "web" and each["kind"] == "Deployment":
            environment = each["spec"]["template"]["spec"]["containers"][0].setdefault("env", [])
            secret = {"name": "API_PASSWORD", "value": f"hunter2-CANARY-{version}"}
            environment[:] = [*(x for x in environment if x["name"] != "API_PASSWORD"), secret]
        api.apply(each, small.namespace)
    wait_until_up(api, small.namespace)


def pods(api: Api, namespace: str, name: str) -> list[Manifest]:
    found = api.list("v1", "Pod", namespace, labelSelector=f"app.kubernetes.io/name={name}")
    return [pod for pod in found if is_ready(pod)]


def images(api: Api, small: Small, *names: str) -> dict[str, set[str]]:
    return {name: {x["spec"]["containers"][0]["image"] for x in pods(api, small.namespace, name)} for name in names}


@pytest.mark.usefixtures("simulated", "external_secrets_kinds")
def test_the_last_release_goes_back_and_what_it_did_not_touch_stays(small: Small, api: Api) -> None:
    release(small, api, "1")
    untouched = {x["metadata"]["uid"] for x in pods(api, small.namespace, "api")}
    release(small, api, "2")
    assert images(api, small, "web") == {"web": {"own/web:2"}}

    dry = small.run("rollback", *FLAGS, "--dry-run")
    assert dry.code == 0, dry.err
    assert "web: revision 2" in dry.out
    assert "own/web:2 -> own/web:1" in dry.out
    assert "hello 2 -> hello 1" in dry.out
    assert "env[API_PASSWORD]" in dry.out
    assert "hunter2" not in dry.out + dry.err
    assert "Pulumi does not know of it" in dry.out
    assert "What migrate did" in dry.out
    assert "api:" not in dry.out
    refused = small.run("rollback", *FLAGS)
    assert (refused.code, "nothing was changed" in refused.err) == (2, True)
    assert images(api, small, "web")["web"] == {"own/web:2"}

    done = small.run("rollback", *FLAGS, "--yes")
    assert done.code == 0, done.out + done.err
    assert "rolled back, and ready after" in done.err
    assert images(api, small, "web") == {"web": {"own/web:1"}}
    assert {x["metadata"]["uid"] for x in pods(api, small.namespace, "api")} == untouched

    again = small.run("rollback", "web", *FLAGS, "--yes")
    assert again.code == 2, "the one before is that from which it went back"
    assert "web was rolled back already" in again.err
    forward = small.run("rollback", "web", *FLAGS, "--yes", "--to-revision", "2")
    assert forward.code == 0, forward.err
    assert images(api, small, "web")["web"] == {"own/web:2"}


@pytest.mark.usefixtures("simulated")
def test_a_stateful_set_goes_back(small: Small, api: Api) -> None:
    release(small, api, "1")
    release(small, api, "1", COMPOSE.replace("own/api:1", "own/api:2"))
    done = small.run("rollback", "api", *FLAGS, "--yes")
    assert done.code == 0, done.out + done.err
    assert images(api, small, "api") == {"api": {"own/api:1"}}


@pytest.mark.usefixtures("simulated")
def test_what_would_not_start_is_refused_before_anything_is_done(small: Small, api: Api) -> None:
    compose = (
        'services:\n  conf: {image: "own/conf:1", mem_limit: 64m, configs: [one]}\nconfigs: {one: {content: hi}}\n'
    )
    release(small, api, "1", compose)
    release(small, api, "2", 'services:\n  conf: {image: "own/conf:2", mem_limit: 64m}\n')
    for each in api.list("v1", "ConfigMap", small.namespace):
        if each["metadata"]["name"] != "kube-root-ca.crt":
            api.delete("v1", "ConfigMap", small.namespace, each["metadata"]["name"])
    refused = small.run("rollback", "conf", *FLAGS, "--yes")
    assert refused.code == 2
    assert "would not start: ConfigMap" in refused.err
    assert images(api, small, "conf") == {"conf": {"own/conf:2"}}


@pytest.mark.usefixtures("simulated")
def test_what_does_not_come_up_ends_with_its_cause_after_a_bounded_time(small: Small, api: Api) -> None:
    compose = 'services:\n  web: {image: "own/web:${VERSION}", mem_limit: 64m}\n'
    release(small, api, "1", compose)
    release(small, api, "2", compose)
    quota: dict[str, Any] = {"kind": "ResourceQuota", "apiVersion": "v1", "metadata": {"name": "none"}}
    api.create({**quota, "spec": {"hard": {"pods": "0"}}}, small.namespace)
    late = small.run("rollback", "web", *FLAGS, "--yes", "--timeout", "5")
    assert late.code == 1
    assert "web is not ready after 5 s" in late.err
    assert "[pods-refused]: web" in late.err


def test_only_where_the_namespace_is_its_own(small: Small, api: Api) -> None:
    """Without a mark it must be said which cluster is meant; with that of another nothing helps."""
    unmarked = small.run("rollback", "--yes")
    assert unmarked.code == 2
    assert "has no mark of it" in unmarked.err
    assert "--context NAME" in unmarked.err
    marked = {"metadata": {"annotations": {STACK: "shop/other.prod"}}}
    api.patch("v1", "Namespace", "", small.namespace, marked)
    foreign = small.run("rollback", "--yes", *FLAGS)
    assert foreign.code == 2
    assert "is of shop/other.prod" in foreign.err
    name = "name: longshore"
    assert name in (small.folder / "Pulumi.yaml").read_text("utf-8")
    api.patch("v1", "Namespace", "", small.namespace, {"metadata": {"annotations": {STACK: "longshore/small.local"}}})
    assert "nothing can be rolled back" in small.run("rollback", "--yes").err
