"""`python -m tools.docker.inside FOLDER CGROUP`: makes the engine's own surroundings, then becomes the engine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.node import cgroups

_NAMES: Final = "10.127.0.1"
_HEADER: Final = 12
# An answer, authoritative, recursion available, no such name (RFC 1035, 4.1.1).
_NO_SUCH_NAME: Final = b"\x85\x83"


def main() -> None:
    """Mounts and a network that leads nowhere; after it nothing that is written outside the folder is seen outside."""
    folder, group = Path(sys.argv[1]), sys.argv[2]
    _run("mount", "--make-rshared", "/")
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "address", "add", f"{_NAMES}/32", "dev", "lo")
    if os.fork() == 0:
        _answer_no_such_name()
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    cgroups.make(group)
    program = shutil.which("dockerd")
    assert program, "dockerd is on the PATH that the caller has made"  # noqa: S101
    os.execv(program, [program, *_arguments(folder, group)])  # noqa: S606  no shell is wanted


def _arguments(folder: Path, group: str) -> list[str]:
    """`--oom-score-adjust 0`: root here may lack CAP_SYS_RESOURCE, without which no score can be lowered."""
    init = shutil.which("tini-static")
    return [
        f"--host=unix://{folder / 'docker.sock'}",
        f"--data-root={folder / 'data'}",
        "--exec-root=/run/docker",
        "--pidfile=/run/docker.pid",
        "--storage-driver=overlay2",
        "--oom-score-adjust=0",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--cgroup-parent=/{group}",
        f"--init-path={init}",
        "--userland-proxy=false",
        f"--dns={_NAMES}",
        "--ip6tables=false",
        "--default-address-pool=base=10.128.0.0/10,size=24",
    ]


def _answer_no_such_name() -> None:
    """Be the name server of the world outside, so that a name that is not of a container is unknown, and at once."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((_NAMES, 53))
    while True:
        question, asker = server.recvfrom(4096)
        if len(question) >= _HEADER:
            counts = question[4:6] + bytes(6)
            server.sendto(question[:2] + _NO_SUCH_NAME + counts + _first_question(question), asker)


def _first_question(message: bytes) -> bytes:
    """The name asked for, its type and its class, without what may follow."""
    at = _HEADER
    while at < len(message) and message[at]:
        at += message[at] + 1
    return message[_HEADER : at + 5]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
