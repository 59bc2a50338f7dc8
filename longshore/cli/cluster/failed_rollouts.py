"""Which workloads of a deployment no waiting will bring up: no such image, no room, a program that always ends.

Kubernetes itself never gives up on a pod. A Deployment is called failed after `progressDeadlineSeconds`, ten minutes
for a program that may take five to start, and an engine that waits for it waits as long, whatever the pods say. Here a
pod is believed when it has said the same for a while. Pure: the caller brings what the cluster says, and the time.
Source: https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
and https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from longshore.cli.cluster.causes.images import PULLS
from longshore.cli.cluster.health import WORKLOADS, condition, containers, how_it_ended, selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cli.cluster.health import Observed
    from longshore.cluster.client import Object

PATIENCE: Final = 60.0
"""Seconds for which a pod must say the same: three pulls of an image, or the time in which an autoscaler speaks up."""

RESTARTS: Final = 4
"""How often a program must have been started again: with the kubelet's pauses of 10, 20 and 40 s, over a minute."""

_NEVER_RUNS: Final = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_NODE_IS_COMING: Final = frozenset({"TriggeredScaleUp", "Nominated"})
"""Reasons of events by which an autoscaler says that it makes room for a pod: Cluster Autoscaler's and Karpenter's."""


class Trouble(NamedTuple):
    """Why a workload does not come up: the pod that says so (its uid), what kind of trouble, and its own words."""

    workload: str
    pod: str
    kind: Literal["image", "container", "room", "crash"]
    cause: str


class FailedRollouts:
    """What the pods of a namespace have said since when; pods that are there at the first look are not counted."""

    def __init__(self) -> None:
        self._before: frozenset[str] | None = None
        self._since: dict[tuple[str, str], float] = {}

    def failed(self, observed: Observed, now: float) -> list[Trouble]:
        """Take one look; answers the troubles for whose end nobody need wait, none while there is hope.

        A program that ends may wait for another that is still on its way, so it counts only where nothing else is.
        now: seconds of a clock that never goes back.
        """
        if self._before is None:
            self._before = frozenset(pod["metadata"]["uid"] for pod in observed.get("Pod", ()))
        found = [trouble for trouble in troubles(observed) if trouble.pod not in self._before]
        self._since = {(each.pod, each.kind): self._since.get((each.pod, each.kind), now) for each in found}
        crashed = [each for each in found if each.kind == "crash"]
        lasting = [
            each for each in found if each.kind != "crash" and now - self._since[each.pod, each.kind] >= PATIENCE
        ]
        if lasting:
            return lasting
        return crashed if waiting(observed) <= {each.workload for each in crashed} else []


def waiting(observed: Observed) -> set[str]:
    """Workloads (`deployment/web`) that have a pod which is not ready yet."""
    return {
        workload
        for workload, pod in _pods(observed)
        if condition(pod, "Ready").get("status") != "True" and (pod.get("status") or {}).get("phase") != "Succeeded"
    }


def troubles(observed: Observed) -> Iterator[Trouble]:
    """What the pods of all workloads say at this moment of what keeps them from running."""
    promised = {
        (event.get("involvedObject") or {}).get("uid")
        for event in observed.get("Event", ())
        if event.get("reason") in _NODE_IS_COMING
    }
    for workload, pod in _pods(observed):
        uid = pod["metadata"]["uid"]
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("status") == "False" and uid not in promised:
            yield Trouble(workload, uid, "room", f"finds no node: {scheduled.get('message', '')}")
        for status in containers(pod):
            state = (status.get("state") or {}).get("waiting") or {}
            reason, message = str(state.get("reason") or ""), str(state.get("message") or "")
            if reason in PULLS:
                yield Trouble(workload, uid, "image", f"{reason}: {message or status.get('image', '')}")
            elif reason in _NEVER_RUNS:
                yield Trouble(workload, uid, "container", f"{reason}: {message}")
            elif reason == "CrashLoopBackOff" and status.get("restartCount", 0) >= RESTARTS:
                last = (status.get("lastState") or {}).get("terminated") or {}
                again = f"was started again {status['restartCount']} times, last for {how_it_ended(last)}"
                yield Trouble(workload, uid, "crash", again)


def _pods(observed: Observed) -> Iterator[tuple[str, Object]]:
    pods: Sequence[Object] = observed.get("Pod", ())
    for kind in WORKLOADS:
        for each in observed.get(kind, ()):
            name = f"{kind.lower()}/{each['metadata']['name']}"
            yield from ((name, pod) for pod in selected(each, pods))
