"""Applies what `longshore render` writes to the real node, and asks the witness in every pod what it finds."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.node.comparison.docker_world import NotRunError, Report, report_of
from tests.node.comparison.standins import WITNESS
from tools.cluster.api import ApiError, access, condition
from tools.node.execute import ExecuteError, execute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.model import Manifest
    from tests.node.comparison.project import Prepared, Service
    from tools.node.node import Node

_SECONDS_UP = 150.0
_SECONDS_OF_PATIENCE = 12.0
_SECONDS_TO_BE_READY = 45.0
_FOR_GOOD = {
    "CreateContainerConfigError",
    "CreateContainerError",
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}
_AT_ONCE = 6
# Of the language of the operator's templates what our manifests use: a key's value, and text that would be a template.
_TEMPLATE = re.compile(r'\{\{ (?:\.(?P<key>\w+)|"(?P<text>[^"]*)") \}\}')


def apply(node: Node, prepared: Prepared, manifests: Iterable[Manifest]) -> None:
    """Make the namespace and all that is in it.

    Raises:
        NotRunError: the API server refuses something.
    """
    namespace = prepared.case.name
    labels = {"pod-security.kubernetes.io/enforce": "privileged"}
    try:
        node.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
        manifests = list(manifests)
        for each in [*_claims_of_others(manifests), *_ready_for_the_node(prepared, manifests)]:
            node.api.apply(each, namespace)
    except ApiError as error:
        raise NotRunError(str(error)) from None


def _claims_of_others(manifests: Iterable[Manifest]) -> Iterable[Manifest]:
    """Claims that the project expects to be there, as Docker is given its external volumes."""
    made = {x["metadata"]["name"] for x in manifests if x["kind"] == "PersistentVolumeClaim"}
    for manifest in manifests:
        spec = manifest.get("spec", {}).get("template", {}).get("spec", {})
        for volume in spec.get("volumes", ()):
            name = volume.get("persistentVolumeClaim", {}).get("claimName")
            if name and name not in made:
                made.add(name)
                yield {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": name},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "64Mi"}}},
                }


def _ready_for_the_node(prepared: Prepared, manifests: Iterable[Manifest]) -> Iterable[Manifest]:
    """Secrets are made as the operator would make them from the store; one small node has room for all of it."""
    for manifest in manifests:
        kind = manifest["kind"]
        if kind == "ExternalSecret":
            yield _secret(prepared, manifest)
        elif kind not in {"SecretStore", "Ingress"}:
            yield _adapted(manifest)


def _secret(prepared: Prepared, manifest: Manifest) -> Manifest:
    texts, encoded = {}, {}
    for entry in manifest["spec"]["data"]:
        remote = entry["remoteRef"]
        held = encoded if "decodingStrategy" in remote else texts
        held[entry["secretKey"]] = prepared.values.get(remote["key"], {}).get(remote.get("property", ""), "")
    target = manifest["spec"]["target"]
    templates = target.get("template", {}).get("data")
    if templates:
        filled = {
            file: _TEMPLATE.sub(lambda x: texts[x["key"]] if x["key"] else x["text"], templates[file])
            for file in templates
        }
        texts = filled
    metadata = {"name": target["name"]}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": texts, "data": encoded}


def _adapted(manifest: Manifest) -> Manifest:
    """With small requests, and with images that are pulled again: another project may have had one of the same name."""
    template = manifest.get("spec", {}).get("template", {}).get("spec")
    if not template:
        return manifest
    changed: Manifest = json.loads(json.dumps(manifest))
    spec = changed["spec"]["template"]["spec"]
    for container in [*spec.get("containers", ()), *spec.get("initContainers", ())]:
        container["imagePullPolicy"] = "Always"
        requests = container.get("resources", {}).get("requests")
        if requests:
            requests.update({key: small for key, small in (("cpu", "1m"), ("memory", "4Mi")) if key in requests})
    return changed


class Found:
    """The pods of a project, by service: name of the pod, name of the container."""

    def __init__(self, node: Node, prepared: Prepared) -> None:
        self._node, self._prepared = node, prepared

    def pods(self) -> dict[str, tuple[Service, Manifest]]:
        """The first living pod of each service."""
        return {name: (service, pods[0]) for name, (service, pods) in self.all_pods().items()}

    def all_pods(self) -> dict[str, tuple[Service, list[Manifest]]]:
        """The living pods of each service."""
        found: dict[str, tuple[Service, list[Manifest]]] = {}
        pods = self._node.api.list("v1", "Pod", self._prepared.case.name)
        for service in self._prepared.services.values():
            for pod in sorted(pods, key=lambda x: str(x["metadata"]["name"])):
                names = {x["name"] for x in pod["spec"]["containers"]}
                if _owner(pod) == service.workload and service.container in names and _lives(pod):
                    found.setdefault(service.name, (service, []))[1].append(pod)
        return found


def _owner(pod: Manifest) -> str:
    labels = pod["metadata"].get("labels", {})
    return str(labels.get("app.kubernetes.io/name", ""))


def _lives(pod: Manifest) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and pod["status"].get("phase") in {"Pending", "Running"}


def _running(service: Service, pod: Manifest) -> bool:
    statuses = pod["status"].get("containerStatuses") or ()
    return any(x["name"] == service.container and "running" in x.get("state", {}) for x in statuses)


def wait_until_up(node: Node, projects: Iterable[Prepared], seconds: float = _SECONDS_UP) -> dict[str, list[str]]:
    """Wait until every service's pod is Ready or can never be; answers what is not Ready, by project."""
    begun = time.monotonic()
    left = list(projects)
    missing: dict[str, list[str]] = {}
    while left and time.monotonic() < begun + seconds:
        patient = time.monotonic() < begun + _SECONDS_OF_PATIENCE
        for prepared in list(left):
            pods = Found(node, prepared).pods()
            ready = {
                name for name, (service, pod) in pods.items() if condition(pod, "Ready") and _running(service, pod)
            }
            wanted = {name for name, service in prepared.services.items() if _wanted(service)}
            missing[prepared.case.name] = sorted(wanted - ready)
            if all(not patient and (x not in pods or _hopeless(pods[x][1])) for x in wanted - ready):
                left.remove(prepared)
        time.sleep(0.3)
    return {name: services for name, services in missing.items() if services}


