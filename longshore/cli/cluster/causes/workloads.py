"""All causes of one workload: what it says itself, then what each of its pods says, each told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Cause, said_by_cluster
from longshore.cli.cluster.causes.ends import CANNOT_START, ended, never_started
from longshore.cli.cluster.causes.images import not_pulled
from longshore.cli.cluster.causes.probes import failing, killed_by_probe
from longshore.cli.cluster.causes.scheduling import lost, not_scheduled, put_off
from longshore.cli.cluster.causes.secrets import not_configured
from longshore.cli.cluster.causes.storage import claims_of, not_mounted
from longshore.cli.cluster.health import condition, containers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

_STARTING: Final = frozenset({"ContainerCreating", "PodInitializing"})
_EXPLAIN: Final = frozenset({"rollout-stuck", "job-failed"})
"""Told only where no pod says more: they say that something is wrong, and not what."""


def causes(
    kind: str, workload: Object, pods: Sequence[Object], services: Mapping[str, str], scene: Scene
) -> tuple[Cause, ...]:
    """Why a workload is not as it should be. services: name of a container → the compose service that it is."""
    name = str(workload["metadata"]["name"])
    own = list(_of_workload(kind, workload, scene))
    found: dict[tuple[str, str, str], Cause] = {}
    for pod in pods:
        pod_name = str(pod["metadata"]["name"])
        for cause in _of_pod(pod, services, services.get("", name), scene):
            key = (cause.code, cause.container, cause.what)
            known = found.get(key, cause)
            found[key] = known._replace(pods=(*known.pods, pod_name), past=known.past and cause.past)
    told = list(found.values())
    if any(not cause.past for cause in told):
        own = [cause for cause in own if cause.code not in _EXPLAIN]
    return (*own, *sorted(told, key=lambda cause: cause.past))


def _of_workload(kind: str, workload: Object, scene: Scene) -> Iterator[Cause]:
    name = str(workload["metadata"]["name"])
    refused = condition(workload, "ReplicaFailure")
    events = scene.said(kind, name, "FailedCreate")
    if refused.get("status") == "True" or (events and not (workload.get("status") or {}).get("replicas")):
        said = said_by_cluster(refused.get("message") or (events[0].get("message") if events else ""))
        yield Cause("pods-refused", f"the cluster takes no pod of it: {said}", _refused(said, scene))
    if (workload.get("spec") or {}).get("paused"):
        yield Cause("rollout-paused", "its rollout is paused", f"`kubectl rollout resume {kind.lower()}/{name}`")
    if condition(workload, "Progressing").get("reason") == "ProgressDeadlineExceeded":
        help_ = f"`longshore rollback -s {scene.stack} {name}` brings the release before it back"
        yield Cause("rollout-stuck", "its rollout was given up: no new pod became ready in its time", help_)
    failed = condition(workload, "Failed") if kind == "Job" else {}
    if failed.get("status") == "True":
        why = f"{failed.get('reason', '')}: {said_by_cluster(failed.get('message'))}"
        help_ = f"`longshore logs -s {scene.stack} {name}` shows what it wrote; a changed Job runs with the next `up`"
        yield Cause("job-failed", f"it failed, and is not started again ({why})", help_)


def _refused(said: str, scene: Scene) -> str:
    if "quota" in said:
        return f"the namespace has a quota: `longshore:quota` in {scene.file}, or in the stack of the platform"
    if "PodSecurity" in said or "violates" in said:
        return f"the namespace allows no such rights: `longshore:workloads: {{podSecurity: …}}` in {scene.file}"
    return "the words are those of the API server"


def _of_pod(pod: Object, services: Mapping[str, str], host: str, scene: Scene) -> Iterator[Cause]:
    if gone := put_off(pod):
        yield gone
        return
    yield from lost(pod, scene)
    if "deletionTimestamp" in pod["metadata"] or (pod.get("status") or {}).get("phase") == "Succeeded":
        return
    pending = list(claims_of(pod, scene))
    yield from pending
    unplaced = not_scheduled(pod, host, scene)
    if unplaced and not pending:
        yield unplaced
    states = containers(pod)
    found = [cause for status in states for cause in _of_container(pod, status, services, host, scene)]
    yield from found
    waits = not states or any(
        ((status.get("state") or {}).get("waiting") or {}).get("reason") in _STARTING for status in states
    )
    if not found and not unplaced and waits and (cause := not_mounted(pod, scene)):
        yield cause


def _of_container(pod: Object, status: Object, services: Mapping[str, str], host: str, scene: Scene) -> Iterable[Cause]:
    name = str(status.get("name"))
    service = services.get(name, host)
    state = status.get("state") or {}
    waiting = state.get("waiting") or {}
    reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "")
    if cause := not_pulled(pod, status, scene):
        return (cause,)
    if reason == "CreateContainerConfigError":
        return (not_configured(pod, name, message, scene) or _not_made(name, message),)
    if reason in CANNOT_START:
        return (never_started(name, message),)
    if (state.get("terminated") or {}).get("exitCode") == 0 and not status.get("restartCount"):
        return ()
    by_probe = killed_by_probe(pod, status, service, scene)
    end = by_probe or ended(pod, status, service, scene)
    unready = failing(pod, status, service, scene)
    if unready and end and unready.code == end.code:
        return (end,)
    return [cause for cause in (end, unready) if cause]


def _not_made(container: str, message: str) -> Cause:
    said = said_by_cluster(message)
    if "runAsNonRoot" in message or "non-root" in message:
        help_ = "write a `user` in the compose file that is no root, or an image that has one"
        return Cause("runs-as-root", f"it would run as root, which its pod forbids: {said}", help_, container)
    return Cause("does-not-start", f"its container cannot be made: {said}", "the words are kubelet's", container)
