"""What there is to say of a node when something on it was waited for in vain, so that a log alone can be understood."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tools.cluster.api import Api, ApiError, Manifest, condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.node.layout import Layout

_MOST_PODS: Final = 40
_LAST_EVENTS: Final = 30
_LAST_LINES: Final = 20
_TAIL: Final = 1 << 17


def account(layout: Layout) -> str:
    """Pods that are not as they should be, the newest warnings, what kubelet complained of last, and the load."""
    try:
        with Api(layout.kubeconfig) as api:
            pods, events = api.list("v1", "Pod"), api.list("v1", "Event")
    except (ApiError, OSError) as error:
        return f"the node does not answer: {error}"
    unwell = [x for x in pods if not condition(x, "Ready") or "deletionTimestamp" in x["metadata"]]
    load = ", ".join(f"{x:.0f}" for x in os.getloadavg())
    return "\n".join(
        [
            f"the node has {len(pods)} pods, {len(unwell)} of them not Ready; the machine's load is {load}",
            *(_pod(x) for x in unwell[:_MOST_PODS]),
            "its last warnings:",
            *_warnings(events),
            "kubelet's last complaints:",
            *_complaints(layout),
        ]
    )


def _pod(pod: Manifest) -> str:
    meta, status = pod["metadata"], pod.get("status", {})
    ending = " is ending," if "deletionTimestamp" in meta else ""
    containers = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
    states = [f"{x['name']}: {x.get('state')}, {x.get('restartCount', 0)} restarts" for x in containers]
    unmet = [x["message"] for x in status.get("conditions") or () if x["status"] == "False" and x.get("message")]
    name = f"{meta['namespace']}/{meta['name']}"
    return f"  {name}{ending} {status.get('phase')} {status.get('message', '')} {'; '.join([*states, *unmet])}"


def _warnings(events: list[Manifest]) -> Iterator[str]:
    found = [x for x in events if x.get("type") == "Warning"]
    found.sort(key=_at)
    for each in found[-_LAST_EVENTS:]:
        about = each["involvedObject"]
        name = f"{about.get('namespace', '')}/{about.get('name', '')}"
        yield f"  {_at(each)} {name} {each.get('reason')}: {each.get('message', '')} ({each.get('count') or 1} times)"


def _at(event: Manifest) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"])


def _complaints(layout: Layout) -> list[str]:
    """Lines of its log that are warnings or errors begin with W or E (https://github.com/kubernetes/klog)."""
    with (layout.logs / "kubelet.log").open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
        lines = log.read().decode(errors="replace").splitlines()
    return [f"  {x}" for x in lines if x[:1] in {"W", "E", "F"}][-_LAST_LINES:]
