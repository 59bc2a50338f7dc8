"""The logs of many containers at once, while pods come and go: one thread per container, one for the watch of pods.

All of them write into one queue, and whoever reads it is alone with what it knows.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from __future__ import annotations

import json
import threading
import time
from queue import Empty, Queue
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cluster.client import KINDS, NOT_FOUND, ApiError
from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from longshore.cli.cluster.log_lines import Log, LogLine, Wanted
    from longshore.cli.cluster.log_sources import Source
    from longshore.cluster.client import Client, Object

_WATCH_SECONDS: Final = 300
_PAUSE: Final = 1.0
_MOST_WAITING: Final = 10_000
"""Lines that nobody has printed yet; programs that write faster than we print wait in the cluster."""


class Line(NamedTuple):
    """A line of a container's log."""

    source: Source
    line: LogLine


class Ended(NamedTuple):
    """The log of a run is at its end. why: where it cannot be read; empty where all of it was."""

    source: Source
    why: str


class Changed(NamedTuple):
    """A pod is there, or is another than before; gone: it was deleted."""

    pod: Object
    gone: bool = False


class Listed(NamedTuple):
    """All pods that there are; those that are not among them are gone."""

    pods: tuple[Object, ...]


class Broken(NamedTuple):
    """The cluster cannot be watched now; it is tried again."""

    why: str


News = Line | Ended | Changed | Listed | Broken


class Following:
    """What comes of the logs that were opened, and of the pods of a namespace."""

    def __init__(self, client: Client, namespace: str, runs: Callable[[Source], bool]) -> None:
        """Begin to watch pods. runs: whether a run still goes on, so that a broken log is opened again."""
        self._client, self._namespace, self._runs = client, namespace, runs
        self._news: Queue[News] = Queue(_MOST_WAITING)
        _start(self._watch)

    def open(self, log: Log, wanted: Wanted) -> None:
        """Follow one more log."""
        _start(lambda: self._read(log, wanted))

    def news(self, pause: Callable[[], None]) -> Iterator[News]:
        """What happens, without an end. pause: is called where nothing more waits for now."""
        while True:
            try:
                yield self._news.get_nowait()
            except Empty:
                pause()
                yield self._news.get()

    def _read(self, log: Log, wanted: Wanted) -> None:
        why = ""
        while True:
            try:
                for line in log.read(wanted, follow=True):
                    self._news.put(Line(log.source, line))
                why = ""
            except ApiError as error:
                # A pod that is gone, or a log that its node has removed already.
                why = "" if error.status == NOT_FOUND else error.message
                break
            except Refused as refused:
                why = refused.message
            if not self._runs(log.source):
                break
            time.sleep(_PAUSE)
        self._news.put(Ended(log.source, why))

    def _watch(self) -> None:
        while True:
            try:
                pods, version = self._client.listing("Pod", self._namespace)
                self._news.put(Listed(tuple(pods)))
                while version:
                    version = self._changes(version)
            except Refused as refused:
                self._news.put(Broken(refused.message))
            time.sleep(_PAUSE)

    def _changes(self, version: str) -> str:
        """Watch from a version on; the version to go on from, empty where all must be listed anew."""
        parameters = {
            "watch": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(_WATCH_SECONDS),
            "allowWatchBookmarks": "true",
        }
        path = KINDS["Pod"].path(self._namespace)
        for raw in self._client.lines(path, _WATCH_SECONDS + 60, **parameters):
            event = json.loads(raw)
            thing = event["object"]
            if event["type"] == "ERROR":
                return ""
            version = str(thing["metadata"].get("resourceVersion") or version)
            if event["type"] != "BOOKMARK":
                self._news.put(Changed(thing, gone=event["type"] == "DELETED"))
        return version


def _start(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
