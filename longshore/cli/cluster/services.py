"""Each compose service as one line, as `docker compose ps` has them, with all that is wrong with it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.cluster.application import Member, workloads
from longshore.cli.cluster.causes.cause import Cause, Scene, event_index
from longshore.cli.cluster.causes.secrets import bindings, not_synced, store_not_ready
from longshore.cli.cluster.causes.workloads import causes
from longshore.cli.cluster.health import WORKLOADS, containers, declared, progress, selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from longshore.cli.cluster.health import Observed, State
    from longshore.cluster.client import Object

KINDS: Final = (*WORKLOADS, "Pod", "Event", "SecretStore", "ExternalSecret")
"""What must be seen to tell of services."""

MORE: Final = ("PersistentVolumeClaim",)
"""What is looked at where it may be seen."""

GOOD: Final = frozenset({"up", "complete", "off"})
_ONLY_SLOW: Final = frozenset({"probe-readiness", "probe-startup", "not-ready", "restarted", "rollout-paused"})
"""Causes that waiting may mend."""


class Line(NamedTuple):
    """One service. since: when its youngest pod was made; empty without one. told: what state and numbers do not say.

    name: of its workload in the cluster, or the one that it would have.
    """

    service: str
    kind: str
    name: str
    ready: int
    desired: int
    image: str
    restarts: int
    since: str
    state: State
    told: str
    causes: tuple[Cause, ...]


class Secret(NamedTuple):
    """An object of the secrets operator that is not as it should be."""

    kind: str
    name: str
    cause: Cause


def scene_of(observed: Observed, stack: str, file: str, now: datetime) -> Scene:
    """All that is looked at beside a pod. file: the stack file. now: when this was seen."""
    events = event_index(observed.get("Event", ()))
    claims = {str(each["metadata"]["name"]): each for each in observed.get("PersistentVolumeClaim", ())}
    return Scene(stack, file, events, bindings(observed.get("ExternalSecret", ()), events), claims, now)


def lines(observed: Observed, members: Sequence[Member], scene: Scene) -> list[Line]:
    """Each member as a line, in their order."""
    found = workloads(observed, WORKLOADS)
    told: dict[tuple[str, str], tuple[Cause, ...]] = {}
    of_workload: dict[tuple[str, str], list[Member]] = {}
    for member in members:
        of_workload.setdefault((member.kind, member.workload), []).append(member)
    result = []
    for member in members:
        key = (member.kind, member.workload)
        workload = found.get(key)
        if workload is None:
            result.append(_missing(member, scene))
            continue
        pods = selected(workload, observed.get("Pod", ()))
        if key not in told:
            names = {each.container: each.service for each in of_workload[key]}
            names[""] = of_workload[key][0].service
            told[key] = causes(member.kind, workload, pods, names, scene)
        siblings = {each.container for each in of_workload[key]} - {member.container}
        # What no member's container says, the first member of the pod tells.
        first = of_workload[key][0] is member
        own = [x for x in told[key] if x.container == member.container or (first and x.container not in siblings)]
        result.append(_line(member, workload, pods, tuple(own)))
    return result


def _line(member: Member, workload: Object, pods: Sequence[Object], own: tuple[Cause, ...]) -> Line:
    how = progress(member.kind, workload)
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") not in {"Failed", "Succeeded"}]
    statuses = [
        status for pod in running or pods for status in containers(pod) if status.get("name") == member.container
    ]
    restarts = sum(int(status.get("restartCount") or 0) for status in statuses)
    since = max((str(pod["metadata"].get("creationTimestamp") or "") for pod in running or pods), default="")
    hopeless = any(not cause.past and cause.code not in _ONLY_SLOW for cause in own)
    state: State = "failed" if how.state == "waiting" and hopeless else how.state
    image = _image(workload, member.container)
    name = str(workload["metadata"]["name"])
    return Line(member.service, member.kind, name, how.ready, how.desired, image, restarts, since, state, how.told, own)


def _image(workload: Object, container: str) -> str:
    """The image that a workload asks for, of the container of that name."""
    return str(declared(workload["spec"].get("template") or {}, container).get("image", ""))


def _missing(member: Member, scene: Scene) -> Line:
    help_ = (
        f"`make up STACK={scene.stack}` deploys it; `longshore plan -s {scene.stack}` shows whether the stack has it"
    )
    cause = Cause("not-there", f"the cluster has no {member.kind} `{member.workload}`", help_)
    return Line(member.service, member.kind, member.workload, 0, 0, "", 0, "", "missing", "", (cause,))


def secrets(observed: Observed, scene: Scene) -> Iterator[Secret]:
    """Each store that cannot be used, and each ExternalSecret that is not synced."""
    for kind, judge in (("SecretStore", store_not_ready), ("ExternalSecret", not_synced)):
        for each in sorted(observed.get(kind, ()), key=lambda x: str(x["metadata"]["name"])):
            if cause := judge(each, scene):
                yield Secret(kind, str(each["metadata"]["name"]), cause)
