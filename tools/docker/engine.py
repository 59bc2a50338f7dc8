"""Starts a Docker Engine, and is the way in to one that runs.

    with running(folder) as engine:
        engine.load(Path("witness.tar"))                           # tools.node.images.write_archive made it
        engine.compose("-f", "compose.yaml", "up", "-d", folder=project)
        engine.exec("shop-web-1", ["cat", "/etc/hosts"]).out
        engine.inspect("shop-web-1")["State"]["OOMKilled"]

The socket lies in the folder, so that any Docker client of this machine reaches it: `DOCKER_HOST=unix://FOLDER/docker.sock`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.cluster.processes import ProcessFailedError, start, wait_until
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError
from tools.docker.api import Api, Done
from tools.node import cgroups, debian

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tools.cluster.processes import Process

DEBIAN: Final = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "tini-static": "tini",
    "iptables": "iptables",
    "ip": "iproute2",
    "mount": "mount",
    "unshare": "util-linux",
}
_SECONDS_TO_START: Final = 60.0
# bash takes over what loses its parent, the shims of containerd, and reaps it: process 1 must.
_FIRST: Final = '"$@" & wait $!'


class EngineUnavailableError(Exception):
    """There can be no engine on this machine; the message is one sentence for the user."""


class ComposeFailedError(Exception):
    """`docker compose` has ended with an error; the message is what it said."""


def compose_program() -> Path:
    """Path of `docker compose` as a program of its own; built if it is not there, and Debian's packages installed.

    Raises:
        EngineUnavailableError: something cannot be had, or this process may not make namespaces.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise EngineUnavailableError("a Docker Engine needs root on Linux: it makes namespaces, mounts, control groups")
    try:
        debian.install(DEBIAN)
        return provide(("docker-compose",))["docker-compose"]
    except (ToolsMissingError, debian.NotInstallableError) as error:
        raise EngineUnavailableError(str(error)) from None


class Engine:
    """An engine that runs, with its state in `folder`."""

    def __init__(self, folder: Path, compose: Path) -> None:
        self.folder = folder
        self.socket = folder / "docker.sock"
        self.api = Api(self.socket)
        self._compose = compose

    def compose(
        self, *arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None, seconds: float = 300.0
    ) -> str:
        """Run `docker compose` in a project's folder, with no variable set but those given; answers its stdout.

        Raises:
            ComposeFailedError: it failed, or did not end in time.
        """
        variables = {"PATH": debian.PATH, "HOME": str(self.folder), "DOCKER_HOST": f"unix://{self.socket}"}
        command = [str(self._compose), *(str(x) for x in arguments)]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**variables, **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise ComposeFailedError(f"compose {' '.join(command[1:])}: not done in {seconds:.0f} seconds") from late
        if done.returncode:
            raise ComposeFailedError(f"compose {' '.join(command[1:])}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def load(self, archive: Path) -> None:
        """Take in the images of an archive that `tools.node.images.write_archive` has written."""
        self.api.load(archive)

    def exec(self, container: str, command: Sequence[str], *, user: str = "") -> Done:
        """Run a command in a running container; a code that is not 0 is no error."""
        return self.api.execute(container, list(command), user=user)

    def inspect(self, container: str) -> dict[str, Any]:
        """What `docker inspect` says of a container."""
        found: dict[str, Any] = self.api.get(f"containers/{container}/json")
        return found

    def containers(self, project: str) -> list[dict[str, Any]]:
        """Every container of a compose project, also those that have ended: `Id`, `Labels`, `State`."""
        label = f"com.docker.compose.project={project}"
        found: list[dict[str, Any]] = self.api.get("containers/json", all=True, filters={"label": [label]})
        return found


def boot(folder: Path, *, outlive: bool = False) -> tuple[Engine, int]:
    """Start an engine whose state lies in `folder`, and its process, whose end is the end of all of it.

    It ends when this process does, however that ends, unless `outlive`.

    Raises:
        EngineUnavailableError: there can be none here.
        ProcessFailedError: it did not get ready; nothing is left running.
    """
    engine = Engine(folder, compose_program())
    folder.mkdir(parents=True, exist_ok=True)
    process = _launch(folder, outlive=outlive)
    try:
        wait_until(engine.api.answers, [process], "the Docker Engine", _SECONDS_TO_START)
    except (ProcessFailedError, KeyboardInterrupt):
        end(process.handle.pid)
        raise
    return engine, process.handle.pid


def _group(pid: int) -> str:
    return f"longshore-docker-{pid}"


def _launch(folder: Path, *, outlive: bool) -> Process:
    bound = [] if outlive else ["setpriv", "--pdeathsig", "KILL"]
    spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--mount-proc"]
    # $PPID of the shell is `unshare` outside, which the namespace cannot see: the group is named before.
    named = 'exec "$@" longshore-docker-$$'
    program = [sys.executable, "-m", "tools.docker.inside", str(folder)]
    words = ["bash", "-c", named, "docker", *bound, "unshare", *spaces, "bash", "-c", _FIRST, "docker", *program]
    environment = {"PATH": debian.PATH, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    return start(words, folder / "dockerd.log", name="dockerd", environment=environment, outlive=True)


def end(pid: int) -> None:
    """One kill: process 1 of the namespace goes with `unshare`, with it every process, with the last one the mounts."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
    cgroups.remove(_group(pid))


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """An engine for the length of a `with` block; errors as `boot`."""
    engine, pid = boot(folder)
    try:
        yield engine
    finally:
        end(pid)
