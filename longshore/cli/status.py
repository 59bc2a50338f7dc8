"""`longshore status`: each service of a stack as one line, and everything that is wrong with its cause."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cli.cluster.application import Application, open_application, with_others, workloads
from longshore.cli.cluster.connection import FLAGS, connect, observed, warned
from longshore.cli.cluster.health import WORKLOADS
from longshore.cli.cluster.services import GOOD, KINDS, MORE, Line, Secret, lines, scene_of, secrets
from longshore.cli.findings_output import DOCUMENTATION
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import STACK, output
from longshore.cli.status_text import status_json, status_text
from longshore.cli.terminal import cleared
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.cluster.client import Client

SECONDS_BETWEEN_LOOKS: Final = 2.0


class Seen(NamedTuple):
    """What was seen at one look."""

    lines: tuple[Line, ...]
    secrets: tuple[Secret, ...]
    now: datetime

    @property
    def good(self) -> bool:
        """Is all as it should be?"""
        return not self.secrets and all(line.state in GOOD for line in self.lines)


def run(given: Given, shell: Shell) -> int:
    """Exit 1 where anything is not as it should be; with `--watch` look again until interrupted."""
    application = open_application(given, shell)
    application.chosen(given.operands, given.operands if not application.members else ())
    client = connect(given, application.stack, shell.environment)
    with shell.busy(f"asking the cluster for what is in {application.namespace}", quiet=given.on("--quiet")):
        seen = look(client, application, given.operands)
        warning = warned(client, application.stack)
    if warning:
        shell.tell("warning", warning)
    if not given.on("--watch"):
        _show(seen, application, given, shell)
        return 0 if seen.good else 1
    last = None
    while True:
        # A service that only grows older is no news, but on a terminal its age is seen to go on.
        if shell.out.isatty() or (seen.lines, seen.secrets) != last:
            cleared(shell.out)
            _show(seen, application, given, shell)
            shell.out.flush()
        last = seen.lines, seen.secrets
        time.sleep(SECONDS_BETWEEN_LOOKS)
        seen = look(client, application, given.operands)


def look(client: Client, application: Application, services: Sequence[str] = ()) -> Seen:
    """Look at the namespace of an application once. services: those of interest; none for all.

    Raises:
        Refused: the cluster can't be reached, or refuses.
    """
    found = observed(client, application.namespace, KINDS, optional=MORE)
    now = datetime.now(UTC)
    scene = scene_of(found, application.stack.name, application.file, now)
    members = with_others(application, workloads(found, WORKLOADS))
    told = [line for line in lines(found, members, scene) if not services or line.service in services]
    return Seen(tuple(told), () if services else tuple(secrets(found, scene)), now)


def _show(seen: Seen, application: Application, given: Given, shell: Shell) -> None:
    documentation = shell.environment.get(DOCUMENTATION, "")
    namespace, name = application.namespace, application.stack.name
    if given.text("--output") == "json":
        document = status_json(name, seen.lines, seen.secrets, namespace, documentation)
        # Of several documents each is one line, as programs read them.
        shell.out.write(json.dumps(document) + "\n" if given.on("--watch") else json_document(document))
        return
    style = shell.style(given.text("--color"), shell.out)
    shell.show(status_text(seen.lines, seen.secrets, namespace, seen.now, documentation, style))


VERB = Verb(
    "status",
    "say of each service whether it is up, and what is in the way of the rest",
    run,
    (
        STACK,
        Flag("--watch", "look again every two seconds, until interrupted", short="-w"),
        *FLAGS,
        output("text", "json", what="how to write"),
    ),
    operands="[SERVICE...]",
    most=-1,
    examples=(
        "longshore status -s shop.dev",
        "longshore status -s shop.dev web api --watch",
        "longshore status -s shop.prod --context prod -o json",
    ),
    wrong="a service that is not up, or a secret that is not synced",
)
