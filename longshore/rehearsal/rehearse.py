"""A dress rehearsal of a stack: the real program, run under Pulumi's mocks, with everything it registers written down.

No engine, account or cluster is needed. It runs in a process of its own, because Pulumi's runtime keeps global state.
What mocks do not do, the recorder does: real URNs, the refusal of duplicates, parents, dependencies, protection.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longshore.rehearsal.plan import ORGANIZATION, Node, Rehearsal, Script
from longshore.stack.pins import REHEARSAL

if TYPE_CHECKING:
    from collections.abc import Mapping


def rehearse(script: Script, environment: Mapping[str, str]) -> Rehearsal:
    """Run the program of a stack in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "longshore.rehearsal.rehearse"],
        input=json.dumps(script._asdict()),
        env={**environment, REHEARSAL: "1"},
        cwd=script.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return Rehearsal((), {}, (), bug=done.stderr or f"exit code {done.returncode}, without a word\n")
    found = json.loads(done.stdout)
    lists = ("needs", "ignored", "replace_on_changes", "replace_with")
    nodes = tuple(Node(**{**node, **{key: tuple(node[key]) for key in lists}}) for node in found.pop("nodes"))
    return Rehearsal(nodes=nodes, **{**found, "messages": tuple(found["messages"])})


def engine_config(config: Mapping[str, Any]) -> dict[str, str]:
    """Write configuration as an engine hands it to a program: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


def perform(script: Script) -> Rehearsal:
    """Run the program in this process, which must not have run one before."""
    import pulumi  # noqa: PLC0415  only the process of the rehearsal waits for it

    from longshore.rehearsal.recorder import Played, Recorder  # noqa: PLC0415  likewise

    recorder = Recorder(Played(known=script.known, exports_of=lambda stack: _exports_of(script, stack)))
    messages: list[str] = []
    logger = logging.getLogger("rehearsal")
    logger.addHandler(_Collector(messages))
    pulumi.runtime.set_mocks(
        recorder.mocks,
        project=script.project,
        stack=script.stack,
        preview=not script.known,
        logger=logger,
        monitor=recorder,
        organization=ORGANIZATION,
    )
    pulumi.runtime.set_all_config(engine_config(script.configs[script.stack]))

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def play() -> None:
        sys.path.insert(0, str(Path(script.program).parent))  # as Pulumi's language host does, and no sooner
        try:
            runpy.run_path(script.program, run_name="__main__")
        except SystemExit as ended:
            if ended.code:
                raise pulumi.RunError(f"the program ended itself: {ended.code}") from None

    failure = ""
    try:
        play()
    except pulumi.RunError as error:
        failure = str(error)
    exports = recorder.plain(getattr(pulumi.runtime.get_root_resource(), "outputs", {}))
    return Rehearsal(tuple(recorder.nodes.values()), exports, tuple(messages), failure)


def _exports_of(script: Script, stack: str) -> Mapping[str, Any]:
    """What the stack `organization/project/stack` exports: found by rehearsing it, as if it were deployed."""
    name = stack.rsplit("/", 1)[-1]
    if name in script.exports:
        return script.exports[name]
    if name not in script.configs:
        return {}
    found = rehearse(script._replace(stack=name, known=True), os.environ)
    if found.bug or found.failure:
        raise RuntimeError(f"stack {name}: {found.failure or found.bug}")
    return found.exports


class _Collector(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__()
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(record.getMessage())


def main(stdin: str) -> str:
    """Perform the script on standard input; whatever the program prints goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        found = perform(Script(**json.loads(stdin)))
    return json.dumps(found._asdict() | {"nodes": [node._asdict() for node in found.nodes]})


if __name__ == "__main__":
    gc.disable()  # it ends before collecting cycles has paid: Pulumi's packages are hundreds of thousands of objects
    sys.stdout.write(main(sys.stdin.read()))
    gc.freeze()
