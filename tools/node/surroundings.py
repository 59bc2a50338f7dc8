"""What is done to the node's own mounts and network before a program starts there."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.node.layout import ADDRESS, NETWORK

if TYPE_CHECKING:
    from tools.node.layout import Layout

# kubelet would set these for the whole machine; here it reads what it wants to find
# (https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/cm/container_manager_linux.go).
_SETTINGS: Final = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
# Places that programs have by their nature and that must not be those of the machine.
_OWN: Final = ("/run", "/var/lib/cni", "/var/log/containers", "/var/log/pods", "/var/lib/kubelet")


def _run(*command: str | Path) -> None:
    subprocess.run([str(x) for x in command], check=True, stdout=subprocess.DEVNULL)


def prepare(layout: Layout) -> None:
    """Mounts and network; after it nothing that is written outside `layout.folder` is seen by the machine."""
    _mounts(layout)
    _network()
    if not nftables():
        for name in ("iptables", "iptables-save", "iptables-restore"):
            (layout.folder / "bin" / name).symlink_to(f"/usr/sbin/{name.replace('tables', 'tables-legacy')}")


def nftables() -> bool:
    """Whether the kernel has them for IPv4; where it has not, rules are kept by iptables of the older kind."""
    trial = "add table ip trial; delete table ip trial"
    return subprocess.run(["nft", trial], capture_output=True, check=False).returncode == 0


def _mounts(layout: Layout) -> None:
    # kubelet hands mounts on to containers; the namespace as a whole was made private before.
    _run("mount", "--make-rshared", "/")
    for index, target in enumerate(_OWN):
        Path(target).mkdir(parents=True, exist_ok=True)
        if target == "/run":
            _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", target)
        else:
            source = layout.folder / "own" / str(index)
            source.mkdir(parents=True)
            _run("mount", "--bind", source, target)
    for name, value in _SETTINGS.items():
        file = Path("/run/sysctl") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{value}\n")
        _run("mount", "--bind", file, Path("/proc/sys") / name)
    _tell_speed()


def _tell_speed() -> None:
    """The kubelet does not start where the kernel tells no speed of the processor, as User Mode Linux does not."""
    processors, told = Path("/proc/cpuinfo"), Path("/run/cpuinfo")
    if "cpu MHz" not in (known := processors.read_text()):
        told.write_text(f"{known.rstrip()}\ncpu MHz\t\t: 1000.000\n")
        _run("mount", "--bind", told, processors)


def _network() -> None:
    """An address that is not loopback, on a wire whose other end nobody holds: what is sent there is gone."""
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", "node0", "type", "veth", "peer", "name", "nowhere")
    _run("ip", "address", "add", f"{ADDRESS}/{NETWORK.partition('/')[2]}", "dev", "node0")
    for each in ("node0", "nowhere"):
        _run("ip", "link", "set", each, "up")
    _run("ip", "route", "add", "default", "dev", "node0")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
