"""The lines of one container's log, each once, also where the connection broke in between.

Kubernetes finds a place in a log by time only, and by whole seconds; so each line is asked for with its time, and what
was seen before is left out.
Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cluster.client import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.cli.cluster.log_sources import Source
    from longshore.cluster.client import Client

_SILENCE: Final = 3600.0
"""Seconds after which a log that says nothing is asked for anew."""
_NANOSECONDS: Final = 9


class LogLine(NamedTuple):
    """A line, and when the runtime took it from the program, as it writes times."""

    time: str
    text: str

    @property
    def order(self) -> str:
        """A text that sorts as the time does, whatever the runtime leaves out of it."""
        whole, _, fraction = self.time.rstrip("Z").partition(".")
        return f"{whole}.{fraction[:_NANOSECONDS]:0<{_NANOSECONDS}}"


class Wanted(NamedTuple):
    """Which part of a log. tail: lines from its end, -1: all. since: RFC 3339, or empty. previous: the run before."""

    tail: int = -1
    since: str = ""
    previous: bool = False


class Log:
    """The log of one run of a container; knows how far it was read."""

    def __init__(self, client: Client, namespace: str, source: Source) -> None:
        self.source = source
        self._client = client
        self._path = f"{KINDS['Pod'].path(namespace, source.pod)}/log"
        self._last = ""
        self._at_last = 0

    def read(self, wanted: Wanted, *, follow: bool) -> Iterator[LogLine]:
        """What was not read before. follow: go on with what the program writes, until it ends.

        Raises:
            ApiError: the cluster refuses, or has no such log any more.
            Refused: it is not reached, or the connection broke.
        """
        parameters = {"container": self.source.container, "timestamps": "true"}
        if wanted.previous:
            parameters["previous"] = "true"
        if follow:
            parameters["follow"] = "true"
        if self._last:
            parameters["sinceTime"] = self._last
        else:
            parameters |= {"sinceTime": wanted.since} if wanted.since else {}
            parameters |= {"tailLines": str(wanted.tail)} if wanted.tail >= 0 else {}
        yield from self._new(self._client.lines(self._path, _SILENCE, **parameters))

    def _new(self, lines: Iterator[bytes]) -> Iterator[LogLine]:
        """Leave out what was read before: all before the last time, and as many lines of that very time."""
        before, left = LogLine(self._last, "").order if self._last else "", self._at_last
        for raw in lines:
            time, _, text = raw.decode("utf-8", "replace").partition(" ")
            line = LogLine(time, text)
            if before and line.order < before:
                continue
            if before and line.order == before and left:
                left -= 1
                continue
            self._at_last = self._at_last + 1 if time == self._last else 1
            self._last = time
            yield line
