"""`longshore logs`: what the containers of services write, under their compose names, as Docker shows it."""

from __future__ import annotations

import heapq
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.application import open_application
from longshore.cli.cluster.connection import FLAGS, connect, observed, warned
from longshore.cli.cluster.following import Broken, Changed, Ended, Following, Line, Listed
from longshore.cli.cluster.log_lines import Log, LogLine, Wanted
from longshore.cli.cluster.log_sources import Naming, in_order, workload_of
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import STACK, output
from longshore.errors import Refused
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from longshore.cli.cluster.application import Application
    from longshore.cli.cluster.following import News
    from longshore.cli.cluster.log_sources import Container, Source
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cluster.client import Client, Object
    from longshore.report.style import Style

_COLOURS: Final = ("cyan", "yellow", "green", "magenta", "blue")
_DURATION: Final = Regex(r"(?:(?P<h>\d{1,6})h)?(?:(?P<m>\d{1,6})m)?(?:(?P<s>\d{1,8})s)?")
_HISTORY: Final = ("Pod", "Job")
_MORE: Final = ("CronJob",)


class Printer:
    """Writes lines, each behind the name of whose it is."""

    def __init__(self, given: Given, shell: Shell) -> None:
        wish = "never" if given.on("--no-color") else given.text("--color")
        self._style: Style = shell.style(wish, shell.out)
        self._out = shell.out
        self._json = given.text("--output") == "json"
        self._prefix = not given.on("--no-log-prefix")
        self._times = given.on("--timestamps")
        self._width = 0
        self._colours: dict[str, tuple[str, ...]] = {}

    def expect(self, labels: Iterable[str]) -> None:
        """Make room for names."""
        self._width = max([self._width, *map(len, labels)])

    def write(self, source: Source, line: LogLine) -> None:
        """Write a line."""
        if self._json:
            whose = {"name": source.label, "pod": source.pod, "container": source.container}
            self._out.write(json.dumps({**whose, **line._asdict()}, ensure_ascii=False) + "\n")
            return
        begin = ""
        if self._prefix:
            self.expect((source.label,))
            begin = self._style.paint(f"{source.label:<{self._width}} | ", *self._colour(source.label))
        time = f"{line.time} " if self._times else ""
        self._out.write(f"{begin}{time}{line.text}\n")

    def _colour(self, label: str) -> tuple[str, ...]:
        if label not in self._colours:
            round_, at = divmod(len(self._colours), len(_COLOURS))
            self._colours[label] = (_COLOURS[at], "bold") if round_ % 2 else (_COLOURS[at],)
        return self._colours[label]


def run(given: Given, shell: Shell) -> int:
    """Write what there is, in the order of time; with `--follow` go on until interrupted, or until Jobs are done."""
    wanted = Wanted(_tail(given.text("--tail")), _since(given.text("--since")), given.on("--previous"))
    if wanted.previous and given.on("--follow"):
        raise Refused("`--previous` and `--follow` exclude each other", "what has ended writes no more")
    application = open_application(given, shell)
    client = connect(given, application.stack, shell.environment)
    with shell.busy(f"asking the cluster for what is in {application.namespace}", quiet=given.on("--quiet")):
        found = observed(client, application.namespace, _HISTORY, optional=_MORE)
        if warning := warned(client, application.stack):
            shell.tell("warning", warning)
    made = _cron_jobs(found["Job"])
    cron = {str(each["metadata"]["name"]) for each in found["CronJob"]}
    application.chosen(given.operands, cron | {workload_of(pod, made) for pod in found["Pod"]})
    reader = _Reader(given, shell, application, client, Naming(application.members, given.operands, made))
    there = reader.history(found["Pod"], wanted)
    if given.on("--follow"):
        return reader.follow(wanted, ends=_all_end(application, given.operands))
    if not there:
        shell.tell("note", f"nothing was started yet: `longshore status -s {application.stack.name}` says why")
    return 0 if there else 1


