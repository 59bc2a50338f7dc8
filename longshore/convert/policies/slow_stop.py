"""A shell as process 1 passes no signal on: its program is not told to end, and is killed when its time is over.

`sh -c "prepare && serve"` stays a shell while `serve` runs; as process 1 it ignores SIGTERM, in a pod as in a container
of Docker's. The pod waits the whole grace period at each release, and where the old pod must be gone before the new one
starts, nothing runs meanwhile. `exec` before the last command makes the program process 1. A single command is replaced
by the shell itself, a script with `trap` knows what it does, and `init: true` puts something else there.
Source: https://man7.org/linux/man-pages/man7/signal.7.html (process 1 has no default actions)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.compose.units import duration_seconds
from longshore.convert.estate.scripts import closing_word, commands
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

GRACE: Final = 10.0
"""Seconds that Docker waits where compose says nothing."""


@service_policy
def slow_stop(service: Service) -> Iterator[Problem]:
    """Tell of a shell that stays process 1."""
    if service.workload.kind == "Job" or service.model.get("init") or not _stays(service):
        return
    given = service.model.get("stop_grace_period")
    seconds = duration_seconds(given) if given else GRACE
    yield Problem(
        "slow-stop",
        Severity.INFO,
        f"a shell is process 1 of `{service.name}` and passes no signal on: the program is not told to end, and is "
        f"killed after {seconds:g} s, as in Docker",
        "write `exec` before the last command: `sh -c 'prepare && exec serve'`",
        ("command" if service.model.get("command") else "entrypoint",),
    )


def _stays(service: Service) -> bool:
    script = commands(service)
    trapped = any("trap " in command for command in script)
    return len(script) > 1 and not trapped and not script[-1].startswith("exec ") and not closing_word(service)
