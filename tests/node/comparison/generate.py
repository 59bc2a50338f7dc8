"""Made-up compose projects of up to three services, of attributes that both worlds know, in any combination."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=12)
# What compose, a shell and Kubernetes each give a meaning of their own.
_ODD = st.sampled_from(
    ["$$HOME", "$$(HOME)", "$${A}", "%(x)s", "a b", "", "'", '"', "\\", "$$$$", "`id`", "{{.Name}}", "é"]
)
_WORD = st.one_of(_ODD, _TEXT.map(lambda text: text.replace("$", "$$")))
_NAMES = ("web", "api", "db_1")
_FOLDERS = ("/data", "/var/lib/app", "/srv/app/logs")
_USERS = st.sampled_from(["1000", "1000:1001", "0:1000", "65534:65534", "2000:0", "root", "33:0"])
_CAPABILITIES = st.lists(
    st.sampled_from(["CHOWN", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "SETUID"]), unique=True, max_size=2
)

_ATTRIBUTES: dict[str, st.SearchStrategy[Any]] = {
    "command": st.lists(_WORD, min_size=1, max_size=4).map(lambda words: ["run", *words]),
    "entrypoint": st.lists(_WORD, max_size=2).map(lambda words: ["/opt/program", *words]),
    "environment": st.dictionaries(st.sampled_from(["A", "MODE", "Lower", "WITH_1", "_X"]), _WORD, max_size=4),
    "working_dir": st.sampled_from(["/", "/work", "/data", "/a/b c"]),
    "user": _USERS,
    "group_add": st.lists(st.sampled_from(["1005", "2000"]), unique=True, min_size=1),
    "hostname": st.sampled_from(["box", "host-1"]),
    "read_only": st.booleans(),
    "tmpfs": st.lists(
        st.sampled_from(["/tmp", "/scratch:size=4m", "/cache:size=1m,mode=755"]), unique=True, min_size=1
    ),
    "shm_size": st.sampled_from(["8m", "1g"]),
    "mem_limit": st.sampled_from(["48m", "128m", "1g"]),
    "cpus": st.sampled_from([0.25, 1.5]),
    "cap_add": _CAPABILITIES,
    "cap_drop": st.one_of(_CAPABILITIES, st.just(["ALL"])),
    "tty": st.booleans(),
    "stdin_open": st.booleans(),
    "init": st.booleans(),
    "sysctls": st.sampled_from([{"net.ipv4.tcp_keepalive_time": "300"}, {"net.ipv4.ip_unprivileged_port_start": "80"}]),
    "extra_hosts": st.sampled_from([["a.example:10.9.8.7"], ["a.example:10.9.8.7", "b.example:10.9.8.6"]]),
    "expose": st.lists(st.sampled_from(["80", "8080", "5353/udp"]), unique=True, min_size=1),
    "stop_grace_period": st.sampled_from(["1s", "20s"]),
    "restart": st.sampled_from(["always", "unless-stopped", "on-failure"]),
    "healthcheck": st.sampled_from([{"test": ["CMD", "well", "$$X"]}, {"test": "well || exit 1"}, {"disable": True}]),
}


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """A project; what it mounts are its own volumes, configs and secrets."""
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    model: dict[str, Any] = {"services": {name: draw(_service()) for name in names}}
    volumes = {mount.partition(":")[0] for x in model["services"].values() for mount in x.get("volumes", ())}
    if volumes:
        model["volumes"] = {name: {} for name in sorted(volumes)}
    if any("configs" in x for x in model["services"].values()):
        # Compose copies a config with content into the container, which it refuses where that is read-only.
        copied = not any(x.get("read_only") for x in model["services"].values())
        model["configs"] = {"settings": {"content": "a = 1\n"} if copied else {"file": "./settings.txt"}}
    if any("secrets" in x for x in model["services"].values()):
        model["secrets"] = {"key": {"file": "./key.txt"}}
    if draw(st.booleans()):
        model["networks"] = {"front": {}, "back": {}}
        for service in model["services"].values():
            service["networks"] = draw(st.lists(st.sampled_from(["front", "back"]), unique=True, min_size=1))
    return model


@st.composite
def _service(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(sorted(_ATTRIBUTES)), unique=True, max_size=9))
    service: dict[str, Any] = {"image": "registry.example.com/generated:1"}
    service |= {name: draw(_ATTRIBUTES[name]) for name in chosen}
    if draw(st.booleans()):
        folder = draw(st.sampled_from(_FOLDERS))
        service["volumes"] = [
            f"{draw(st.sampled_from(['kept', 'other']))}:{folder}{draw(st.sampled_from(['', ':ro']))}"
        ]
    if draw(st.booleans()):
        service["configs"] = [
            {"source": "settings", "target": "/etc/settings", "mode": draw(st.sampled_from([0o444, 0o400]))}
        ]
    if draw(st.booleans()):
        service["secrets"] = draw(st.sampled_from([["key"], [{"source": "key", "target": "other-name"}]]))
    return service


def generated(count: int, start: int = 0) -> list[dict[str, Any]]:
    """That many projects; the same number and start give the same ones."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @seed(start)
    @given(projects())
    def collect(project: dict[str, Any]) -> None:
        found.append(project)

    collect()
    return found
