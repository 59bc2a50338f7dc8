"""The capacity table: what the pods ask for, and whether the nodes can give it with one of them lost.

Kubernetes admits a pod when its requests fit on one node. So the sum of requests, of the pods that always run and of
the largest one that a rollout or a Job adds, must fit on the nodes but one; and the largest pod must fit on one node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.facts import recreates, resources
from longshore.convert.kubernetes.kinds import WORKLOADS
from longshore.convert.kubernetes.quantity import bytes_in, cpu, memory, millicores_in
from longshore.convert.kubernetes.stable import stable_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from longshore.convert.estate import Service
    from longshore.convert.options import Capacity, Options
    from longshore.model import Conversion, Manifest


class Load(NamedTuple):
    """What one workload asks for. memory (bytes) and cpu (millicores): of one pod. each_node: it runs on every node.

    replicas: pods that always run; 0 for a Job. surges: a rollout, or the Job itself, adds a pod for a while.
    """

    name: str
    kind: str
    replicas: int
    memory: int
    cpu: int
    each_node: bool
    surges: bool


class Weighed(NamedTuple):
    """The table. Totals in bytes and millicores: asked includes the largest surge; offered leaves one node out.

    misfits: one sentence per thing that does not fit; empty when all fits, or when nothing is known of the nodes.
    """

    loads: tuple[Load, ...]
    surge: Load | None
    memory_asked: int
    memory_offered: int
    cpu_asked: int
    cpu_offered: int
    misfits: tuple[str, ...]


def load_of(owner: Service) -> Load:
    """What the workload of a service asks for, with every container in its pod."""
    kind = owner.workload.kind
    asked = [resources(member) for member in owner.estate.pods[owner.name]]
    return Load(
        owner.name,
        kind,
        0 if kind == "Job" else owner.replicas,
        sum(one.memory_request for one in asked),
        sum(one.cpu_request for one in asked),
        each_node=kind == "DaemonSet",
        surges=kind == "Job" or (kind == "Deployment" and not recreates(owner)),
    )


def loads_in(manifests: Iterable[Manifest]) -> list[Load]:
    """What the workloads of a finished conversion ask for; an init container counts where it asks for more.

    Of one that an autoscaler has, those pods count that always run.
    """
    known = list(manifests)
    fewest = dict(_fewest(manifest) for manifest in known if manifest["kind"] == "HorizontalPodAutoscaler")
    return [_load(manifest, fewest) for manifest in known if manifest["kind"] in WORKLOADS]


def _fewest(autoscaler: Manifest) -> tuple[tuple[str, str], int]:
    target = autoscaler["spec"]["scaleTargetRef"]
    return (target["kind"], target["name"]), int(autoscaler["spec"].get("minReplicas", 1))


def _load(manifest: Manifest, fewest: Mapping[tuple[str, str], int]) -> Load:
    kind, spec = manifest["kind"], manifest["spec"]
    scaled = fewest.get((kind, manifest["metadata"]["name"]), 1)
    pod = spec["template"]["spec"]
    running = [_asked(container) for container in pod.get("containers", ())]
    starting = [_asked(container) for container in pod.get("initContainers", ())]
    strategy = spec.get("strategy", {})
    return Load(
        stable_name(manifest),
        kind,
        0 if kind == "Job" else int(spec.get("replicas", scaled)),
        max(sum(one[0] for one in running), *(one[0] for one in starting), 0),
        max(sum(one[1] for one in running), *(one[1] for one in starting), 0),
        each_node=kind == "DaemonSet",
        surges=kind == "Job" or (kind == "Deployment" and strategy.get("rollingUpdate", {}).get("maxSurge", 0) != 0),
    )


def _asked(container: Manifest) -> tuple[int, int]:
    requests = container.get("resources", {}).get("requests", {})
    return bytes_in(requests.get("memory", "0")), millicores_in(requests.get("cpu", "0"))


def capacity(conversion: Conversion, options: Options) -> Weighed:
    """Weigh a finished conversion, for `check` and `plan` to print."""
    return weigh(loads_in(conversion.manifests), options.capacity)


def weigh(loads: Sequence[Load], offer: Capacity) -> Weighed:
    """Compare loads with what the nodes offer; of a single node none can be lost."""
    left = max(1, offer.nodes - 1)
    surge = max((load for load in loads if load.surges), key=lambda load: (load.memory, load.cpu), default=None)
    memory_asked = sum(_pods(load, left) * load.memory for load in loads) + (surge.memory if surge else 0)
    cpu_asked = sum(_pods(load, left) * load.cpu for load in loads) + (surge.cpu if surge else 0)
    misfits: list[str] = []
    if offer.nodes:
        misfits = [
            *_too_large(loads, offer),
            *_too_much("memory", memory(memory_asked), memory(left * offer.node_memory), offer,
                       excess=0 < left * offer.node_memory < memory_asked),
            *_too_much("processors", cpu(cpu_asked), cpu(left * offer.node_cpu), offer,
                       excess=0 < left * offer.node_cpu < cpu_asked),
        ]  # fmt: skip
    return Weighed(
        tuple(loads), surge, memory_asked, left * offer.node_memory, cpu_asked, left * offer.node_cpu, tuple(misfits)
    )


def _pods(load: Load, nodes: int) -> int:
    return nodes if load.each_node else load.replicas


def _too_large(loads: Sequence[Load], offer: Capacity) -> list[str]:
    return [
        f"no node can run `{load.name}`: it asks for {memory(load.memory)} and {cpu(load.cpu)} processors, "
        f"a node offers {memory(offer.node_memory)} and {cpu(offer.node_cpu)}"
        for load in loads
        if load.memory > offer.node_memory > 0 or load.cpu > offer.node_cpu > 0
    ]


def _too_much(what: str, asked: str, offered: str, offer: Capacity, *, excess: bool) -> list[str]:
    lost = f"{offer.nodes - 1} of {offer.nodes} nodes" if offer.nodes > 1 else "the only node"
    return [f"the services ask for {asked} of {what} during a rollout; {lost} offer {offered}"] if excess else []
