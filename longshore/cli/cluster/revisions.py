"""The releases of a workload that a cluster remembers: ReplicaSets of a Deployment, ControllerRevisions of the others.

Pure. Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment and
https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cli.cluster.health import condition
from longshore.convert.kubernetes.names import digest
from longshore.convert.kubernetes.references import references

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from longshore.cli.cluster.application import Member
    from longshore.cli.cluster.health import Observed
    from longshore.cluster.client import Object

ROLLED_BACK: Final = "longshore.dev/rolled-back"
"""Annotation of a workload that was rolled back, with the digest of its pods since; an `up` makes it another's."""

KINDS: Final = ("ReplicaSet", "ControllerRevision")
_NUMBER: Final = "deployment.kubernetes.io/revision"
_BEFORE: Final = "deployment.kubernetes.io/revision-history"
_HASH: Final = "pod-template-hash"
_ONE_RELEASE: Final = timedelta(minutes=10)
"""An `up` waits for one workload before it makes the next, for as long at most as a rollout may stand still."""


class Revision(NamedTuple):
    """One release of a workload. made: when it was first there, as the cluster writes times.

    again: the workload was at another one in between, and came back to it.
    """

    number: int
    template: Object
    made: str
    again: bool = False

    @property
    def digest(self) -> str:
        """What only the same pods have."""
        return digest(json.dumps(self.template, sort_keys=True))


class History(NamedTuple):
    """The releases of a workload, the newest first. workload: as it is now."""

    member: Member
    workload: Object
    revisions: tuple[Revision, ...]

    @property
    def current(self) -> Revision | None:
        """The release that the workload is at, or goes to."""
        return self.revisions[0] if self.revisions else None

    @property
    def since(self) -> str:
        """When the workload went to the release of now, as far as the cluster says; empty where it does not."""
        current = self.current
        if current is None or not current.again:
            return current.made if current else ""
        return str(condition(self.workload, "Progressing").get("lastUpdateTime") or current.made)

    @property
    def is_seen(self) -> bool:
        """Did the cluster take in the last change of the workload already? Before, its releases are those of before."""
        seen = (self.workload.get("status") or {}).get("observedGeneration") or 0
        return int(seen) >= int(self.workload["metadata"].get("generation") or 0)

    @property
    def is_rolled_back(self) -> bool:
        """Is what it is at there because somebody rolled it back with us?"""
        mark = (self.workload["metadata"].get("annotations") or {}).get(ROLLED_BACK)
        return self.current is not None and mark == self.current.digest

    def target(self, number: int) -> Revision | None:
        """The release of a number, or for 0 the one before that of now; None: there is none."""
        others = self.revisions[1:]
        if not number:
            return others[0] if others else None
        return next((each for each in others if each.number == number), None)


def history(member: Member, workload: Object, observed: Observed) -> History:
    """All that the cluster remembers of a workload; observed: its KINDS."""
    uid = workload["metadata"]["uid"]
    found = [
        each
        for kind in KINDS
        for each in observed.get(kind, ())
        if any(owner.get("uid") == uid for owner in each["metadata"].get("ownerReferences") or ())
    ]
    revisions = [_revision(each) for each in found]
    # Going back gives an old one the highest number, so the highest is the one of now.
    return History(member, workload, tuple(sorted(revisions, key=lambda each: -each.number)))


def _revision(thing: Object) -> Revision:
    metadata = thing["metadata"]
    made = str(metadata.get("creationTimestamp") or "")
    if "data" in thing:
        template = dict(thing["data"]["spec"]["template"])
        template.pop("$patch", None)
        return Revision(int(thing["revision"]), template, made)
    template = dict(thing["spec"]["template"])
    labels = {key: value for key, value in (template["metadata"].get("labels") or {}).items() if key != _HASH}
    template["metadata"] = {**template["metadata"], "labels": labels}
    notes = metadata.get("annotations") or {}
    return Revision(int(notes.get(_NUMBER, "0")), template, made, again=_BEFORE in notes)


def last_release(found: Iterable[History]) -> list[History]:
    """Those whose release of now came with the last `up`: from the newest back, as long as one follows on another."""
    dated = [(datetime.fromisoformat(each.since), each) for each in found if each.since and not each.is_rolled_back]
    chosen: list[History] = []
    before: datetime | None = None
    for made, each in sorted(dated, key=lambda pair: pair[0], reverse=True):
        if before is not None and before - made > _ONE_RELEASE:
            break
        chosen.append(each)
        before = made
    return chosen


def lacking(revision: Revision, now: Revision, there: Mapping[str, Collection[str]]) -> list[str]:
    """What the pods of an earlier release name that is not there any more: `Secret web-secrets-0123`.

    there: kind → names; a Secret is there where something makes it, or where the pods of now name it too.
    """
    named_now = set(references(_manifest(now.template)))
    wanted = [key for key in references(_manifest(revision.template)) if key not in named_now]
    return [f"{key.kind} {key.name}" for key in wanted if key.kind in there and key.name not in there[key.kind]]


def _manifest(template: Object) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"name": ""}, "spec": {"template": template}}


def patch(history_: History, target: Revision) -> Sequence[dict[str, Any]]:
    """The JSON patch (RFC 6902) that brings a release back, unless somebody changes the workload meanwhile."""
    metadata = history_.workload["metadata"]
    annotations = [] if metadata.get("annotations") else [{"op": "add", "path": "/metadata/annotations", "value": {}}]
    escaped = ROLLED_BACK.replace("~", "~0").replace("/", "~1")
    return [
        {"op": "test", "path": "/metadata/generation", "value": metadata["generation"]},
        *annotations,
        {"op": "add", "path": f"/metadata/annotations/{escaped}", "value": target.digest},
        {"op": "replace", "path": "/spec/template", "value": target.template},
    ]