class _Reader:
    """Reads the logs of one call. opened: the runs that are read, or were."""

    def __init__(self, given: Given, shell: Shell, application: Application, client: Client, naming: Naming) -> None:
        self._shell, self._client, self._naming = shell, client, naming
        self._namespace = application.namespace
        self._printer = Printer(given, shell)
        self._quiet = given.on("--quiet")
        self._logs: dict[tuple[str, str, int], Log] = {}
        self._pods: dict[str, Object] = {}
        self._open: set[tuple[str, str, int]] = set()
        self._running: frozenset[tuple[str, str, int]] = frozenset()
        self._lock = threading.Lock()

    def history(self, pods: Sequence[Object], wanted: Wanted) -> bool:
        """Write what was written so far, in the order of time; answers whether there is a log at all."""
        containers = [each for pod in in_order(pods) for each in self._naming.containers(pod)]
        if wanted.previous:
            containers = [each for each in containers if each.source.run]
        self._printer.expect(each.source.label for each in containers)
        for each in containers:
            if not each.started:
                self._note(f"{each.source.label} was not started yet: {each.waits}")
        logs = [self._log(each.source) for each in containers if each.started]
        streams = [self._told(log, wanted) for log in logs]
        for source, line in heapq.merge(*streams, key=lambda each: each[1].order):
            self._printer.write(source, line)
        return bool(logs)

    def follow(self, wanted: Wanted, *, ends: bool) -> int:
        """Go on from there. ends: whether it is over once no pod runs any more."""
        following = Following(self._client, self._namespace, self._runs)
        for news in following.news(self._shell.out.flush):
            self._take(news, following, wanted)
            # What is done is so for good: a Job's pods are not started again.
            if ends and not self._open and self._pods and not self._running and not isinstance(news, Broken):
                self._shell.out.flush()
                return 0
        return 0

    def _take(self, news: News, following: Following, wanted: Wanted) -> None:
        if isinstance(news, Line):
            self._printer.write(news.source, news.line)
        elif isinstance(news, Ended):
            self._open.discard(news.source.key)
            self._tell_end(news)
        elif isinstance(news, Broken):
            self._note(f"the cluster can't be watched now, and is asked again: {news.why}")
        else:
            self._see(news)
            for each in self._containers():
                self._begin(each, following, wanted)

    def _see(self, news: Changed | Listed) -> None:
        if isinstance(news, Listed):
            self._pods = {str(pod["metadata"]["uid"]): pod for pod in in_order(news.pods)}
        elif news.gone:
            self._pods.pop(str(news.pod["metadata"]["uid"]), None)
        else:
            self._pods[str(news.pod["metadata"]["uid"])] = news.pod
            self._name_owner(news.pod)
        running = frozenset(each.source.key for each in self._containers() if each.ended is None)
        with self._lock:
            self._running = running

    def _name_owner(self, pod: Object) -> None:
        """A Job that came while we follow may be one of a CronJob's."""
        owner: Object = next(iter(pod["metadata"].get("ownerReferences") or ()), {})
        if owner.get("kind") == "Job" and owner.get("name") not in self._naming.cron_jobs:
            made = _cron_jobs(observed(self._client, self._namespace, ("Job",))["Job"])
            self._naming.cron_jobs = {str(owner.get("name")): str(owner.get("name")), **made}

    def _containers(self) -> Iterator[Container]:
        for pod in self._pods.values():
            yield from self._naming.containers(pod)

    def _begin(self, container: Container, following: Following, wanted: Wanted) -> None:
        key = container.source.key
        if not container.started or key in self._open:
            return
        known = key in self._logs
        if known and container.ended is not None:
            return
        log = self._log(container.source)
        if not known and any(other[:2] == key[:2] for other in self._logs if other != key):
            self._note(f"{container.source.label} was started again")
        elif not known:
            self._note(f"{container.source.label} is {container.source.pod}")
        self._open.add(key)
        # What came after us is read from its beginning.
        following.open(log, wanted if known else Wanted())

    def _runs(self, source: Source) -> bool:
        with self._lock:
            return source.key in self._running

    def _log(self, source: Source) -> Log:
        return self._logs.setdefault(source.key, Log(self._client, self._namespace, source))

    def _told(self, log: Log, wanted: Wanted) -> Iterator[tuple[Source, LogLine]]:
        try:
            for line in log.read(wanted, follow=False):
                yield log.source, line
        except Refused as refused:
            self._note(f"the log of {log.source.label} can't be read: {refused.message}")

    def _tell_end(self, news: Ended) -> None:
        pod = self._pods.get(news.source.uid)
        codes = [
            each.ended for each in (self._naming.containers(pod) if pod else ()) if each.source.key == news.source.key
        ]
        if news.why:
            self._note(f"the log of {news.source.label} can't be read: {news.why}")
        elif codes and codes[0] is not None:
            self._note(f"{news.source.label} exited with code {codes[0]}")
        elif not pod:
            self._note(f"{news.source.label} is gone")

    def _note(self, text: str) -> None:
        if not self._quiet:
            self._shell.out.flush()
            self._shell.tell("note", text)
            self._shell.err.flush()


