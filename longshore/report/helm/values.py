"""What a team changes of a service, as its block of `values.yaml`, in the words that most charts have.

The block is the truth of what it says: the template puts all of it into the manifests below `files/`, and what it
leaves out is left out there. Probes keep what they ask where the block names only how often. Lists of variables are
maps here, since Helm replaces a list as a whole: https://helm.sh/docs/chart_best_practices/values/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.kubernetes.kinds import REPLICATED
from longshore.report.yaml_text import Inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.model import Manifest
    from longshore.report.helm.groups import Group

Block = dict[str, Any]
"""What values.yaml has of one service."""

PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
ORDER: Final = ("image", "replicaCount", "autoscaling", "resources", "env", "service", "ingress", *PROBES)
"""What is changed most often comes first."""

TARGETS: Final = {"cpu": "targetCPUUtilizationPercentage", "memory": "targetMemoryUtilizationPercentage"}


def blocks(group: Group) -> dict[str, Block]:
    """Container → its block: of the service that the workload is called after, and of each that runs in its pods."""
    containers = group.workload["spec"]["template"]["spec"]["containers"]
    found: dict[str, Block] = {}
    for container in containers:
        block = _container(container) | (_workload(group) if container["name"] == group.name else {})
        found[container["name"]] = {key: block[key] for key in ORDER if key in block}
    return found


def common_variables(every: Iterable[Block]) -> dict[str, str]:
    """Variables that several services have, all of them with one value; they are taken out of the blocks."""
    found = list(every)
    values: dict[str, list[str]] = {}
    for block in found:
        for name, value in block.get("env", {}).items():
            values.setdefault(name, []).append(value)
    common = {name: given[0] for name, given in values.items() if given[1:] and len(set(given)) == 1}
    for block in found:
        own = {name: value for name, value in block.get("env", {}).items() if name not in common}
        if own:
            block["env"] = own
        else:
            block.pop("env", None)
    return common


def image_parts(image: str) -> dict[str, str]:
    """Take an image's name apart: `{"repository": "registry:5000/web", "tag": "1.0", "digest": "sha256:…"}`."""
    name, _, digest = image.partition("@")
    colon = name.rfind(":")
    tag = name[colon + 1 :] if colon > name.rfind("/") else ""
    repository = name[:colon] if tag else name
    return {"repository": repository} | ({"tag": tag} if tag else {}) | ({"digest": digest} if digest else {})


def _container(container: Mapping[str, Any]) -> Block:
    block: Block = {}
    if "image" in container:
        block["image"] = Inline(image_parts(container["image"]))
    if "resources" in container:
        block["resources"] = {kind: Inline(given) for kind, given in container["resources"].items()}
    env = {entry["name"]: entry["value"] for entry in container.get("env", ()) if "value" in entry}
    if env:
        block["env"] = env
    return block | {probe: _probe(container[probe]) for probe in PROBES if probe in container}


def _probe(probe: Mapping[str, Any]) -> Inline:
    """What is asked for, where that is a port or a path, and all numbers."""
    found: dict[str, Any] = {}
    for key, value in probe.items():
        if not isinstance(value, dict):
            found[key] = value
        elif key != "exec":
            found[key] = {name: given for name, given in value.items() if name in {"path", "port"}}
    return Inline(found)


def _workload(group: Group) -> Block:
    """What holds for the pods as a whole: how many there are, and how they are reached."""
    block: Block = {}
    spec = group.workload["spec"]
    named = {(manifest["kind"], manifest["metadata"]["name"]): manifest for manifest in group.manifests}
    scaler = next((manifest for (kind, _), manifest in named.items() if kind == "HorizontalPodAutoscaler"), None)
    if scaler:
        block["autoscaling"] = _autoscaling(scaler["spec"])
    elif group.workload["kind"] in REPLICATED and "replicas" in spec:
        block["replicaCount"] = spec["replicas"]
    ingress = named.get(("Ingress", group.name))
    if ingress:
        block["ingress"] = _ingress(ingress)
    for (kind, _), manifest in named.items():
        if kind == "Service" and manifest["spec"].get("type") == "LoadBalancer":
            block["service"] = _balancer(manifest)
    return block


def _autoscaling(spec: Mapping[str, Any]) -> Inline:
    marks = {metric["resource"]["name"]: metric["resource"]["target"] for metric in spec["metrics"]}
    numbers = {TARGETS[name]: target["averageUtilization"] for name, target in marks.items()}
    return Inline(enabled=True, minReplicas=spec["minReplicas"], maxReplicas=spec["maxReplicas"], **numbers)


def _ingress(ingress: Manifest) -> Block:
    spec, annotations = ingress["spec"], ingress["metadata"].get("annotations")
    block: Block = {"enabled": True, "host": spec["rules"][0]["host"]}
    if "ingressClassName" in spec:
        block["className"] = spec["ingressClassName"]
    if "tls" in spec:
        block["tlsSecret"] = spec["tls"][0]["secretName"]
    return block | ({"annotations": annotations} if annotations else {})


def _balancer(service: Manifest) -> Block:
    spec, annotations = service["spec"], service["metadata"].get("annotations")
    fields = ("type", "loadBalancerClass", "loadBalancerSourceRanges")
    block: Block = {field: spec[field] for field in fields if field in spec}
    return block | ({"annotations": annotations} if annotations else {})
