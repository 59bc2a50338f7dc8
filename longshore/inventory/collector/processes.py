"""As whom the processes of a container run, and whose its files are, from the kernel's tables; nothing is run in it.

Users of a container may be others on the machine (rootless engines, `userns-remap`): the kernel says which. The number
of a process is the engine's: on another machine, or in another namespace of processes, it means somebody else, so the
process is asked by its control group whose it is; where it has none of its own (rootless Podman on version 1 of control
groups), by the program that started it, which is told the container's id.
Source: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import os
import stat
from typing import Callable

_MOST = 2000


def belongs(pid: int, identifier: str) -> bool:
    """Is this process, as we count them, one of that container?"""
    if not pid:
        return False
    return identifier in read(f"/proc/{pid}/cgroup") or identifier in read(f"/proc/{_status(pid).get('PPid')}/cmdline")


def _status(pid: int) -> dict[str, str]:
    return dict(line.partition(":\t")[::2] for line in read(f"/proc/{pid}/status").splitlines())


def users(pid: int) -> list[list[int]] | None:
    """The (user, group) pairs of a process and of all that it has started, as the container counts them.

    None: the kernel does not say whom it has started, or does not let us read it.
    """
    found: set[tuple[int, int]] = set()
    user, group = _inside(pid, "uid_map"), _inside(pid, "gid_map")
    waiting, seen = [pid], 0
    while waiting and seen < _MOST:
        one, seen = waiting.pop(), seen + 1
        fields = _status(one)
        if "Uid" in fields and "Gid" in fields:
            found.add((user(int(fields["Uid"].split()[1])), group(int(fields["Gid"].split()[1]))))
        children = f"/proc/{one}/task/{one}/children"
        if one == pid and not os.path.exists(children):
            return None
        waiting += [int(word) for word in read(children).split()]
    return sorted([uid, gid] for uid, gid in found) or None


def owner(pid: int, target: str) -> dict[str, int] | None:
    """Owner and mode of a path of a container, as it counts users; None: it may not be read."""
    try:
        found = os.stat(f"/proc/{pid}/root/{target.strip('/')}/")
    except OSError:
        return None
    uid, gid = _inside(pid, "uid_map")(found.st_uid), _inside(pid, "gid_map")(found.st_gid)
    return {"uid": uid, "gid": gid, "mode": stat.S_IMODE(found.st_mode)}


def _inside(pid: int, table: str) -> Callable[[int], int]:
    """What a number of ours is in the process's namespace of users; as it is where there is none."""
    rows = [[int(word) for word in line.split()] for line in read(f"/proc/{pid}/{table}").splitlines()]

    def number(outer: int) -> int:
        for first, outside, count in rows:
            if outside <= outer < outside + count:
                return first + outer - outside
        return outer

    return number


def read(path: str) -> str:
    """The text of a file of the kernel; empty where it may not be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
