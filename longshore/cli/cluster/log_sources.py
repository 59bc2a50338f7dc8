"""Whose logs there are: each run of a container, under the name that `docker compose logs` would give it. Pure.

`web-1` is the first pod of service web, `web-1/wait` another container in it, such as an init container or a sidecar.
A pod that comes later gets the next number, for its own name says nothing to people who know compose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from longshore.cli.cluster.application import Member
    from longshore.cluster.client import Object

_SERVICE: Final = "app.kubernetes.io/name"
_OURS: Final = "app.kubernetes.io/managed-by"
_HASH: Final = "pod-template-hash"


class Source(NamedTuple):
    """One run of a container. label: its name for people. run: how often it was started before."""

    label: str
    pod: str
    uid: str
    container: str
    run: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What no other run has."""
        return self.uid, self.container, self.run


class Container(NamedTuple):
    """A container of a pod as it is now. waits: why it was not started yet; ended: its exit code, once it has one."""

    source: Source
    waits: str = ""
    started: bool = True
    ended: int | None = None


class Naming:
    """Gives pods their numbers, and remembers them. wanted: services or workloads by name; empty for all."""

    def __init__(self, members: Sequence[Member], wanted: Iterable[str], cron_jobs: Mapping[str, str]) -> None:
        self._members = {(member.workload, member.container): member.service for member in members}
        self._hosts = {member.workload: member.service for member in reversed(members)}
        self._wanted = frozenset(wanted)
        self._numbers: dict[str, dict[str, int]] = {}
        self.cron_jobs = cron_jobs

    def containers(self, pod: Object) -> Iterator[Container]:
        """The containers of a pod that are wanted, those that run before the others first."""
        workload = workload_of(pod, self.cron_jobs)
        uid, name = str(pod["metadata"]["uid"]), str(pod["metadata"]["name"])
        numbers = self._numbers.setdefault(workload, {})
        status = pod.get("status") or {}
        statuses = [
            *(status.get("initContainerStatuses") or ()),
            *(status.get("containerStatuses") or ()),
            *(status.get("ephemeralContainerStatuses") or ()),
        ]
        alone = sum(True for _ in (pod.get("spec") or {}).get("containers") or ()) == 1
        initial = {str(each.get("name")) for each in status.get("initContainerStatuses") or ()}
        for each in statuses:
            container = str(each.get("name"))
            service = self._members.get((workload, container), "")
            host = self._hosts.get(workload, workload)
            if self._wanted and not self._wanted & {service or host, "" if service else workload}:
                continue
            number = numbers.setdefault(uid, len(numbers) + 1)
            own = service or (host if alone and workload not in self._hosts and container not in initial else "")
            label = f"{own}-{number}" if own else f"{host}-{number}/{container}"
            yield _now(each, Source(label, name, uid, container, int(each.get("restartCount") or 0)))


def _now(status: Object, source: Source) -> Container:
    state = status.get("state") or {}
    ended = state.get("terminated")
    if ended:
        return Container(source, ended=int(ended.get("exitCode") or 0))
    if "running" in state:
        return Container(source)
    why = str((state.get("waiting") or {}).get("reason") or "it is not started yet")
    last = (status.get("lastState") or {}).get("terminated")
    if last:
        # Between two runs: the log that there is is that of the last one.
        return Container(source._replace(run=source.run), why, ended=int(last.get("exitCode") or 0))
    return Container(source, why, started=False)


def workload_of(pod: Object, cron_jobs: Mapping[str, str]) -> str:
    """The name of what a pod belongs to; of one of ours that of its service. cron_jobs: Job → what made it."""
    labels = pod["metadata"].get("labels") or {}
    if labels.get(_OURS) == "longshore" and labels.get(_SERVICE):
        return str(labels[_SERVICE])
    owner: Object = next((each for each in pod["metadata"].get("ownerReferences") or () if each.get("controller")), {})
    name = str(owner.get("name") or pod["metadata"]["name"])
    if owner.get("kind") == "ReplicaSet":
        return name.removesuffix(f"-{labels.get(_HASH, '')}")
    return cron_jobs.get(name, name)


def in_order(pods: Iterable[Object]) -> list[Object]:
    """Pods from the oldest to the youngest, by which they are numbered."""
    return sorted(pods, key=lambda x: (str(x["metadata"].get("creationTimestamp") or ""), str(x["metadata"]["name"])))
