"""Why no node takes a pod, or none keeps it: the scheduler counts nodes by reason in one sentence.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/ and
https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Cause, said_by_cluster
from longshore.cli.cluster.health import condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

_REASONS: Final = (
    ("persistentvolumeclaim", "its volume is not there yet", "see the claim below, or `longshore doctor`"),
    ("volume node affinity", "its disk lies in a zone where no node has room", "let a node come up in that zone"),
    ("Insufficient memory", "no node has that much memory left", ""),
    ("Insufficient cpu", "no node has that much processor left", ""),
    ("Too many pods", "the nodes have as many pods as they may", "more nodes, or larger ones"),
    (
        "didn't match Pod's node",
        "no node has the labels that it asks for",
        "see `deploy.placement` in the compose file",
    ),
    ("untolerated taint", "the nodes that there are keep others away (taints)", "see the taints of the node groups"),
    ("topology spread", "its pods must lie apart, and no node is left for one more", "more nodes, or fewer replicas"),
    ("anti-affinity", "its pods must lie apart, and no node is left for one more", "more nodes, or fewer replicas"),
    ("Insufficient", "no node has what it asks for", "see what the nodes offer: `kubectl describe nodes`"),
)
"""What the scheduler says → what it means, and what helps."""

_LEFT: Final = {
    "Evicted": "it was put off its node",
    "Preempting": "it had to make room for a pod of higher priority",
    "Shutdown": "its node was shut down",
    "NodeShutdown": "its node was shut down",
    "Terminated": "its node was shut down",
    "NodeLost": "its node does not answer",
    "DeadlineExceeded": "it took longer than it may",
    "UnexpectedAdmissionError": "its node does not take it",
    "NodeAffinity": "its node has not the labels any more that it asks for",
}


def not_scheduled(pod: Object, service: str, scene: Scene) -> Cause | None:
    """Why the scheduler finds no node for a pod; None where it has one."""
    found = condition(pod, "PodScheduled")
    if found.get("status") != "False":
        return None
    message = str(found.get("message") or "")
    if found.get("reason") == "SchedulingGated":
        return Cause("not-scheduled", "something holds it back from being scheduled (a gate)", "see who set the gate")
    # The sentences after the first say what preemption and claims would change of it.
    first = message.partition(". ")[0].strip()
    meaning, help_ = next(
        ((told, what) for word, told, what in _REASONS if word.lower() in first.lower()), ("no node takes it", "")
    )
    asks = _requests(pod)
    room = (
        f"it asks for {asks}: a lower `deploy.resources.reservations` or `services: {{{service}: …}}` in {scene.file}, "
        "or more room in the cluster"
    )
    what = f"{meaning}: {said_by_cluster(first)}" if first else meaning
    return Cause("not-scheduled", what, help_ or (room if asks else "see the words of the scheduler"))


def _requests(pod: Object) -> str:
    """What all containers of a pod ask for, each for itself."""
    found = []
    for container in (pod.get("spec") or {}).get("containers") or ():
        requests = (container.get("resources") or {}).get("requests") or {}
        found += [f"{requests[name]} {word}" for name, word in (("memory", "of memory"), ("cpu", "cpu"))
                  if name in requests]  # fmt: skip
    return " and ".join(found)


def put_off(pod: Object) -> Cause | None:
    """Why a pod ended that its node did not keep; None where it ended by itself."""
    status = pod.get("status") or {}
    reason = str(status.get("reason") or "")
    if status.get("phase") != "Failed" or not (reason in _LEFT or reason.startswith("OutOf")):
        return None
    message = said_by_cluster(status.get("message"))
    meaning = _LEFT.get(reason, "its node had no room for it after all")
    full = "ephemeral" in message or "disk" in message.lower()
    help_ = (
        "what it writes outside of a volume counts: write to a volume, or less; the runbook says how to look"
        if full
        else "a memory request that is what it uses keeps a pod where it is"
    )
    return Cause("evicted", f"{meaning} ({reason}): {message}", help_, past=True)


def lost(pod: Object, scene: Scene) -> Iterator[Cause]:
    """Whether a pod's node is gone, or the pod does not end although it was asked to."""
    ready = condition(pod, "Ready")
    node = (pod.get("spec") or {}).get("nodeName") or "?"
    if "deletionTimestamp" not in pod["metadata"]:
        if ready.get("reason") == "NodeNotReady" or (pod.get("status") or {}).get("phase") == "Unknown":
            yield Cause("node-lost", f"its node {node} does not answer", "`kubectl describe node` says since when")
        return
    from datetime import datetime  # noqa: PLC0415  pods seldom end while somebody looks

    grace = int(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
    asked = datetime.fromisoformat(str(pod["metadata"]["deletionTimestamp"]))
    # The timestamp has the grace period in it already.
    late = (scene.now - asked).total_seconds()
    if late > max(60, grace):
        held = ", ".join(pod["metadata"].get("finalizers") or ())
        why = f": held by {held}" if held else f"; its node is {node}"
        yield Cause("does-not-end", f"it was asked to end {int(late // 60)}m ago and is still there{why}",
                    "see whether its node answers: `kubectl get nodes`")  # fmt: skip
