"""What a witness saw, as flat facts that mean the same in both worlds: `file./run/secrets/key.mode` is `0440`.

A fact is left out only where it is the world's own doing and nobody's decision (process numbers, addresses, made-up
names): those become words such as `made up` or `own address`. All else stays and is compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.node.comparison.docker_world import Report

Facts = dict[str, str]

_CAPABILITIES: Final = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
    "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
    "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE "
    "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
_SETS: Final = {"CapEff": "effective", "CapPrm": "permitted", "CapInh": "inheritable", "CapAmb": "ambient"}
_UNLIMITED: Final = 1 << 60
_DISK: Final = 1 << 36
# A ConfigMap is a folder of links into a folder that is named after the time.
_TIMED: Final = re.compile(r"^/\.\.\d{4}_[^/]*(?=/|$)")
_OWN_FILES: Final = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
_FLAGS: Final = ("noexec", "nosuid", "nodev")


def facts(name: str, reports: Mapping[str, Report]) -> Facts:
    """All that is known of one service, by the name of the observation; values are words for people."""
    report = reports[name]
    found: Facts = {}
    for part in (_process, _rights, _limits, _files, _network, _surroundings):
        found.update(part(report.world))
    found.update(_calls(report))
    found.update(_shared(name, reports))
    found.update(_dialled(report, reports))
    return found


def _process(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "arguments", repr(world["args"])
    yield "directory", world["directory"]
    for entry in world["environment"]:
        key, _, value = entry.partition("=")
        yield f"environment.{key}", "own host name" if key == "HOSTNAME" and value == world["host"] else value
    yield "terminal", _yes(world["terminal"])
    yield "standard input", world["standard_in"]
    yield "umask", f"{world['umask']:04o}"
    yield "time zone", world["zone"]
    yield "process 1", "this one" if world["number"] == 1 else _program(world["first"])
    others = [x for x in world["processes"] if x not in {"witness", "pause"} and _program(x) != "an init"]
    yield "other processes", str(len(others))


def _program(comm: str) -> str:
    return "an init" if comm in {"docker-init", "tini", "tini-static", "catatonit", "init"} else comm


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _rights(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    status = world["process"]
    users, groups = status["Uid"].split(), status["Gid"].split()
    yield "user", users[1]
    yield "group", groups[1]
    for group in world["groups"]:
        if str(group) != groups[1]:
            yield f"groups.{group}", "member"
    for key, kind in _SETS.items():
        for capability in _names(status[key]):
            yield f"capability.{kind}.{capability}", "yes"
    whose = "root" if users[1] == "0" else "user"
    for capability in _names(status["CapBnd"]):
        yield f"capability.bounding of {whose}.{capability}", "yes"
    yield "no new privileges", _yes(status["NoNewPrivs"] == "1")
    yield "seccomp", {"0": "off", "2": "filter"}.get(status["Seccomp"], status["Seccomp"])


def _names(mask: str) -> list[str]:
    bits = int(mask, 16)
    return [name for index, name in enumerate(_CAPABILITIES) if bits >> index & 1]


def _limits(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in world["limits"].items():
        yield f"limit.{name}", value
    for name, value in world["sysctls"].items():
        yield f"sysctl.{name}", value
    group = world["cgroup"]
    yield "memory limit", _bytes(group.get("memory.max", "max"))
    yield "processor limit", _processors(group)
    yield "process limit", group.get("pids.max", "max")


def _bytes(text: str) -> str:
    return "none" if text == "max" or int(text) >= _UNLIMITED else text


def _processors(group: Mapping[str, str]) -> str:
    quota, _, period = group.get("cpu.quota", "max").partition(" ")
    period = period or group.get("cpu.period", "100000")
    return "none" if quota in {"max", "-1"} else f"{int(quota) / int(period):.3f}"


def _files(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for mount in world["mounts"]:
        point = mount["point"]
        if point.startswith(("/proc", "/sys", "/dev/")) and point != "/dev/shm":
            continue
        if point not in _OWN_FILES:
            yield from _mount(point, mount)
        yield from _entries(point, mount)
    for path in _hidden(world):
        yield f"masked.{path}", "yes"
    for path, can in world["writable"].items():
        yield f"writable.{path}", _yes(can)
    for device in world["devices"]:
        yield f"device.{device}", "yes"


def _hidden(world: Mapping[str, Any]) -> Iterator[str]:
    """Parts of /proc and /sys that are covered, or cannot be written."""
    for mount in world["mounts"]:
        point = mount["point"]
        covered = point.startswith(("/proc/", "/sys/")) and not point.startswith("/sys/fs/cgroup")
        if covered or (point == "/sys" and "ro" in mount["options"]):
            yield point


def _mount(point: str, mount: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    memory = mount["kind"] == "tmpfs"
    # A Secret's volume is a tmpfs too, which only shows in its size.
    if point != "/":
        yield f"mount.{point}", "there"
    yield f"mount.{point}.read only", _yes("ro" in mount["options"])
    if point == "/":
        return
    for flag in _FLAGS:
        yield f"mount.{point}.{flag}", _yes(flag in mount["options"])
    if not any(entry["path"] == "" and entry["kind"] == "file" for entry in mount.get("entries") or ()):
        yield f"mount.{point}.memory", _yes(memory)
        if memory:
            yield f"mount.{point}.size", str(mount["size"]) if mount["size"] < _DISK else "as the machine"


def _entries(point: str, mount: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in mount.get("entries") or ():
        relative = entry["path"]
        if _TIMED.match(relative):
            relative = _TIMED.sub("", relative)
            if not relative:
                continue
        elif relative.startswith("/..") or str(entry.get("digest", "")).startswith("..data"):
            continue
        path = point.rstrip("/") + relative
        yield f"file.{path}.kind", entry["kind"]
        if entry["kind"] != "link":
            yield f"file.{path}.mode", entry["mode"]
            yield f"file.{path}.user", str(entry["user"])
            yield f"file.{path}.group", str(entry["group"])
        if "digest" in entry:
            yield f"file.{path}.content", entry["digest"]


def _network(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "host name", "made up" if _made_up(world["host"]) else world["host"]
    yield "domain", world["domain"]
    for line in world["resolver"].splitlines():
        words = line.split("#")[0].split()
        if words:
            yield f"resolver.{words[0]}", " ".join(words[1:])
    own = _own_names(world)
    for line in world["hosts_file"].splitlines():
        address, *names = line.split("#")[0].split() or [""]
        for name in names:
            if name not in own and address != "fe00::0":
                yield f"hosts.{name}", address


def _own_names(world: Mapping[str, Any]) -> set[str]:
    usual = {"localhost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes"}
    return (
        usual
        | {"ip6-allrouters", "ip6-allhosts", world["host"]}
        | {
            name
            for line in world["hosts_file"].splitlines()
            for name in line.split()[1:]
            if name.startswith(world["host"] + ".")
        }
    )


def _made_up(host: str) -> bool:
    """A container's number, or a pod's name: `web-5d8f7c9b4-x2x7k`, `once-x2x7k`."""
    return bool(re.fullmatch(r"[0-9a-f]{12}|[a-z0-9.-]+-[a-z0-9]{5}", host))


def _surroundings(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "first life", _yes(not any(world["marks"].values()))


def _calls(report: Report) -> Iterator[tuple[str, str]]:
    """What was run in the container beside the service, or asked of it over the network by the node."""
    for call in report.calls:
        if call["args"][0] in {"http", "grpc"} and call["uid"] == -1:
            yield f"asked.{' '.join(call['args'])}", "yes"
        else:
            yield f"called.{call['args']!r}", f"{call['uid']}:{call['gid']} in {call['directory']}"


def _shared(name: str, reports: Mapping[str, Report]) -> Iterator[tuple[str, str]]:
    own = reports[name].world["namespaces"]
    for kind in ("net", "ipc", "pid"):
        for other, report in reports.items():
            if other != name and report.world["namespaces"][kind] == own[kind]:
                yield f"shares.{kind}.{other}", "yes"


def _dialled(report: Report, reports: Mapping[str, Report]) -> Iterator[tuple[str, str]]:
    who = {each.world["identity"]: name for name, each in reports.items()}
    for target, outcome in report.dialled.items():
        name, _, port = target.partition(":")
        yield f"name.{name}", "unknown" if outcome["lookup"] else "known"
        if port:
            yield f"port.{target}", _outcome(outcome, who.get)


def _outcome(outcome: Mapping[str, Any], who: Callable[[str], str | None]) -> str:
    if outcome["lookup"]:
        return "no such name"
    if outcome["outcome"] == "answered":
        return f"answered by {who(outcome.get('answered', '')) or 'another'}"
    return str(outcome["outcome"])
