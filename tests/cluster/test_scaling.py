"""An autoscaler of a stack on a real API server and its real controller; what pods use is played."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.options import Options, Scale, ServiceSettings
from longshore.disk import Disk
from tools.cluster.api import ApiError
from tools.cluster.workloads import apply_all, wait_until_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.cluster.api import Api, Manifest

COMPOSE = "services: {web: {image: 'registry.example.com/web:1.0', mem_limit: 64m, ports: ['80']}}\n"
REQUEST = 100
"""Millicores that a pod requests: the house rule."""

METRICS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": "pods.metrics.k8s.io",
        "annotations": {"api-approved.kubernetes.io": "unapproved, it stands for metrics-server in a test"},
    },
    "spec": {
        "group": "metrics.k8s.io",
        "scope": "Namespaced",
        "names": {"kind": "PodMetrics", "plural": "pods", "singular": "pod"},
        "versions": [
            {
                "name": "v1beta1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
"""The API of metrics-server, whose answers are objects that a test writes."""


@pytest.fixture
def metrics(api: Api) -> Iterator[None]:
    api.apply(METRICS)
    api.wait(lambda: answers(api), "the API of metrics")
    yield
    api.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "pods.metrics.k8s.io")


def answers(api: Api) -> bool:
    try:
        return api.list("metrics.k8s.io/v1beta1", "PodMetrics", "default") == []
    except ApiError:
        return False


@contextmanager
def used(api: Api, namespace: str, millicores: int) -> Iterator[None]:
    """Play that the pods of a namespace use so much together, each its share."""
    done = threading.Event()

    def measure() -> None:
        while not done.wait(0.5):
            pods = api.list("v1", "Pod", namespace)
            for pod in pods:
                api.apply(_measured(pod, millicores // len(pods)), namespace)

    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _measured(pod: Manifest, millicores: int) -> Manifest:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {"name": pod["metadata"]["name"], "labels": pod["metadata"]["labels"]}
    usage = {"cpu": f"{millicores}m", "memory": "16Mi"}
    containers = [{"name": each["name"], "usage": usage} for each in pod["spec"]["containers"]]
    kind = {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics"}
    return {**kind, "metadata": metadata, "timestamp": now, "window": "1s", "containers": containers}


def converted(folder: Path, settings: ServiceSettings) -> list[Manifest]:
    (folder / "compose.yaml").write_text(COMPOSE, "utf-8")
    request = Request(working_directory=str(folder), files=(str(folder / "compose.yaml"),), project_name="shop")
    project = load(request, Disk()).project
    assert project
    return list(convert_project(project, Options(services={"web": settings})).manifests)


def deployment(api: Api, namespace: str) -> dict[str, Any]:
    return api.get("apps/v1", "Deployment", namespace, "web")


def fewer_than(api: Api, namespace: str, pods: int) -> bool:
    return bool(deployment(api, namespace)["spec"]["replicas"] < pods)


def may_be_away(api: Api, namespace: str) -> int:
    status = api.get("policy/v1", "PodDisruptionBudget", namespace, "web").get("status", {})
    return int(status.get("disruptionsAllowed", 0))


@pytest.mark.usefixtures("metrics", "simulated")
def test_load_makes_pods_and_a_release_keeps_them(api: Api, namespace: str, tmp_path: Path) -> None:
    manifests = converted(tmp_path, ServiceSettings(scale=Scale(max=10, min=2, cpu=70)))
    apply_all(api, manifests, namespace)
    api.wait(lambda: not fewer_than(api, namespace, 2), "two pods, the fewest there are")
    wait_until_up(api, namespace)
    with used(api, namespace, 6 * 70 * REQUEST // 100):
        api.wait(lambda: not fewer_than(api, namespace, 6), "six pods, each at 70 percent")
        wait_until_up(api, namespace)
        apply_all(api, manifests, namespace)
        assert deployment(api, namespace)["spec"]["replicas"] == 6, "the workload says no number, so no release does"
        api.wait(lambda: may_be_away(api, namespace) == 1, "one pod at a time may be away")
    autoscaler = api.get("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "web")
    assert {each["type"]: each["status"] for each in autoscaler["status"]["conditions"]}["ScalingActive"] == "True"


def test_what_is_sent_is_what_is_stored(api: Api, namespace: str, tmp_path: Path) -> None:
    """The server fills in nothing: else an interrupted deployment would meet a conflict with itself."""
    for settings in (Scale(max=3), Scale(max=3, min=2, cpu=50, memory=60)):
        (sent,) = [
            one
            for one in converted(tmp_path, ServiceSettings(scale=settings))
            if one["kind"] == "HorizontalPodAutoscaler"
        ]
        api.apply(sent, namespace)
        stored = api.get("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "web")
        assert stored["spec"] == sent["spec"]
