"""Starts Podman as an engine that speaks Docker's API, with root or without, in namespaces of its own.

    with running(folder, rootless=True) as (engine, pid):
        engine.load(Path("witness.tar"))
        engine.compose("up", "-d", folder=project)

Without root it is a user's whom this machine does not know: its files of users are bound over in the mount namespace.
There networks of containers need more than is here, so containers have `network_mode: none`.
Source: https://docs.podman.io/en/latest/markdown/podman-system-service.1.html
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from tools.cluster.processes import start, wait_until
from tools.docker.engine import Engine, EngineUnavailableError, compose_program
from tools.node import cgroups, debian

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEBIAN: Final = {
    "podman": "podman",
    "conmon": "conmon",
    "runc": "runc",
    "newuidmap": "uidmap",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "iptables": "iptables",
    "ip": "iproute2",
    "setpriv": "util-linux",
}
USER: Final = 4321
_FIRST_OF_ITS_OWN: Final = 200_000
_SECONDS_TO_START: Final = 60.0
_GROUP: Final = "libpod_parent"
_SERVICE: Final = "podman --cgroup-manager cgroupfs --runtime runc --storage-driver overlay --events-backend file"
_COMMON: Final = """
set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock
ip link set lo up
"""
# The shell stays process 1, whose end is the end of all: one that becomes another user is not told that we have ended.
_ROOT: Final = '{service} --root "$1/root" --runroot /run/podman system service --time 0 "unix://$1/docker.sock" & wait'
_ROOTLESS: Final = """
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
{{ cat /etc/passwd; echo "apart:x:{user}:{user}::$1/home:/bin/sh"; }} >/run/passwd; mount --bind /run/passwd /etc/passwd
{{ cat /etc/group; echo "apart:x:{user}:"; }} >/run/group; mount --bind /run/group /etc/group
echo apart:{first}:65536 >/run/ids; mount --bind /run/ids /etc/subuid; mount --bind /run/ids /etc/subgid
mkdir -p "$1/home" /run/user/{user}; chown -R {user}:{user} "$1" /run/user/{user}
cd "$1"
setpriv --reuid {user} --regid {user} --clear-groups env -i "PATH=$PATH" "HOME=$1/home" \\
    XDG_RUNTIME_DIR=/run/user/{user} {service} system service --time 0 "unix://$1/docker.sock" & wait
"""


@contextmanager
def running(folder: Path, *, rootless: bool) -> Iterator[tuple[Engine, int]]:
    """Podman for the length of a `with` block, and the process whose end is the end of all of it.

    folder: of its state and its log; without root it becomes the user's, to whom the folders above must be open.

    Raises:
        EngineUnavailableError: there can be none here.
        ProcessFailedError: it did not get ready.
    """
    compose = compose_program()
    try:
        debian.install(DEBIAN)
    except debian.NotInstallableError as error:
        raise EngineUnavailableError(str(error)) from None
    folder.mkdir(parents=True, exist_ok=True)
    script = _COMMON + (_ROOTLESS if rootless else _ROOT).format(service=_SERVICE, user=USER, first=_FIRST_OF_ITS_OWN)
    spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--mount-proc"]
    words = ["setpriv", "--pdeathsig", "KILL", "unshare", *spaces, "bash", "-c", script, "podman", str(folder)]
    process = start(words, folder / "podman.log", name="podman", environment={"PATH": debian.PATH}, outlive=True)
    engine = Engine(folder, compose)
    try:
        wait_until(engine.api.answers, [process], "Podman", _SECONDS_TO_START)
        yield engine, process.handle.pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.handle.pid, signal.SIGKILL)
        process.handle.wait()
        cgroups.remove(_GROUP)