def _cron_jobs(jobs: Iterable[Object]) -> dict[str, str]:
    """Job → the CronJob that made it."""
    return {
        str(each["metadata"]["name"]): str(owner["name"])
        for each in jobs
        for owner in each["metadata"].get("ownerReferences") or ()
        if owner.get("kind") == "CronJob"
    }


def _all_end(application: Application, names: Sequence[str]) -> bool:
    """Are only services asked for that end by themselves?"""
    chosen = [member for member in application.members if member.service in names]
    return bool(names) and len(chosen) == len(names) and all(member.kind == "Job" for member in chosen)


def _tail(text: str) -> int:
    """Lines from the end.

    Raises:
        Refused: it is no number, nor `all`.
    """
    if text == "all":
        return -1
    if not text.isdecimal():
        raise Refused(f"`--tail` cannot be `{text}`", "write a number of lines, or `all`")
    return int(text)


def _since(text: str) -> str:
    """A moment in RFC 3339, from one or from how long ago it is: `2026-01-31T08:00:00Z`, `90m`, `1h30m`.

    Raises:
        Refused: it is neither.
    """
    if not text:
        return ""
    match = _DURATION.fullmatch(text)
    if match:
        hours, minutes, seconds = (int(match[unit] or 0) for unit in "hms")
        moment = datetime.now(UTC) - timedelta(hours=hours, minutes=minutes, seconds=seconds)
    else:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            help_ = "write how long ago, `90m`, or a moment, `2026-01-31T08:00:00Z`"
            raise Refused(f"`--since` cannot be `{text}`", help_) from None
        # Without a zone it is this machine's time, as Docker has it.
        moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


VERB = Verb(
    "logs",
    "show what the containers of services write",
    run,
    (
        STACK,
        Flag("--follow", "go on with what is written, also of pods that come later", short="-f"),
        Flag("--tail", "lines from the end of each log", value="NUMBER", default="all"),
        Flag("--since", "only what was written since: 90m, or 2026-01-31T08:00:00Z", value="WHEN"),
        Flag("--previous", "of the run before the last restart"),
        Flag("--timestamps", "with the time of each line", short="-t"),
        Flag("--no-log-prefix", "without the name of whose line it is"),
        Flag("--no-color", "no colours, as `--color never`"),
        *FLAGS,
        output("text", "json", what="how to write; json is an object a line"),
    ),
    operands="[SERVICE...]",
    most=-1,
    examples=(
        "longshore logs -s shop.dev -f",
        "longshore logs -s shop.dev web api --tail 100 --timestamps",
        "longshore logs -s shop.dev web --previous    why it was started again",
    ),
    wrong="nothing was started yet",
)
