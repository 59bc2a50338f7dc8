"""A cause as it is told, and all that is looked at to find one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.secrets.detection.masks import conceal, hidden, merged, replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from longshore.cluster.client import Object

_LONGEST: Final = 400
"""Characters of a sentence of others that are shown."""

RUNBOOKS: Final[Mapping[str, str]] = {
    "image-not-found": "no-image",
    "image-denied": "no-image",
    "image-registry": "no-image",
    "image-rate-limit": "no-image",
    "image-platform": "no-image",
    "image-name": "no-image",
    "image-pull": "no-image",
    "out-of-memory": "out-of-memory",
    "crash-loop": "does-not-start",
    "does-not-start": "does-not-start",
    "runs-as-root": "does-not-start",
    "config-missing": "does-not-start",
    "restarted": "does-not-start",
    "job-failed": "does-not-start",
    "probe-readiness": "not-ready",
    "probe-startup": "not-ready",
    "probe-liveness": "not-ready",
    "not-ready": "not-ready",
    "rollout-stuck": "not-ready",
    "rollout-paused": "not-ready",
    "secret-missing": "secret-not-synced",
    "secret-not-synced": "secret-not-synced",
    "secret-store": "secret-not-synced",
    "not-scheduled": "no-room",
    "pods-refused": "no-room",
    "evicted": "disk-full",
    "claim-pending": "volume",
    "volume-not-mounted": "volume",
    "node-lost": "node-lost",
    "does-not-end": "node-lost",
    "not-there": "not-there",
}
"""Cause → the heading of docs/runbooks.md that says what to do."""


class Cause(NamedTuple):
    """Why something does not run, or did not for a while.

    code: one of RUNBOOKS. what, help: a sentence each. container: whose it is, empty for all of a pod. pods: those
    that it is told of. past: it is over, and told because it may come again.
    """

    code: str
    what: str
    help: str
    container: str = ""
    pods: tuple[str, ...] = ()
    past: bool = False


class Entry(NamedTuple):
    """A key of a Secret in the cluster, and where the operator reads it: a path of the store, and a key there."""

    key: str
    remote: str
    property: str


class Binding(NamedTuple):
    """A Secret that the operator makes. synced: False where the operator failed at it, None before it has tried."""

    name: str
    entries: tuple[Entry, ...]
    synced: bool | None
    said: str


class Scene(NamedTuple):
    """What is looked at beside a pod.

    stack, file: for what people are told to write or to type. events: (kind, name) → events, the latest first.
    bindings: name of a Secret → what makes it. claims: by name. now: when all this was seen.
    """

    stack: str
    file: str
    events: Mapping[tuple[str, str], Sequence[Object]]
    bindings: Mapping[str, Binding]
    claims: Mapping[str, Object]
    now: datetime

    def said(self, kind: str, name: str, *reasons: str) -> list[Object]:
        """Events about an object for one of these reasons, the latest first."""
        return [event for event in self.events.get((kind, name), ()) if event.get("reason") in reasons]


def event_index(events: Iterable[Object]) -> dict[tuple[str, str], list[Object]]:
    """Events by the object that they are about, the latest first."""
    found: dict[tuple[str, str], list[Object]] = defaultdict(list)
    for event in sorted(events, key=_when, reverse=True):
        about = event.get("involvedObject") or {}
        found[str(about.get("kind", "")), str(about.get("name", ""))].append(event)
    return found


def is_about(event: Object, container: str) -> bool:
    """Whether an event about a pod is about one of its containers, or names none."""
    field = str((event.get("involvedObject") or {}).get("fieldPath") or "")
    return not field or field.endswith(f"{{{container}}}")


def _when(event: Object) -> str:
    series = (event.get("series") or {}).get("lastObservedTime")
    made = event["metadata"].get("creationTimestamp")
    return str(series or event.get("lastTimestamp") or event.get("eventTime") or made or "")


def said_by_cluster(text: Any) -> str:
    """A sentence of the cluster's own, in one line, without what looks like a secret."""
    return _short(conceal(" ".join(str(text or "").split())))


def said_by_program(text: Any) -> str:
    """What a program of the user's wrote, to its probe for instance: a name that sounds secret hides what follows."""
    line = " ".join(str(text or "").split())
    return _short(replaced(line, merged(hidden(line, command=True), len(line))))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
