"""The control group under which a node's pods run: made before kubelet wants it, removed when all is over.

Version 1 has a tree for each controller, version 2 one for all (https://docs.kernel.org/admin-guide/cgroup-v2.html).
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_ROOT: Final = Path("/sys/fs/cgroup")
_SECONDS_TO_EMPTY: Final = 10.0


def unified() -> bool:
    """Whether this machine has version 2 alone."""
    return (_ROOT / "cgroup.controllers").exists()


def _trees() -> list[Path]:
    if unified():
        return [_ROOT]
    return sorted(x for x in _ROOT.iterdir() if (x / "cgroup.procs").exists() and not x.is_symlink())


def make(name: str) -> None:
    """Make the group in every tree, with the controllers that the tree has."""
    if unified():
        _leave_root()
        _enable(_ROOT)
    for tree in _trees():
        group = tree / name
        group.mkdir(exist_ok=True)
        if tree.name.startswith("cpuset"):
            for file in ("cpuset.cpus", "cpuset.mems"):
                (group / file).write_text((tree / file).read_text())
    if unified():
        _enable(_ROOT / name)


def _enable(group: Path) -> None:
    """Hand all controllers of a group down; one that the kernel keeps back is none that kubelet needs."""
    for controller in (group / "cgroup.controllers").read_text().split():
        with suppress(OSError):
            (group / "cgroup.subtree_control").write_text(f"+{controller}")


def _leave_root() -> None:
    """In a container the root is a group like any other, and hands nothing down while processes are in it."""
    if not (_ROOT / "cgroup.type").exists():
        return
    aside = _ROOT / "longshore-host"
    aside.mkdir(exist_ok=True)
    for pid in (_ROOT / "cgroup.procs").read_text().split():
        with suppress(OSError):
            (aside / "cgroup.procs").write_text(pid)


def remove(name: str) -> None:
    """Remove the group and all below it, once the killed processes have left."""
    end = time.monotonic() + _SECONDS_TO_EMPTY
    while (left := [x / name for x in _trees() if (x / name).exists()]) and time.monotonic() < end:
        for group in left:
            for each in [*sorted(group.rglob("*/"), reverse=True), group]:
                with suppress(OSError):
                    each.rmdir()
        time.sleep(0.02)
