"""`python -m tools.node.user_mode COMMAND…`: runs a command on a kernel of its own, with version 2 of control groups.

Where a machine has given its controllers to version 1, nothing hands them to version 2 while processes are in their
groups. User Mode Linux is a kernel that runs as a process, needs nothing of the machine's, and comes from Debian with
its modules. It sees the machine's files below a layer in memory: all programs are there, and nothing that is written
is seen outside. It has one processor, and a system call costs many times what it costs elsewhere.
Source: https://docs.kernel.org/virt/uml/user_mode_linux_howto_v2.html
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.node import debian
from tools.node.node import Done

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_INIT: Final = Path(__file__).with_name("user_mode_init.sh")
PACKAGES: Final = {"linux.uml": "user-mode-linux", "modprobe": "kmod", "unshare": "util-linux"}
_MEMORY: Final = "5G"
_LOG: Final = "kernel.log"


class KernelFailedError(Exception):
    """The kernel ended before the command did; the message ends with the last that it said."""


def run(command: Sequence[str], *, seconds: float = 3600) -> Done:
    """Run a command in this checkout, as root, on a kernel of its own; its output is all in `out`.

    `/state` is a folder in memory that a file system in layers may lie on; `TMPDIR` is there.

    Raises:
        NotInstallableError: there is no such kernel to be had here.
        KernelFailedError: as said, or the time was over.
    """
    debian.install(PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        shared = Path(folder)
        environment = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": "/state", "GOMAXPROCS": "1"}
        words = ["env", *(f"{key}={value}" for key, value in environment.items()), *command]
        (shared / "command").write_text(f"cd {shlex.quote(str(_ROOT))} && {shlex.join(words)}\n")
        _boot(shared, seconds)
        if not (shared / "code").exists():
            raise KernelFailedError((shared / _LOG).read_text("utf-8", "replace")[-2000:])
        return Done(int((shared / "code").read_text()), (shared / "output").read_text("utf-8", "replace"), "")


def _boot(shared: Path, seconds: float) -> None:
    # As process 1 of a namespace it takes all processes that it plays with it.
    words = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "linux.uml"]
    words += [f"mem={_MEMORY}", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "quiet"]
    words += [f"init={_INIT}", f"SHARED={shared}", f"uml_dir={shared}", "con=null", "con0=null,fd:1"]
    with (shared / _LOG).open("wb") as log:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": debian.PATH},
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()
            process.wait()


def main() -> int:
    """Run what the command line says; its code is ours."""
    try:
        done = run(sys.argv[1:])
    except (debian.NotInstallableError, KernelFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    print(done.out, end="")
    return done.code


if __name__ == "__main__":
    sys.exit(main())
