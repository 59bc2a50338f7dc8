"""What tests ask of a cluster: apply this, is it up, what keeps it from being up, what is left of it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.cluster.api import PATIENCE, Api, ApiError, Manifest, condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORKLOADS = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "Job"))
# What every namespace has by itself, and what the controllers clear away in their own time.
_ALWAYS_THERE = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
_NOT_COUNTED = {"Event", "EndpointSlice", "Endpoints"}
_WATCH_SECONDS = 120


def title(manifest: Manifest) -> str:
    """`Deployment/web`."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def apply_all(api: Api, manifests: Iterable[Manifest], namespace: str) -> None:
    """Apply in the order given; `namespace` is for manifests that name none."""
    for each in manifests:
        api.apply(each, namespace)


def refusals(api: Api, manifests: Iterable[Manifest], namespace: str) -> list[str]:
    """What a strict server-side dry run has against the manifests: one line each, empty if it takes them all."""
    found = []
    for each in manifests:
        try:
            api.apply(each, namespace, dry_run=True)
        except ApiError as error:
            found.append(f"{title(each)}: {error}")
    return found


def is_up(kind: str, workload: Manifest) -> bool:
    """Whether a workload as the server returns it has what it wants, in its newest generation.

    The same conditions as `kubectl rollout status` and, for a Job, `kubectl wait --for=condition=complete`.
    """
    spec, status = workload["spec"], workload.get("status", {})
    if kind == "Job":
        return condition(workload, "Complete")
    if status.get("observedGeneration", 0) < workload["metadata"]["generation"]:
        return False
    if kind == "DaemonSet":
        wanted = status["desiredNumberScheduled"]
        return all(status.get(x, 0) == wanted for x in ("updatedNumberScheduled", "numberAvailable"))
    wanted = spec["replicas"]
    return all(status.get(x, 0) == wanted for x in ("updatedReplicas", "availableReplicas", "replicas"))


def not_up(api: Api, namespace: str) -> dict[str, Manifest]:
    """The workloads of a namespace that are not up yet, by title."""
    waiting = {}
    for api_version, kind in _WORKLOADS:
        for each in api.list(api_version, kind, namespace):
            if not is_up(kind, each):
                waiting[f"{kind}/{each['metadata']['name']}"] = each
    return waiting


def wait_until_up(api: Api, namespace: str, seconds: float = PATIENCE) -> float:
    """Wait until all workloads of a namespace are up; answers the seconds it took.

    Raises:
        TimeoutError: some are not; the message says what the cluster has to say about each.
    """
    try:
        return api.wait(lambda: not not_up(api, namespace), f"workloads of {namespace}", seconds, pause=0.2)
    except TimeoutError as error:
        lines = [f"{x}: {'; '.join(_reasons(api, namespace, y))}" for x, y in not_up(api, namespace).items()]
        raise TimeoutError("\n".join([str(error), *lines])) from None


def _reasons(api: Api, namespace: str, workload: Manifest) -> list[str]:
    """What the workload, its pods and the events about it say."""
    conditions = workload.get("status", {}).get("conditions", [])
    reasons = [f"{x['type']}={x['status']} {x.get('message', '')}" for x in conditions]
    for pod in pods_of(api, namespace, workload):
        unmet = [x for x in pod.get("status", {}).get("conditions", []) if x["status"] != "True" and x.get("message")]
        reasons += [f"{pod['metadata']['name']}: {x['message']}" for x in unmet]
    name = workload["metadata"]["name"]
    warnings = [x for x in api.list("v1", "Event", namespace) if x.get("type") == "Warning"]
    about = [x for x in warnings if x["involvedObject"].get("name", "").startswith(name)]
    reasons += [f"{x['reason']}: {x.get('message', '')}" for x in about]
    return list(dict.fromkeys(reasons)) or ["the cluster says nothing"]


def pods_of(api: Api, namespace: str, workload: Manifest) -> list[Manifest]:
    """The pods that a workload selects, without those that are on their way out."""
    labels = workload["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{x}={y}" for x, y in labels.items())
    found = api.list("v1", "Pod", namespace, labelSelector=selector)
    return [x for x in found if "deletionTimestamp" not in x["metadata"]]


