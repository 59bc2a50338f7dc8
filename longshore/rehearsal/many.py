"""Rehearses many stacks: one process imports what their programs do, and forks one of its own for each of them.

To import Pulumi's packages takes longer than to run a program. So what the first ones import, the process imports too,
and those that follow find it there; it reads all stack files once, which each of them is held against. No module of the
project itself is kept: each program runs its own, as an engine runs it.
Where processes cannot fork (Windows), each starts from nothing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import subprocess
import sys
import sysconfig
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import longshore
from longshore.rehearsal.plan import Script
from longshore.rehearsal.rehearse import perform, rehearse
from longshore.stack.pins import REHEARSAL
from longshore.stack.reading import read_stack, stack_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from longshore.rehearsal.plan import Rehearsal

_OURS: Final = (*longshore.__path__, *(os.path.join(folder, "components") for folder in longshore.__path__))
_LIBRARIES: Final = tuple(
    f"{os.path.realpath(folder)}{os.sep}"
    for folder in {*(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")), *_OURS}
)


class Outcome(NamedTuple):
    """What came of one stack: how many resources it has, how many of them are protected, and what it exports."""

    resources: int
    protected: int
    exports: Mapping[str, Any]
    failure: str = ""
    bug: str = ""

    @property
    def trouble(self) -> str:
        """The first line of what is wrong; empty where nothing is."""
        return (self.failure or self.bug.strip().rpartition("\n")[2]).partition("\n")[0]


class Rehearsals:
    """Rehearsals of the stacks of a project. script: with any stack's name. at_once: how many run together."""

    def __init__(self, script: Script, environment: Mapping[str, str], at_once: int) -> None:
        self._script, self._environment, self._at_once = script, environment, at_once
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if hasattr(os, "fork"):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "longshore.rehearsal.many"],
                env={**self._environment, REHEARSAL: "1"},
                cwd=self._script.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self._ask({"script": self._script._asdict(), "at_once": self._at_once})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._process and self._process.stdin and self._process.stdout:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()

    def play(
        self, names: Sequence[str], exports: Mapping[str, Mapping[str, Any]], *, known: bool = False
    ) -> dict[str, Outcome]:
        """Rehearse the stacks of these names. exports, known: as of `Script`.

        Raises:
            RuntimeError: the process that forks is gone.
        """
        if self._process is None or self._process.stdout is None:
            scripts = [self._script._replace(stack=name, exports=exports, known=known) for name in names]
            with ThreadPoolExecutor(self._at_once) as pool:
                found = pool.map(lambda script: _outcome(rehearse(script, self._environment)), scripts)
                return dict(zip(names, found, strict=True))
        self._ask({"names": list(names), "exports": exports, "known": known})
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of the rehearsals ended with {self._process.wait()}")
        return {name: Outcome(**each) for name, each in json.loads(line).items()}

    def _ask(self, question: Mapping[str, Any]) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()


def _outcome(rehearsal: Rehearsal) -> Outcome:
    """What is told of a rehearsal."""
    made = sum(node.is_counted for node in rehearsal.nodes)
    protected = sum(node.protected and node.custom for node in rehearsal.nodes)
    return Outcome(made, protected, rehearsal.exports, rehearsal.failure, rehearsal.bug)


class _Forks:
    """The process that forks."""

    def __init__(self, script: Script, at_once: int, folder: Path) -> None:
        self._script, self._at_once, self._folder = script, at_once, folder

    def play(self, names: Sequence[str], exports: Mapping[str, Any], *, known: bool) -> dict[str, dict[str, Any]]:
        """Rehearse all of them, each in a process of its own."""
        waiting, running = list(reversed(names)), dict[int, str]()
        found: dict[str, dict[str, Any]] = {}
        while waiting or running:
            while waiting and len(running) < self._at_once:
                name = waiting.pop()
                running[self._forked(self._script._replace(stack=name, exports=exports, known=known))] = name
            process, status = os.wait()
            name = running.pop(process)
            found[name] = self._ended(name, os.waitstatus_to_exitcode(status))
        return {name: found[name] for name in names}

    def _forked(self, script: Script) -> int:
        process = os.fork()
        if process:
            return process
        code = 1
        try:
            said = os.open(self._folder / f"{script.stack}.txt", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            os.dup2(said, 1)  # a program that prints does not answer for us
            os.dup2(said, 2)
            before = frozenset(sys.modules)
            outcome = _outcome(perform(script))._asdict()
            answer = json.dumps({"outcome": outcome, "modules": _of_libraries(before)})
            (self._folder / f"{script.stack}.json").write_text(answer, "utf-8")
            code = 0
        except BaseException:  # noqa: BLE001  whatever it is, it is told, and this process ends
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(code)

    def _ended(self, name: str, code: int) -> dict[str, Any]:
        answer, said = (self._folder / f"{name}.{kind}" for kind in ("json", "txt"))
        if code:
            text = said.read_text("utf-8", "replace") if said.exists() else ""
            return Outcome(0, 0, {}, bug=text or f"exit code {code}, without a word\n")._asdict()
        told = json.loads(answer.read_text("utf-8"))
        answer.unlink()
        for module in told["modules"]:
            if module not in sys.modules:
                with contextlib.suppress(Exception):
                    importlib.import_module(module)
        gc.freeze()  # what is shared with those that follow is not written to
        outcome: dict[str, Any] = told["outcome"]
        return outcome


def _of_libraries(before: frozenset[str]) -> list[str]:
    """The modules that were imported since, in their order, without those of the project itself."""
    return [
        name
        for name, module in sys.modules.items()
        if name not in before and os.path.realpath(getattr(module, "__file__", None) or "").startswith(_LIBRARIES)
    ]


def main() -> None:
    """Answer each line of standard input: the first says what is played, the others which stacks."""
    gc.disable()
    first = json.loads(sys.stdin.readline())
    script = Script(**first["script"])
    for name in stack_names(script.root):
        with contextlib.suppress(Exception):  # what is wrong with one is told by its own process
            read_stack(name, script.root)
    with TemporaryDirectory() as folder:
        forks = _Forks(script, first["at_once"], Path(folder))
        for line in sys.stdin:
            asked = json.loads(line)
            answer = forks.play(asked["names"], asked["exports"], known=asked["known"])
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
