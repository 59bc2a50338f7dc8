"""What an engine that was killed leaves behind: a lock that nobody will lift, and creations that nobody will finish."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESUMED: Final = ("kubernetes:", "pulumi:")
"""Types whose creation another `up` resumes, or stops at; what was begun in AWS somebody has to look for."""


class Engine(NamedTuple):
    """How the engine is called: its program, the folder of the project, its variables, and the stack."""

    program: str
    folder: Path
    variables: Mapping[str, str]
    stack: str

    def run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of its commands on the stack; what it says of its errors goes to the terminal."""
        return subprocess.run(
            [self.program, *words, "--stack", self.stack],
            cwd=self.folder,
            env=self.variables,
            input=given,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )

    def state(self) -> dict[str, Any]:
        """What it keeps of the stack; empty for a new one."""
        found: dict[str, Any] = json.loads(self.run("stack", "export").stdout or "{}")
        return found

    def providers(self) -> list[dict[str, Any]]:
        """The inputs of the providers for Kubernetes in its state."""
        resources = (self.state().get("deployment") or {}).get("resources") or ()
        return [x.get("inputs") or {} for x in resources if x["type"] == "pulumi:providers:kubernetes"]


class Lock(NamedTuple):
    """Who holds a stack: a process of this machine that runs, or one that is gone, or one that we cannot see."""

    pid: int
    host: str
    since: str

    @property
    def is_left_behind(self) -> bool:
        """Whether its process is gone for certain."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def locks(engine: Engine) -> list[Lock]:
    """The locks of a stack, where its state lies in a local folder; elsewhere the engine alone sees them.

    Source: https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go
    """
    state = urlsplit(engine.variables.get("PULUMI_BACKEND_URL", ""))
    if state.scheme != "file":
        return []
    found = []
    for file in Path(unquote(state.path), ".pulumi", "locks").glob(f"**/{engine.stack}/*.json"):
        try:
            content = json.loads(file.read_text("utf-8"))
            found.append(Lock(int(content["pid"]), str(content["hostname"]), str(content["timestamp"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # its process has just ended, or it is none
    return found


def lift(engine: Engine) -> bool:
    """Lift the locks of a stack, whoever holds them; answers whether that went well."""
    return engine.run("cancel", "--yes").returncode == 0


def forget(engine: Engine) -> tuple[int, list[str]]:
    """Let the state forget the creations that another `up` resumes: (how many, names of those that it cannot)."""
    state = engine.state()
    pending: Sequence[Mapping[str, Any]] = (state.get("deployment") or {}).get("pending_operations") or ()
    rest = [each for each in pending if not str(each["resource"]["type"]).startswith(RESUMED)]
    if len(rest) < len(pending):
        state["deployment"]["pending_operations"] = rest
        engine.run("stack", "import", given=json.dumps(state))
    return len(pending) - len(rest), [str(each["resource"]["urn"]).rpartition("::")[2] for each in rest]
