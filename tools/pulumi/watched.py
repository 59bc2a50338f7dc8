"""`pulumi up` beside a look at the pods: what cannot come up ends the deployment with its cause, in about two minutes.

The engine waits for a Deployment until Kubernetes calls it failed, ten minutes and more after a wrong image. It cannot
be told otherwise without calling what is only slow failed too; so the pods are looked at from outside, and the engine
is interrupted as by Ctrl-C: it ends what it is at, keeps its state, and the next `up` goes on from there. The old pods
of what did not come up serve on.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from longshore.cli.cluster.connection import connect, observed
from longshore.cli.cluster.failed_rollouts import FailedRollouts
from longshore.cli.cluster.health import WORKLOADS
from longshore.cli.flags import Given
from longshore.errors import Refused
from longshore.stack.reading import read_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from longshore.cli.cluster.failed_rollouts import Trouble
    from longshore.cli.cluster.health import Observed

SECONDS_BETWEEN_LOOKS = 5.0
FAILED = 1


def watched(command: Sequence[str], folder: Path, environment: Mapping[str, str], stack: str) -> int:
    """Run the engine; answers its exit code, or 1 where it was interrupted because something cannot come up."""
    look = _looking(folder, environment, stack)
    engine = subprocess.Popen(command, cwd=folder, env=dict(environment))
    given_up: list[Trouble] = []
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(look, engine, ended, given_up), daemon=True)
    if look:
        watcher.start()
    try:
        code = _wait(engine)
    finally:
        ended.set()
    for trouble in given_up:
        print(f"error: {trouble.workload} cannot come up: {trouble.cause}", file=sys.stderr)
    if given_up:
        print(f"help: mend it and run `make up STACK={stack}` again; `longshore status -s {stack}` shows the rest",
              file=sys.stderr)  # fmt: skip
    return code or (FAILED if given_up else 0)


def _wait(engine: subprocess.Popen[bytes]) -> int:
    """Wait for the engine's end; Ctrl-C reaches it too, and how it ends is its own affair."""
    while True:
        with suppress(KeyboardInterrupt):
            return engine.wait()


def _looking(folder: Path, environment: Mapping[str, str], name: str) -> Callable[[], Observed] | None:
    """How to look at the namespace of a stack; None for one that has no application."""
    stack = read_stack(name, str(folder))
    if stack.settings is None or not stack.settings.team:
        return None
    namespace = stack.settings.team_namespace
    client: list[Any] = []

    def look() -> Observed:
        if not client:
            client.append(connect(Given({}), stack, environment))
        return observed(client[0], namespace, (*WORKLOADS, "Pod", "Event"))

    return look


def _watch(
    look: Callable[[], Observed], engine: subprocess.Popen[bytes], ended: threading.Event, given_up: list[Trouble]
) -> None:
    """Look again and again, until the engine has ended or there is no hope left."""
    rollouts = FailedRollouts()
    while not given_up:
        # There is no cluster yet, or it is busy: the engine says what it finds itself.
        with suppress(Refused):
            given_up += rollouts.failed(look(), time.monotonic())
        if ended.wait(SECONDS_BETWEEN_LOOKS):
            return
    engine.send_signal(signal.SIGINT)