def is_ready(pod: Manifest) -> bool:
    """Whether a pod serves, and goes on to."""
    return condition(pod, "Ready") and "deletionTimestamp" not in pod["metadata"]


class ReadyCount:
    """The fewest ready pods seen of each Deployment, counted from the pods themselves at every change."""

    def __init__(self, deployments: Sequence[Manifest]) -> None:
        self._labels = {x["metadata"]["name"]: x["spec"]["selector"]["matchLabels"].items() for x in deployments}
        self._ready: dict[str, dict[str, bool]] = {x: {} for x in self._labels}
        self._wanted = {x["metadata"]["name"]: x["spec"].get("replicas", 1) for x in deployments}
        self.fewest: dict[str, int] = {}
        self.changes = 0

    def see(self, event: str, pod: Manifest) -> None:
        """Take in one change; counting begins when a Deployment has reached its replicas for the first time."""
        self.changes += 1
        labels = pod["metadata"].get("labels", {}).items()
        for name, wanted in self._labels.items():
            if wanted <= labels:
                self._ready[name][pod["metadata"]["uid"]] = event != "DELETED" and is_ready(pod)
                count = sum(self._ready[name].values())
                if name in self.fewest or count >= self._wanted[name]:
                    self.fewest[name] = min(count, self.fewest.get(name, count))

    def complete(self) -> bool:
        """Whether every Deployment was seen with all its replicas."""
        return len(self.fewest) == len(self._labels)


@contextmanager
def counting_ready(api: Api, namespace: str, deployments: Sequence[Manifest]) -> Iterator[ReadyCount]:
    """Watch the pods of these Deployments, as the server returns them, while the block runs."""
    count, done = ReadyCount(deployments), threading.Event()
    failures: list[BaseException] = []

    def watch() -> None:
        try:
            with Api(api.kubeconfig) as own:
                for event, pod in own.watch("v1", "Pod", namespace, _WATCH_SECONDS):
                    if done.is_set():
                        return
                    count.see(event, pod)
        except BaseException as error:  # noqa: BLE001  told to the thread that waits for it
            failures.append(error)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    api.wait(lambda: count.complete() or bool(failures), "the watch of pods")
    try:
        yield count
    finally:
        done.set()
    if failures:
        raise failures[0]


def contents(api: Api, namespace: str) -> list[str]:
    """`Kind/name` of all that lies in a namespace, of every kind the server has, but for what is always there."""
    found = []
    for group_version in _served(api):
        for kind in api.request("GET", group_version)["resources"]:
            listed = kind["namespaced"] and "/" not in kind["name"] and {"list", "delete"} <= set(kind["verbs"])
            if listed and kind["kind"] not in _NOT_COUNTED:
                path = f"{group_version}/namespaces/{namespace}/{kind['name']}"
                names = [x["metadata"]["name"] for x in api.request("GET", path)["items"]]
                found += [f"{kind['kind']}/{x}" for x in names if (kind["kind"], x) not in _ALWAYS_THERE]
    return found


def _served(api: Api) -> list[str]:
    groups = api.request("GET", "/apis")["groups"]
    return ["/api/v1", *(f"/apis/{x['preferredVersion']['groupVersion']}" for x in groups)]


def end_namespaces(api: Api, names: Sequence[str]) -> None:
    """Delete namespaces with all that is in them, and wait until the last of their containers has ended.

    What is still ending has its share of the machine, and its place among the pods that one node may have.
    """
    for name in names:
        # First: from here on no workload can put a new pod in the place of another.
        api.delete("v1", "Namespace", "", name)
    for name in names:
        for kind in ("Pod", "PersistentVolumeClaim"):
            path = api.path("v1", kind, name)
            # A second is enough for a container that nobody asks any more; with none, nobody would wait for its end.
            api.request("DELETE", path, params={"gracePeriodSeconds": "1"})
    api.wait(lambda: not any(api.list("v1", "Pod", name) for name in names), f"the end of {', '.join(names)}")


def delete_all(api: Api, manifests: Sequence[Manifest], namespace: str) -> None:
    """Delete in the reverse of the order in which they were applied."""
    for each in reversed(manifests):
        meta = each["metadata"]
        api.delete(each["apiVersion"], each["kind"], meta.get("namespace") or namespace, meta["name"])
