"""`longshore status` on a real API server: what its scheduler and its controllers say is told with its cause.

What a kubelet says of a container is planted here, in the words of a kubelet, since no container runs; the real ones
are asked in `tests/node/test_day_after.py`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cli.cluster.causes.cause import RUNBOOKS
from longshore.cluster.bound import STACK
from longshore.cluster.client import KINDS
from tests.cluster.small import Small
from tools.cluster.workloads import wait_until_up

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

COMPOSE = """\
name: small
services:
  web: {image: "own/web:1", mem_limit: 64m, expose: ["8080"]}
  api: {image: "own/api:1", mem_limit: 64m, deploy: {replicas: 2}}
  migrate: {image: "own/migrate:1", mem_limit: 64m, restart: "no"}
"""


@pytest.fixture
def small(tmp_path: Path, cluster: Target, namespace: str) -> Small:
    return Small(tmp_path, cluster.kubeconfig, namespace, COMPOSE)


def plant(api: Api, namespace: str, service: str, status: dict[str, Any]) -> str:
    """Let a pod of a service say something of itself; its name."""
    pods = api.list("v1", "Pod", namespace, labelSelector=f"app.kubernetes.io/name={service}")
    name = str(pods[0]["metadata"]["name"])
    path = api.path("v1", "Pod", namespace, name)
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    api.request("PATCH", f"{path}/status", json={"status": status}, headers=headers)
    return name


def container(name: str, **fields: Any) -> dict[str, Any]:
    base = {"name": name, "image": "own/x:1", "imageID": "", "ready": False, "restartCount": 0}
    return {"containerStatuses": [{**base, **fields}], "conditions": [{"type": "Ready", "status": "False"}]}


def said(api: Api, namespace: str, kind: str, name: str, reason: str, message: str, field: str = "") -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {"kind": kind, "name": name, "namespace": namespace, "apiVersion": "v1", "fieldPath": field}
    api.create(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": "planted-", "name": f"planted-{time.monotonic_ns()}"},
            "involvedObject": about,
            "type": "Warning",
            "reason": reason,
            "message": message,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 3,
        },
        namespace,
    )


def test_a_new_namespace_has_nothing_of_the_stack(small: Small, api: Api) -> None:
    run = small.run("status")
    assert run.code == 1
    assert run.err == ""
    assert "web      deployment/web  0/0" in run.out
    assert "wrong[not-there]: web: the cluster has no Deployment `web`" in run.out


def test_a_namespace_of_somebody_else_is_looked_at_with_a_warning(small: Small, api: Api) -> None:
    api.patch("v1", "Namespace", "", small.namespace, {"metadata": {"annotations": {STACK: "shop/other.prod"}}})
    for verb in ("status", "logs"):
        assert "is of shop/other.prod, and not of longshore/small.local" in small.run(verb).err


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_where_the_server_says(api: Api, kind: str, external_secrets_kinds: None) -> None:
    found = KINDS[kind]
    served = api.request("GET", found.prefix)["resources"]
    assert (found.plural, kind) in {(each["name"], each["kind"]) for each in served}


@pytest.mark.usefixtures("simulated")
def test_a_line_per_service_and_nothing_wrong(small: Small, api: Api) -> None:
    small.apply(api)
    wait_until_up(api, small.namespace)
    run = small.run("status")
    assert run.code == 0, run.out
    lines = run.out.splitlines()
    assert lines[0].split() == ["SERVICE", "WORKLOAD", "READY", "IMAGE", "RESTARTS", "AGE", "STATE"]
    rows = {line.split()[0]: line.split() for line in lines[1:4]}
    assert rows["web"][1:5] == ["deployment/web", "1/1", "own/web:1", "0"]
    assert rows["api"][1:5] == ["deployment/api", "2/2", "own/api:1", "0"]
    assert rows["migrate"][2] == "1/1"
    assert [rows[each][-1] for each in ("web", "api", "migrate")] == ["up", "up", "complete"]
    assert lines[-1] == f"3 of 3 services in {small.namespace} are as they should be"
    assert list(small.status("api")) == ["api"]
    assert small.run("status", "nobody").code == 2


def test_no_room_is_named_with_what_is_asked_for(small: Small, api: Api) -> None:
    small.write(COMPOSE.replace('own/web:1", mem_limit: 64m', 'own/web:1", mem_limit: 900g'))
    small.apply(api)
    api.wait(lambda: small.status()["web"]["state"] == "failed", "web to find no node", pause=0.5)
    (cause,) = small.status()["web"]["causes"]
    assert cause["code"] == "not-scheduled"
    assert "no node has that much memory left: 0/6 nodes are available: 6 Insufficient memory" in cause["what"]
    assert "900Gi of memory" in cause["help"]
    assert small.run("status").code == 1


def test_a_claim_without_a_class_and_a_quota(small: Small, api: Api) -> None:
    storage = {"storageClass": "nowhere", "volumes": {"data": {"size": "1Gi"}}}
    small.write(
        'services:\n  db: {image: "own/db:1", mem_limit: 64m, volumes: ["data:/data"]}\n'
        '  web: {image: "own/web:1", mem_limit: 64m, deploy: {replicas: 3}}\nvolumes: {data: {}}\n',
        storage=storage,
    )
    quota = {"hard": {"pods": "2"}}
    api.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": quota}, small.namespace)
    small.apply(api)
    api.wait(lambda: {x["causes"][0]["code"] for x in small.status().values() if x["causes"]}
             == {"claim-pending", "pods-refused"}, "both to be told", pause=0.5)  # fmt: skip
    told = small.status()
    (claim,) = told["db"]["causes"]
    assert 'gets no volume: storageclass.storage.k8s.io "nowhere" not found' in claim["what"]
    (refused,) = told["web"]["causes"]
    assert "exceeded quota" in refused["what"]
    assert "longshore:quota" in refused["help"]


def test_a_rollout_that_was_given_up(small: Small, api: Api) -> None:
    small.apply(api)
    deployment = next(x for x in small.manifests() if x["kind"] == "Deployment" and x["metadata"]["name"] == "web")
    deployment["spec"]["progressDeadlineSeconds"] = 15 + deployment["spec"].get("minReadySeconds", 0)
    deployment["spec"]["template"]["spec"]["nodeSelector"] = {"nowhere": "to-be-found"}
    api.apply(deployment, small.namespace)

    def stuck() -> bool:
        found = api.get("apps/v1", "Deployment", small.namespace, "web").get("status", {}).get("conditions") or []
        return any(x.get("reason") == "ProgressDeadlineExceeded" for x in found)

    api.wait(stuck, "the deadline")
    line = small.status()["web"]
    assert line["state"] == "failed"
    assert [x["code"] for x in line["causes"]] == ["not-scheduled"]
    assert "no node has the labels that it asks for" in line["causes"][0]["what"]


@pytest.mark.usefixtures("simulated")
def test_what_a_kubelet_says(small: Small, api: Api) -> None:
    small.write(COMPOSE.replace('restart: "no"', "restart: always") + '  db: {image: "own/db:1", mem_limit: 64m}\n')
    small.apply(api)
    wait_until_up(api, small.namespace)
    where = api, small.namespace
    pull = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "own/web:1"'}
    pod = plant(*where, "web", container("web", state={"waiting": pull}))
    said(*where, "Pod", pod, "Failed", 'Failed to pull image "own/web:1": rpc error: code = NotFound desc = failed to '
         'resolve reference: own/web:1: not found', "spec.containers{web}")  # fmt: skip
    killed = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-01-01T00:00:00Z"}
    waits = {"reason": "CrashLoopBackOff", "message": "back-off 20s"}
    plant(*where, "api", container("api", restartCount=4, state={"waiting": waits}, lastState={"terminated": killed}))
    pod = plant(*where, "db", container("db", state={"running": {"startedAt": "2026-01-01T00:00:00Z"}}))
    said(*where, "Pod", pod, "Unhealthy", "Readiness probe failed: could not log in with password=hunter2-CANARY",
         "spec.containers{db}")  # fmt: skip
    lacks = {"reason": "CreateContainerConfigError", "message": 'secret "migrate-secrets" not found'}
    plant(*where, "migrate", container("migrate", state={"waiting": lacks}))
    told = {name: line["causes"][0] for name, line in small.status().items()}
    assert {name: cause["code"] for name, cause in told.items()} == {
        "web": "image-not-found",
        "api": "out-of-memory",
        "db": "probe-readiness",
        "migrate": "secret-missing",
    }
    assert told["web"]["what"] == "the image own/web:1 is not there: the registry has no such image or tag"
    assert "its limit of 64Mi" in told["api"]["what"]
    assert "fails, 3 times: could not log in with" in told["db"]["what"]
    run = small.run("status")
    assert "hunter2" not in run.out
    assert run.code == 1
    for cause in told.values():
        assert cause["runbook"] == f"docs/runbooks.md#{RUNBOOKS[cause['code']]}"