def _hopeless(pod: Manifest) -> bool:
    """Whether it waits for what will not come: a node like another one, an object that is not there, a good probe."""
    statuses = [*(pod["status"].get("containerStatuses") or ()), *(pod["status"].get("initContainerStatuses") or ())]
    reasons = {x.get("state", {}).get("waiting", {}).get("reason", "") for x in statuses}
    conditions = {x.get("reason", "") for x in pod["status"].get("conditions") or ()}
    begun = [x["state"]["running"]["startedAt"] for x in statuses if "running" in x.get("state", {})]
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=_SECONDS_TO_BE_READY)
    probed_in_vain = bool(begun) and all(dt.datetime.fromisoformat(x) < long_ago for x in begun)
    return bool(reasons & _FOR_GOOD) or "Unschedulable" in conditions or probed_in_vain


def _wanted(service: Service) -> bool:
    replicas = (service.model.get("deploy") or {}).get("replicas", service.model.get("scale", 1))
    return bool(service.workload) and replicas != 0


def ask(node: Node, namespace: str, pod: str, container: str, *words: str) -> dict[str, Any] | None:
    """Ask the witness of a container; None where it does not answer."""
    try:
        answer: dict[str, Any] = json.loads(told(node, namespace, pod, container, *words))
    except (ExecuteError, OSError, ValueError):
        return None
    return answer


def told(node: Node, namespace: str, pod: str, container: str, *words: str) -> str:
    """What a witness says to an order.

    Raises:
        ExecuteError: its container does not run.
    """
    return execute(access(node.kubeconfig), namespace, pod, container, [WITNESS, *words]).out


def observe(node: Node, prepared: Prepared, targets: Iterable[str]) -> dict[str, Report]:
    """Ask every service that runs."""
    targets = list(targets)

    def one(item: tuple[str, tuple[Service, list[Manifest]]]) -> tuple[str, Report | None]:
        name, (service, pods) = item
        places = [(prepared.case.name, pod["metadata"]["name"], service.container) for pod in pods]
        said = ask(node, *places[0], "report", *targets)
        others = [other["report"]["identity"] for place in places[1:] if (other := ask(node, *place, "report"))]
        return name, report_of(said)._replace(twins=tuple(others)) if said else None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reports = dict(pool.map(one, Found(node, prepared).all_pods().items()))
    return {name: report for name, report in reports.items() if report}
