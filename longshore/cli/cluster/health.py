"""Whether each object of a stack is as it should be, and if not, what the cluster itself says is in the way. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from longshore.convert.kubernetes.stable import stable_name

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]

WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "Job")
_MOST_REASONS: Final = 4
_WARNINGS: Final = frozenset(
    {"Unhealthy", "FailedMount", "FailedAttachVolume", "FailedScheduling", "FailedCreate", "BackOff"}
)
"""Reasons of events that say more than the state of a pod does."""


class Row(NamedTuple):
    """One object: `state`, in a few words how it is, and why it is not otherwise; `restarts` of all its containers."""

    kind: str
    name: str
    state: Literal["up", "waiting", "failed"]
    summary: str
    reasons: tuple[str, ...] = ()
    restarts: int = 0


Observed = Mapping[str, Sequence[Object]]
"""What is in a namespace: kind → objects."""


def rows(observed: Observed, expected: Sequence[tuple[str, str]] = ()) -> list[Row]:
    """Judge every workload, ExternalSecret and store; what is `expected` and not there is one row too.

    expected: (kind, name without what changes with the content). A deployment pins versions of secrets, and with them
    changes what the name of a Job ends in.
    """
    events = _events(observed.get("Event", ()))
    pods = observed.get("Pod", ())
    found = [_workload(kind, each, pods, events) for kind in WORKLOADS for each in observed.get(kind, ())]
    found += [
        _synced(kind, each, events) for kind in ("SecretStore", "ExternalSecret") for each in observed.get(kind, ())
    ]
    workloads = [row for row in found if row.kind in WORKLOADS]
    there = {(row.kind, stable_name({"kind": row.kind, "metadata": {"name": row.name}})) for row in workloads}
    found += [Row(kind, name, "failed", "not there") for kind, name in expected if (kind, name) not in there]
    return sorted(found, key=lambda row: (row.kind, row.name))


def _events(events: Sequence[Object]) -> dict[tuple[str, str], list[Object]]:
    """Warnings by the object that they are about, the latest first."""
    found: dict[tuple[str, str], list[Object]] = defaultdict(list)
    for event in sorted(events, key=_when, reverse=True):
        if event.get("type") == "Warning":
            about = event.get("involvedObject") or {}
            found[about.get("kind", ""), about.get("name", "")].append(event)
    return found


def _when(event: Object) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")


def condition(thing: Object, kind: str) -> Object:
    """The condition of a kind (`Ready`) in an object's status; empty where it has none."""
    conditions = (thing.get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each.get("type") == kind), {})


def _workload(kind: str, thing: Object, pods: Sequence[Object], events: Mapping[tuple[str, str], list[Object]]) -> Row:
    name = thing["metadata"]["name"]
    own = selected(thing, pods)
    restarts = sum(status.get("restartCount", 0) for pod in own for status in containers(pod))
    state, summary = _job(thing) if kind == "Job" else _rollout(kind, thing)
    reasons: list[str] = []
    stuck = condition(thing, "Progressing" if kind == "Deployment" else "Failed")
    if stuck.get("reason") == "ProgressDeadlineExceeded" or (kind == "Job" and stuck.get("status") == "True"):
        state = "failed"
        reasons.append(str(stuck.get("message", "")))
    refused = condition(thing, "ReplicaFailure")
    if refused.get("status") == "True":
        reasons.append(str(refused.get("message", "")))
    reasons += [reason for pod in own for reason in _pod(pod, events, tell_events=state != "up")]
    reasons += [_told(event) for event in events.get((kind, name), ()) if state != "up"]
    return Row(kind, name, state, summary, tuple(dict.fromkeys(filter(None, reasons)))[:_MOST_REASONS], restarts)


def selected(workload: Object, pods: Sequence[Object]) -> list[Object]:
    """Those of the pods that a workload's selector selects."""
    labels = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
    return [pod for pod in pods if labels and labels.items() <= (pod["metadata"].get("labels") or {}).items()]


def _rollout(kind: str, thing: Object) -> tuple[Literal["up", "waiting", "failed"], str]:
    status = thing.get("status") or {}
    if kind == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
        new = status.get("updatedNumberScheduled", 0)
    else:
        wanted, ready = thing["spec"].get("replicas", 1), status.get("availableReplicas", 0)
        new = status.get("updatedReplicas", 0)
    seen = status.get("observedGeneration", 0) >= thing["metadata"].get("generation", 0)
    if seen and new >= wanted and ready >= wanted and status.get("replicas", wanted) <= wanted:
        return "up", f"{ready}/{wanted} ready"
    rolling = (
        f", rolling out: {new} of {wanted} new"
        if not seen or new < wanted or status.get("replicas", 0) > wanted
        else ""
    )
    return "waiting", f"{ready}/{wanted} ready{rolling}"


def _job(thing: Object) -> tuple[Literal["up", "waiting", "failed"], str]:
    status = thing.get("status") or {}
    if condition(thing, "Complete").get("status") == "True":
        return "up", "complete"
    if condition(thing, "Failed").get("status") == "True":
        return "failed", f"failed after {status.get('failed', 0)} attempts"
    return "waiting", f"{status.get('active', 0)} running, {status.get('failed', 0)} attempts failed"


def containers(pod: Object) -> list[Object]:
    """The status of each container of a pod, those that run before the others first."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _pod(pod: Object, events: Mapping[tuple[str, str], list[Object]], *, tell_events: bool) -> Iterator[str]:
    """Why a pod does not serve, or did not for a while."""
    name = pod["metadata"]["name"]
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        yield f"{name} finds no node: {scheduled.get('message', '')}"
    for status in containers(pod):
        waiting = (status.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in {None, "ContainerCreating", "PodInitializing"}:
            yield f"{name}: {waiting['reason']}{': ' if waiting.get('message') else ''}{waiting.get('message', '')}"
        last = (status.get("lastState") or {}).get("terminated") or {}
        if status.get("restartCount") and last:
            yield f"{name} was restarted {_times(status['restartCount'])}, last for {how_it_ended(last)}"
    if tell_events:
        for event in events.get(("Pod", name), ()):
            if event.get("reason") in _WARNINGS:
                yield f"{name}: {_told(event)}"


def how_it_ended(terminated: Object) -> str:
    """Tell how a container ended, in words that lead to what to do."""
    reason, code = terminated.get("reason", ""), terminated.get("exitCode")
    if reason == "OOMKilled":
        return "taking more memory than its limit (OOMKilled): raise the memory of the service"
    return f"{reason or 'an end'} with exit code {code} at {terminated.get('finishedAt', 'an unknown time')}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _told(event: Object) -> str:
    return f"{event.get('reason', '')}: {event.get('message', '')}"


def _synced(kind: str, thing: Object, events: Mapping[tuple[str, str], list[Object]]) -> Row:
    """An object of the secrets operator: its condition only says that it failed, its events say why."""
    name = thing["metadata"]["name"]
    ready = condition(thing, "Ready")
    if ready.get("status") == "True":
        return Row(kind, name, "up", str(ready.get("message") or "ready"))
    told = [_told(event) for event in events.get((kind, name), ())]
    reasons = tuple(dict.fromkeys(told)) or ((str(ready["message"]),) if ready.get("message") else ())
    summary = str(ready.get("reason") or "the operator has not looked at it yet")
    return Row(kind, name, "failed" if ready else "waiting", summary, reasons[:_MOST_REASONS])
