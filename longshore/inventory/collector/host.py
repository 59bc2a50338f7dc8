"""The machine itself: kernel and its settings, time zone, names of its own, and what it starts by the clock.

Of cron and timers, whose lines are commands, nothing is kept but when they start and which containers they name.
"""

from __future__ import annotations

import glob
import os
import platform
import re
from typing import Any, Iterable, Iterator

_SYSCTLS = (
    "fs.file-max",
    "fs.inotify.max_user_instances",
    "fs.inotify.max_user_watches",
    "kernel.pid_max",
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_keepalive_time",
    "vm.max_map_count",
    "vm.overcommit_memory",
    "vm.swappiness",
)
_CRON = ("/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/*")
_CRON_FOLDERS = {"hourly", "daily", "weekly", "monthly"}
_TIMERS = ("/etc/systemd/system/*.timer", "/run/systemd/system/*.timer")
_NAMED = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TIMES = re.compile(
    r"(@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|(?:(?:[0-9*/,-]|"
    + _NAMED
    + r"){1,40}[ \t]{1,9}){5})(.*)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(On(?:Calendar|BootSec|StartupSec|UnitActiveSec|UnitInactiveSec|ActiveSec))[ \t]*=[ \t]*"
    r"((?:[0-9*/,:. ~-]|" + _NAMED + r"|UTC|min|sec|hour|day|week|month|hourly|daily|weekly|monthly|h|d|m|s|w){1,60})$",
    re.IGNORECASE,
)
_CALLS = re.compile(r"\b(?:docker|podman|docker-compose)\b")
_MOST = 256 << 10
_MOST_NAMES = 500


def host(names: Iterable[str], unseen: list[str]) -> dict[str, Any]:
    """Describe this machine; names: of containers and services, to be found in what cron and timers start."""
    known = sorted(set(names))
    return {
        "name": platform.node(),
        "kernel": platform.release(),
        "cpus": os.cpu_count() or 0,
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "timezone": _timezone(),
        "hosts": list(_hosts())[:_MOST_NAMES],
        "sysctls": dict(_sysctls()),
        "cron": [entry for path in _files(_CRON) for entry in _cron(path, known, unseen)] + list(_scripts(known)),
        "timers": [entry for path in _files(_TIMERS) for entry in _timer(path, known, unseen)],
    }


def _files(patterns: Iterable[str]) -> list[str]:
    return sorted({path for pattern in patterns for path in glob.glob(pattern) if not os.path.isdir(path)})


def _timezone() -> str:
    """The name of the time zone: of the file that `/etc/localtime` is a link to, or what Debian writes beside it."""
    target = os.path.realpath("/etc/localtime")
    if "/zoneinfo/" in target:
        return target.partition("/zoneinfo/")[2]
    return (_text("/etc/timezone") or "").strip()[:64]


def _hosts() -> Iterator[dict[str, Any]]:
    for line in (_text("/etc/hosts") or "").splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if names:
            yield {"address": address, "names": names}


def _sysctls() -> Iterator[list[str]]:
    for name in _SYSCTLS:
        text = _text("/proc/sys/" + name.replace(".", "/"))
        if text is not None:
            yield [name, " ".join(text.split())]


def _cron(path: str, known: list[str], unseen: list[str]) -> Iterator[dict[str, Any]]:
    text = _text(path)
    if text is None:
        unseen.append(path + ": may not be read")
    for line in (text or "").splitlines():
        match = _TIMES.match(line.strip())
        if match:
            yield _started(path, " ".join(match.group(1).split()), match.group(2), known)


def _scripts(known: list[str]) -> Iterator[dict[str, Any]]:
    for period in sorted(_CRON_FOLDERS):
        for path in _files([f"/etc/cron.{period}/*"]):
            text = _text(path) or ""
            if _CALLS.search(text):
                yield _started(path, "@" + period, text, known)


def _timer(path: str, known: list[str], unseen: list[str]) -> Iterator[dict[str, Any]]:
    text = _text(path)
    if text is None:
        unseen.append(path + ": may not be read")
    service = _text(path[: -len("timer")] + "service") or ""
    for line in (text or "").splitlines():
        match = _WHEN.match(line.strip())
        if match:
            yield _started(path, match.group(1) + "=" + match.group(2).strip(), service, known)


def _started(path: str, when: str, command: str, known: list[str]) -> dict[str, Any]:
    words = set(re.split(r"[^\w.-]+", command))
    return {
        "file": path,
        "when": when,
        "callsEngine": bool(_CALLS.search(command)),
        "names": [name for name in known if name in words],
    }


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MOST)
    except OSError:
        return None
