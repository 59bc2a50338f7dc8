"""What a witness saw, as flat facts that mean the same in both worlds: `file./run/secrets/key.mode` is `0440`.

A fact is left out only where it is the world's own doing and nobody's decision (process numbers, addresses, made-up
names): those become words such as `made up` or `own address`. All else stays and is compared.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tests.node.comparison import standins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.node.comparison.docker_world import Report

Facts = dict[str, str]
NOBODY: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})

_CAPABILITIES: Final = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
    "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
    "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE "
    "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
_SETS: Final = {"CapEff": "effective", "CapPrm": "permitted", "CapInh": "inheritable", "CapAmb": "ambient"}
_UNLIMITED: Final = 1 << 60
# A tmpfs without a size has half of the machine's memory.
_MACHINE: Final = 1 << 32
# A ConfigMap is a folder of links into a folder that is named after the time.
_TIMED: Final = re.compile(r"^/\.\.\d{4}_[^/]*(?=/|$)")
_OWN_FILES: Final = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
# The first process of a pod takes over and reaps what is left to it, as an init does.
_INITS: Final = {"docker-init", "tini", "tini-static", "pause"}
_FLAGS: Final = ("noexec", "nosuid", "nodev")


def facts(name: str, reports: Mapping[str, Report], owners: Mapping[str, Sequence[str]] = NOBODY) -> Facts:
    """All that is known of one service, by the name of the observation; values are words for people.

    owners: host name → the services that are called so, where it is not one alone.
    """
    report = reports[name]
    found: Facts = {}
    for part in (_process, _rights, _limits, _files, _network):
        found.update(part(report.world))
    found.update(_calls(report))
    found.update(_shared(name, reports))
    found.update(_dialled(report, reports, owners))
    return found


def _process(world: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "arguments", repr(world["args"])
    yield "directory", world["directory"]
    for entry in world["environment"]:
        key, _, value = entry.partition("=")
        if key != standins.NAME:
            own = key == "HOSTNAME" and value == world["host"]
            yield f"environment.{key}", "own host name" if own else value
    yield "terminal", _yes(world["terminal"])
    yield "standard input", world["standard_in"]
    yield "umask", f"{world['umask']:04o}"
    yield "time zone", world["zone"]


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
    limit = _bytes(world["cgroup"].get("memory.max", "max"))
    looked = world.get("looked") or {}
    for mount in world["mounts"]:
        point = mount["point"]
        if point.startswith(("/proc", "/sys", "/dev/")) and point != "/dev/shm":
            continue
        # Docker mounts some configs and secrets and copies others; what lies there is what counts.
        if point not in _OWN_FILES and point not in looked:
            yield from _mount(point, mount, limit)
        yield from _entries(point, mount)
    points = {mount["point"] for mount in world["mounts"]}
    for path, entries in looked.items():
        if not any(path == x or path.startswith(f"{x}/") for x in points - {"/"}):
            yield from _entries(path, {"entries": entries})
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


def _mount(point: str, mount: Mapping[str, Any], limit: str) -> Iterator[tuple[str, str]]:
    memory = mount["kind"] == "tmpfs"
    # What is written there counts as memory, so nobody can write more than the limit of that.
    room = min(mount["size"], int(limit) if limit != "none" else _UNLIMITED)
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
            yield f"mount.{point}.size", str(room) if room < _MACHINE else "as the machine"


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
        yield f"file.{path}", entry["kind"]
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
            said = sorted(words[1:]) if words[0] == "options" else words[1:]  # only of options the order says nothing
            yield f"resolver.{words[0]}", " ".join(said)
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


def _calls(report: Report) -> Iterator[tuple[str, str]]:
    """What was run in the container beside the service, or asked of it over the network by the node."""
    commands = [call for call in report.calls if call["uid"] >= 0]
    for call in commands:
        yield f"called.{call['args']!r}", f"{call['uid']}:{call['gid']} in {call['directory']}"
    ways = ["by a command"] * bool(commands) + ["over the network"] * (len(commands) < len(report.calls))
    yield "probed", " and ".join(ways) or "not at all"


def _shared(name: str, reports: Mapping[str, Report]) -> Iterator[tuple[str, str]]:
    """Who has the same network, memory or processes; and what process 1 is, where it is not another service's.

    The kernel gives the number of a namespace that has ended to the next one.
    """
    world = reports[name].world
    with_it = [] if reports[name].ended else [x for x, report in reports.items() if x != name and not report.ended]
    for kind in ("net", "ipc", "pid"):
        for other in with_it:
            if reports[other].world["namespaces"][kind] == world["namespaces"][kind]:
                yield f"shares.{kind}.{other}", "yes"
    together = any(reports[other].world["namespaces"]["pid"] == world["namespaces"]["pid"] for other in with_it)
    what = "an init" if world["first"] in _INITS else world["first"]
    yield "process 1 of several" if together else "process 1", "this one" if world["number"] == 1 else what


def _dialled(
    report: Report, reports: Mapping[str, Report], owners: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    who = {one: name for name, each in reports.items() for one in (each.world["identity"], *each.twins)}
    for target, outcome in report.dialled.items():
        name, _, port = target.partition(":")
        yield f"name.{name}", {"": "known", "no such name": "unknown"}.get(outcome["lookup"], outcome["lookup"])
        if port:
            yield f"port.{target}", _outcome(outcome, who.get(outcome.get("answered", ""), ""), owners.get(name, ()))


def _outcome(outcome: Mapping[str, Any], who: str, owners: Sequence[str]) -> str:
    if outcome["lookup"]:
        return str(outcome["lookup"])
    if outcome["outcome"] == "answered":
        return "answered by one of several" if len(owners) > 1 and who in owners else f"answered by {who or 'another'}"
    return str(outcome["outcome"])
