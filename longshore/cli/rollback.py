"""`longshore rollback`: the pods of the release before, from what the cluster remembers of it.

It is quick and needs neither Pulumi nor a build, and it is no deployment: files and state keep the newer release.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.cluster.application import open_application, workloads
from longshore.cli.cluster.causes.ends import ago
from longshore.cli.cluster.connection import FLAGS, connect, observed, refuse_other_hands
from longshore.cli.cluster.failed_rollouts import FailedRollouts
from longshore.cli.cluster.revisions import KINDS as REVISIONS
from longshore.cli.cluster.revisions import History, Revision, history, lacking, last_release, patch
from longshore.cli.cluster.services import KINDS, MORE, lines, scene_of
from longshore.cli.cluster.template_changes import changes, config_changes
from longshore.cli.consent import agreed, may_ask
from longshore.cli.findings_output import DOCUMENTATION
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import STACK, output
from longshore.cli.status_text import status_text
from longshore.cluster.client import KINDS as PATHS
from longshore.cluster.client import ApiError
from longshore.errors import Refused
from longshore.report.json_document import json_document
from longshore.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cli.cluster.application import Application
    from longshore.cli.cluster.health import Observed
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cluster.client import Client

_ROLLED: Final = ("Deployment", "StatefulSet", "DaemonSet")
_MANAGER: Final = "kubectl-longshore-rollback"
"""As whom we write. What a `kubectl…` has written an `up` takes for itself again, with nothing left of it."""
_PATCH: Final = "application/json-patch+json"
_LOOKS: Final = 2.0
_CONFLICTS: Final = frozenset({409, 422})
_NEEDED: Final = ("ConfigMap", "PersistentVolumeClaim", "ServiceAccount", "ExternalSecret")


class Step(NamedTuple):
    """A workload that goes back, and to which release. services: the compose services in its pods."""

    history: History
    target: Revision
    services: tuple[str, ...]


def run(given: Given, shell: Shell) -> int:
    """Show what would change, ask, bring the old pods back, and wait for them."""
    number, bound = _number(given, "--to-revision"), _number(given, "--timeout")
    application = open_application(given, shell)
    chosen = application.chosen(given.operands)
    client = connect(given, application.stack, shell.environment)
    refuse_other_hands(client, application.stack, named=bool(given.text("--context") or given.text("--kubeconfig")))
    with shell.busy(f"asking the cluster for what is in {application.namespace}", quiet=given.on("--quiet")):
        found = observed(client, application.namespace, (*_ROLLED, *REVISIONS, *_NEEDED))
    there = workloads(found, _ROLLED)
    hosts = {(member.kind, member.workload): member for member in reversed(chosen) if member.kind != "Job"}
    histories = [history(member, there[key], found) for key, member in hosts.items() if key in there]
    if not given.operands and not number:
        histories = last_release(histories)
    steps = [step for each in histories if (step := _step(each, number, application, found, shell))]
    if not steps:
        raise Refused("nothing can be rolled back", "`--to-revision` names a release; docs/runbooks.md#rollback")
    _show(steps, application, client, given, shell)
    if given.on("--dry-run"):
        return 0
    if not may_ask(given, shell):
        raise Refused("nothing was changed: there is no terminal to ask at", "`--yes` rolls back without a question")
    if not agreed(f"roll back {_count(len(steps))}?", "", given, shell):
        shell.tell("note", "nothing was changed")
        return 1
    for index, step in enumerate(steps):
        try:
            _roll_back(step, client, application.namespace)
        except Refused:
            if index:
                done = ", ".join(name for other in steps[:index] for name in other.services)
                shell.tell("warning", f"{done} goes back already; `longshore status` shows how far")
            raise
    return _wait(steps, client, application, bound, given, shell)


def _number(given: Given, flag: str) -> int:
    text = given.text(flag) or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004  more than any has
        raise Refused(f"`{flag}` cannot be `{text}`", "write a whole number")
    return int(text)


def _step(each: History, number: int, application: Application, found: Observed, shell: Shell) -> Step | None:
    """Where a workload goes; None where it stays, which is told."""
    name, current = each.member.service, each.current
    target = each.target(number)
    known = ", ".join(str(other.number) for other in each.revisions[1:]) or "none"
    if each.is_rolled_back and not number:
        shell.tell("warning", f"{name} was rolled back already, to revision {current.number if current else '?'}; "
                              f"`--to-revision` names another one: {known}")  # fmt: skip
        return None
    if not each.is_seen:
        shell.tell("warning", f"{name} was changed this very moment, and stays as it is: look again in some seconds")
        return None
    if current is None or target is None:
        which = f"no revision {number} but: {known}" if number else "no release before the one of now"
        shell.tell("warning", f"{name} has {which}, and stays as it is")
        return None
    there = {
        kind: {str(thing["metadata"]["name"]) for thing in found[kind]} for kind in _NEEDED if kind != "ExternalSecret"
    }
    secrets = {str(x["spec"].get("target", {}).get("name") or x["metadata"]["name"]) for x in found["ExternalSecret"]}
    gone = lacking(target, current, {**there, "Secret": secrets})
    if gone:
        raise Refused(
            f"revision {target.number} of {name} would not start: {', '.join(gone)} is not there any more",
            f"revert the commit, and `make up STACK={application.stack.name}` makes it again; nothing was changed",
        )
    at_home = [x.service for x in application.members if (x.kind, x.workload) == each.member[1:3]]
    return Step(each, target, tuple(at_home))


def _show(steps: Sequence[Step], application: Application, client: Client, given: Given, shell: Shell) -> None:
    if given.text("--output") == "json":
        told = {"version": 1, "stack": application.stack.name, "namespace": application.namespace}
        shell.out.write(json_document({**told, "steps": [_plain(step) for step in steps]}))
    else:
        shell.show("".join(f"{line}\n" for line in _told(steps, application, client, datetime.now(UTC))))
    shell.out.flush()


def _plain(step: Step) -> dict[str, object]:
    """A step for programs: the fields by what they are now and were then, as people are shown them."""
    current = step.history.current
    assert current  # noqa: S101  a step has one
    workload = step.history.workload["metadata"]["name"]
    return {
        "services": list(step.services),
        "kind": step.history.member.kind,
        "name": workload,
        "revision": current.number,
        "toRevision": step.target.number,
        "changes": [each._asdict() for each in changes(current.template, step.target.template)],
        "configurationStays": config_changes(current.template, step.target.template),
    }


def _told(steps: Sequence[Step], application: Application, client: Client, now: datetime) -> Iterator[str]:
    yield f"in {application.namespace} on `{client.context.name}` ({client.context.server}):"
    for step in steps:
        current = step.history.current
        assert current  # noqa: S101  a step has one
        yield ""
        yield (
            f"{', '.join(step.services)}: revision {current.number} ({ago(step.history.since, now)}) back to revision "
            f"{step.target.number} ({ago(step.target.made, now)})"
        )
        rows = [(change.field, f"{change.now} -> {change.then}")
                for change in changes(current.template, step.target.template)]  # fmt: skip
        yield from columns(rows, indent="  ")
        if config_changes(current.template, step.target.template):
            yield "  its configuration files stay as they are now: they are no part of a release in the cluster"
    yield ""
    yield from _consequences(steps, application)


def _consequences(steps: Sequence[Step], application: Application) -> Iterator[str]:
    names = ", ".join(name for step in steps for name in step.services)
    stack = application.stack.name
    yield "Pulumi does not know of it: files and state keep the newer release. An `up` of the same files leaves the old"
    yield f"pods; the next change of {names}, or an `up --refresh`, rolls forward again. So revert the commit, and"
    yield f"`make up STACK={stack}`: what runs is what it says then, and no pod is replaced."
    jobs = [member.service for member in application.members if member.kind == "Job"]
    if jobs:
        yield f"What {', '.join(jobs)} did, in a database for instance, stays done."


def _count(steps: int) -> str:
    return "1 workload" if steps == 1 else f"{steps} workloads"


def _roll_back(step: Step, client: Client, namespace: str) -> None:
    """Bring a release back.

    Raises:
        Refused: somebody changed the workload meanwhile, or we may not.
    """
    metadata = step.history.workload["metadata"]
    path = PATHS[step.history.member.kind].path(namespace, str(metadata["name"]))
    try:
        client.change(path, patch(step.history, step.target), _PATCH, fieldManager=_MANAGER)
    except ApiError as error:
        if error.status not in _CONFLICTS:
            raise
        name = step.services[0]
        raise Refused(f"{name} was changed by others meanwhile, or may not be so any more: {error.message}",
                      "look again, and roll back once more") from None  # fmt: skip


def _wait(
    steps: Sequence[Step], client: Client, application: Application, bound: int, given: Given, shell: Shell
) -> int:
    """Wait until the old pods are ready: 0 when all are, 1 with the cause where one cannot be, or in time."""
    names = {(step.history.member.kind, step.history.member.workload) for step in steps}
    members = [member for member in application.members if (member.kind, member.workload) in names]
    rollouts, begun = FailedRollouts(), time.monotonic()
    if shell.err.isatty() and not given.on("--quiet"):
        shell.tell("note", f"waiting until {', '.join(member.service for member in members)} is ready")
    while True:
        found = observed(client, application.namespace, KINDS, optional=MORE)
        now = datetime.now(UTC)
        seen = lines(found, members, scene_of(found, application.stack.name, application.file, now))
        if all(line.state in {"up", "off"} for line in seen):
            done = ", ".join(line.service for line in seen)
            shell.tell("note", f"rolled back, and ready after {time.monotonic() - begun:.0f} s: {done}")
            return 0
        given_up = {each.workload for each in rollouts.failed(found, time.monotonic())}
        hopeless = [line for line in seen if f"{line.kind.lower()}/{line.name}" in given_up]
        if hopeless or time.monotonic() - begun >= bound:
            break
        time.sleep(_LOOKS)
    style = shell.style(given.text("--color"), shell.err)
    text = status_text(seen, (), application.namespace, now, shell.environment.get(DOCUMENTATION, ""), style)
    shell.err.write(text)
    why = "cannot come up" if hopeless else f"is not ready after {bound} s"
    waits = ", ".join(line.service for line in (hopeless or seen) if line.state not in {"up", "off"})
    shell.tell("error", f"{waits} {why}; the release before it is still what the cluster is asked for")
    return 1


VERB = Verb(
    "rollback",
    "bring back the pods of the release before, and wait until they are ready",
    run,
    (
        STACK,
        Flag("--to-revision", "this one instead, by the number that the cluster has for it", value="NUMBER"),
        Flag("--dry-run", "say what would change, and change nothing"),
        Flag("--yes", "without a question", short="-y"),
        Flag("--timeout", "seconds to wait until all are ready", value="SECONDS", default="600"),
        *FLAGS,
        output("text", "json", what="of what would change"),
    ),
    operands="[SERVICE...]",
    most=-1,
    examples=(
        "longshore rollback -s shop.dev    all that the last deployment changed",
        "longshore rollback -s shop.prod web --dry-run",
        "longshore rollback -s shop.prod web --to-revision 7 --yes",
    ),
    wrong="nothing was rolled back, or it is not ready in time",
)
