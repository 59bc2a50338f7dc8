"""`longshore doctor`: what would make a deployment fail, looked for before anybody waits for it. It changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.cli.cluster.connection import FLAGS
from longshore.cli.doctor import account, cluster, machine, project, store
from longshore.cli.doctor.checks import AREAS, made
from longshore.cli.flags import Flag, Verb
from longshore.cli.project_input import STACK, output
from longshore.errors import Refused
from longshore.report.json_document import json_document
from longshore.stack.eks_settings import EksCluster
from longshore.stack.reading import convert_stack, project_root, read_stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.cli.doctor.checks import Check, Result
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell
    from longshore.report.style import Style
    from longshore.stack.reading import Stack

_COLOURS: Final = {"ok": "green", "warning": "yellow", "wrong": "red", "unseen": "faint"}


def run(given: Given, shell: Shell) -> int:
    """Make every check at once; exit 1 where something is wrong, and not where it only could not be seen."""
    seconds = given.text("--timeout")
    if not (seconds.isascii() and seconds.isdecimal() and 0 < int(seconds) < 10**6):
        raise Refused(f"`--timeout` cannot be `{seconds}`", "write a whole number of seconds")
    checks = _checks(given, shell)
    with shell.busy("looking at machine, account, cluster and store", quiet=given.on("--quiet")):
        results = made(checks, int(seconds))
    if given.text("--output") == "json":
        shell.out.write(json_document(_plain(results)))
    else:
        style = shell.style(given.text("--color"), shell.out)
        shell.show("".join(f"{line}\n" for line in _text(results, style, quiet=given.on("--quiet"))))
        if not given.text("--stack"):
            shell.tell("note", "`-s STACK` looks at its account, its cluster and its secrets too")
    return 1 if any(answer.state == "wrong" for result in results for answer in result.answers) else 0


def _checks(given: Given, shell: Shell) -> list[Check]:
    name, environment = given.text("--stack"), shell.environment
    try:
        root = project_root(shell.directory)
    except Refused:
        if name:
            raise
        return machine.checks(environment, "", frozenset())
    if not name:
        return [
            *machine.checks(environment, root, frozenset({"pulumi"})),
            *project.checks(None, None, root, environment),
        ]
    stack = read_stack(name, root)
    estate = convert_stack(stack, environment)
    manifests = estate.conversion.manifests if estate and estate.conversion else ()
    return [
        *machine.checks(environment, root, _extras(stack)),
        *project.checks(stack, estate, root, environment),
        *account.checks(stack),
        *cluster.checks(given, stack, manifests, environment),
        *store.checks(stack, estate, environment),
    ]


def _extras(stack: Stack) -> frozenset[str]:
    """What a stack cannot do without."""
    settings = stack.settings
    if settings is None:
        return frozenset({"pulumi"})
    backend = settings.secrets.backend if settings.team else ""
    on_eks = isinstance((stack.platform or settings).cluster, EksCluster)
    wanted = {"aws": on_eks or backend == "aws-secrets-manager", "vault": backend == "vault", "pulumi": True}
    return frozenset(extra for extra, needed in wanted.items() if needed)


def _text(results: Sequence[Result], style: Style, *, quiet: bool) -> Iterator[str]:
    """Each area with its answers; quiet: those only that are not ok."""
    counts = dict.fromkeys(_COLOURS, 0)
    for area in AREAS:
        answers = [answer for result in results if result.check.area == area for answer in result.answers]
        shown = [answer for answer in answers if not quiet or answer.state != "ok"]
        if shown:
            yield style.paint(area, "bold")
        for answer in answers:
            counts[answer.state] += 1
        for answer in shown:
            yield f"  {style.paint(f'{answer.state:<7}', _COLOURS[answer.state])}  {answer.told}"
            if answer.help and answer.state != "ok":
                yield f"           help: {answer.help}"
    if not quiet:
        words = {"warning": "warning" if counts["warning"] == 1 else "warnings"}
        yield ", ".join(f"{count} {words.get(state, state)}" for state, count in counts.items())


def _plain(results: Sequence[Result]) -> dict[str, Any]:
    return {
        "version": 1,
        "checks": [
            {"area": result.check.area, "check": result.check.name, **answer._asdict()}
            for result in results
            for answer in result.answers
        ],
    }


VERB = Verb(
    "doctor",
    "say what would make a deployment fail: versions, account, cluster, secrets",
    run,
    (
        STACK,
        Flag(
            "--timeout",
            "seconds after which nobody waits any more",
            value="SECONDS",
            default="20",
            own_variable="LONGSHORE_DOCTOR_TIMEOUT",
        ),
        *FLAGS,
        output("text", "json", what="how to write"),
    ),
    examples=("longshore doctor", "longshore doctor -s shop.dev", "longshore doctor -s platform.prod -o json"),
    wrong="something wrong",
)
