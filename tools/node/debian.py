"""Programs of the distribution that the node needs, installed where they are missing: root on Debian or Ubuntu can."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Root's PATH, which a session may lack.
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

NODE: Final = {
    "runc": "runc",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
    "nft": "nftables",
    "iptables": "iptables",
    "ipset": "ipset",
    "mkfs.ext4": "e2fsprogs",
    "ip": "iproute2",
    "mount": "mount",
    "unshare": "util-linux",
    "catatonit": "catatonit",
}


class NotInstallableError(Exception):
    """A program is missing and cannot be installed; the message is one sentence for the user."""


def install(programs: Mapping[str, str]) -> None:
    """Install the packages of the programs that are not there. programs: package by name or absolute path of one.

    It is asked by program, not by package: a machine that has `runc` from elsewhere keeps it.

    Raises:
        NotInstallableError: this is no Debian, or we are not root, or apt says no.
    """
    missing = {x: y for x, y in programs.items() if not _there(x)}
    if not missing:
        return
    what = ", ".join(sorted(missing))
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NotInstallableError(
            f"{what}: not installed, and only root on Debian or Ubuntu can have it installed here"
        )
    print(f"installing {' '.join(sorted(set(missing.values())))}", file=sys.stderr, flush=True)
    with_lists = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *sorted(set(missing.values()))]
    done = _apt(with_lists)
    if done.returncode:
        _apt(["apt-get", "update", "-q"])
        done = _apt(with_lists)
    if done.returncode:
        raise NotInstallableError(f"{what}: apt-get cannot install it: {done.stderr.strip()[-300:]}")


def _there(program: str) -> bool:
    return Path(program).exists() if program.startswith("/") else shutil.which(program, path=PATH) is not None


def _apt(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": PATH}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
