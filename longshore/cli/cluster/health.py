"""What a workload and its pods say of themselves, in words that all verbs share. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from longshore.cluster.client import Object

WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "Job")

State = Literal["up", "complete", "off", "waiting", "failed", "missing"]
"""How a workload is; the first three are as they should be."""


class Progress(NamedTuple):
    """How far a workload is. ready, desired: pods, or runs of a Job. told: in a few words what they do not say."""

    state: State
    ready: int
    desired: int
    told: str = ""


Observed = Mapping[str, Sequence[Object]]
"""What is in a namespace: kind → objects."""


def condition(thing: Object, kind: str) -> Object:
    """The condition of a kind (`Ready`) in an object's status; empty where it has none."""
    conditions = (thing.get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each.get("type") == kind), {})


def selected(workload: Object, pods: Sequence[Object]) -> list[Object]:
    """Those of the pods that a workload's selector selects."""
    labels = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
    return [pod for pod in pods if labels and labels.items() <= (pod["metadata"].get("labels") or {}).items()]


def progress(kind: str, thing: Object) -> Progress:
    """How far a workload is, by its own status."""
    return _job(thing) if kind == "Job" else _rollout(kind, thing)


def _rollout(kind: str, thing: Object) -> Progress:
    status = thing.get("status") or {}
    if kind == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
        new = status.get("updatedNumberScheduled", 0)
    else:
        wanted, ready = thing["spec"].get("replicas", 1), status.get("availableReplicas", 0)
        new = status.get("updatedReplicas", 0)
    seen = status.get("observedGeneration", 0) >= thing["metadata"].get("generation", 0)
    if seen and new >= wanted and ready >= wanted and status.get("replicas", wanted) <= wanted:
        return Progress("up" if wanted else "off", ready, wanted)
    rolling = not seen or new < wanted or status.get("replicas", 0) > wanted
    told = f"rolling out: {new} of {wanted} new" if rolling else ""
    stuck = condition(thing, "Progressing").get("reason") == "ProgressDeadlineExceeded"
    return Progress("failed" if stuck else "waiting", ready, wanted, told)


def _job(thing: Object) -> Progress:
    status, spec = thing.get("status") or {}, thing.get("spec") or {}
    wanted, failed = spec.get("completions", 1), status.get("failed", 0)
    done = status.get("succeeded", 0)
    if condition(thing, "Complete").get("status") == "True":
        return Progress("complete", done or wanted, wanted)
    if condition(thing, "Failed").get("status") == "True":
        return Progress("failed", done, wanted, f"{failed} attempts")
    if spec.get("suspend"):
        return Progress("off", done, wanted, "suspended")
    told = f"{failed} attempts failed" if failed else "running" if status.get("active") else ""
    return Progress("waiting", done, wanted, told)


def containers(pod: Object) -> list[Object]:
    """The status of each container of a pod, those that run before the others first."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def declared(pod: Object, container: str) -> Object:
    """A container as a pod, or the template of one, asks for it, by its name; empty where there is none."""
    spec = pod.get("spec") or {}
    found = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    return next((each for each in found if each.get("name") == container), {})


def how_it_ended(terminated: Object) -> str:
    """Tell how a container ended, in words that lead to what to do."""
    reason, code = terminated.get("reason", ""), terminated.get("exitCode")
    if reason == "OOMKilled":
        return "taking more memory than its limit (OOMKilled): raise the memory of the service"
    return f"{reason or 'an end'} with exit code {code} at {terminated.get('finishedAt', 'an unknown time')}"
