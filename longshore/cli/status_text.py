"""What `status` writes: a line per service, then each cause with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.cli.cluster.causes.cause import RUNBOOKS
from longshore.cli.cluster.causes.ends import age
from longshore.cli.cluster.services import GOOD
from longshore.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from longshore.cli.cluster.causes.cause import Cause
    from longshore.cli.cluster.services import Line, Secret
    from longshore.report.style import Style

_HEAD: Final = ("SERVICE", "WORKLOAD", "READY", "IMAGE", "RESTARTS", "AGE", "STATE")
_COLOURS: Final = {"up": "green", "complete": "green", "off": "faint", "waiting": "yellow"}


def status_text(
    found: Sequence[Line], secrets: Sequence[Secret], namespace: str, now: datetime, documentation: str, style: Style
) -> str:
    """Write all of it. documentation: where `docs/` is published, or empty."""
    rows = columns([_HEAD, *(_cells(line, now) for line in found)])
    written = [rows[0]] if found else []
    for line, row in zip(found, rows[1:], strict=True):
        state = _state(line)
        written.append(row.removesuffix(state) + style.paint(state, _COLOURS.get(line.state, "red")))
    told = [(line.service, cause) for line in found for cause in line.causes]
    told += [(f"{each.kind.lower()}/{each.name}", each.cause) for each in secrets]
    for who, cause in told:
        written += ["", *_cause(who, cause, documentation, style)]
    good = sum(line.state in GOOD for line in found)
    also = f"; not synced: {', '.join(each.name for each in secrets)}" if secrets else ""
    written += [""] if told else []
    written.append(f"{good} of {len(found)} services in {namespace} are as they should be{also}")
    return "".join(f"{line}\n" for line in written)


def _cells(line: Line, now: datetime) -> tuple[str, ...]:
    workload = f"{line.kind.lower()}/{line.name}"
    ready = f"{line.ready}/{line.desired}"
    return (
        line.service,
        workload,
        ready,
        line.image or "-",
        str(line.restarts),
        age(line.since, now) or "-",
        _state(line),
    )


def _state(line: Line) -> str:
    return f"{line.state}, {line.told}" if line.told else line.state


def _cause(who: str, cause: Cause, documentation: str, style: Style) -> Iterator[str]:
    word = style.paint("was", "yellow") if cause.past else style.paint("wrong", "red")
    pods = f" ({', '.join(cause.pods[:3])}{' …' if len(cause.pods) > 3 else ''})" if cause.pods else ""  # noqa: PLR2004
    yield f"{word}[{cause.code}]: {who}: {cause.what}{pods}"
    yield f"  help: {cause.help}"
    yield f"  more: {runbook(cause.code, documentation)}"


def runbook(code: str, documentation: str) -> str:
    """Where the runbook of a cause is."""
    return f"{documentation.rstrip('/') or 'docs'}/runbooks.md#{RUNBOOKS[code]}"


def status_json(
    stack: str, found: Sequence[Line], secrets: Sequence[Secret], namespace: str, documentation: str
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "version": 1,
        "stack": stack,
        "namespace": namespace,
        "services": [
            {**line._asdict(), "causes": [_plain(cause, documentation) for cause in line.causes]} for line in found
        ],
        "secrets": [
            {"kind": each.kind, "name": each.name, "causes": [_plain(each.cause, documentation)]} for each in secrets
        ],
    }


def _plain(cause: Cause, documentation: str) -> dict[str, Any]:
    return {**cause._asdict(), "pods": list(cause.pods), "runbook": runbook(cause.code, documentation)}
