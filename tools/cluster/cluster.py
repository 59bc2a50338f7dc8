"""Boots and stops a cluster: control plane, simulated nodes over three zones, storage classes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.cluster import control_plane as command
from tools.cluster.api import Api, Manifest, condition
from tools.cluster.processes import SECONDS_TO_STOP, Process, free_ports, start, stop, wait_until
from tools.cluster.toolchain import provide
from tools.cluster.versions import cache_home

if TYPE_CHECKING:
    from collections.abc import Iterator


class Size(NamedTuple):
    """What the cluster offers: `nodes` in turn over `zones`, each with `cpu` cores and `memory` (a quantity)."""

    nodes: int = 6
    cpu: int = 16
    memory: str = "64Gi"
    zones: tuple[str, ...] = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


DEFAULT_SIZE = Size()


class Cluster(NamedTuple):
    """A cluster that runs. `processes` is in the order of their start."""

    folder: Path
    kubeconfig: Path
    server: str
    etcd: str
    processes: tuple[Process, ...]


def boot(folder: Path, size: Size = DEFAULT_SIZE, *, outlive: bool = False) -> Cluster:
    """Start a cluster whose state lies in `folder`, which must not exist or be empty; ready when this returns.

    Raises:
        ToolsMissingError: a program is missing and cannot be built.
        ProcessFailedError: a program did not get ready; nothing is left running.
    """
    tools = provide()
    layout = command.Layout(folder, *free_ports(3))
    command.write_identities(layout)
    stages = command.write_stages(layout, Path(__file__).with_name("stages.yaml"))
    arguments = {
        "etcd": command.etcd(layout),
        "kube-apiserver": command.api_server(layout),
        "kube-controller-manager": command.controller_manager(layout),
        "kube-scheduler": command.scheduler(layout),
        "kwok": command.kwok(layout, stages),
    }
    running: list[Process] = []

    def launch(name: str) -> None:
        log = folder / "logs" / f"{name}.log"
        running.append(start([tools[name], *arguments[name]], log, name=name, outlive=outlive))

    try:
        launch("etcd")
        launch("kube-apiserver")
        with Api(layout.kubeconfig) as api:
            wait_until(api.serving, running, "the API server")
            for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
                launch(name)
            _furnish(api, size)
            wait_until(lambda: _settled(api, size), running, "the cluster")
    except BaseException:
        stop(running[::-1])
        raise
    return Cluster(folder, layout.kubeconfig, layout.server, layout.etcd, tuple(running))


def _furnish(api: Api, size: Size) -> None:
    for index in range(size.nodes):
        api.create(_node(index, size))
    for manifest in (
        # Nobody attaches a volume here, so the controllers must not wait for it.
        *(_driver(x) for x in ("disk.longshore.test", "files.longshore.test")),
        _storage_class("gp3", "disk.longshore.test", default=True),
        _storage_class("efs", "files.longshore.test", default=False),
    ):
        api.create(manifest)


def _node(index: int, size: Size) -> Manifest:
    zone = size.zones[index % len(size.zones)]
    name = f"node-{index}"
    room = {"cpu": str(size.cpu), "memory": size.memory, "pods": "110", "ephemeral-storage": "100Gi"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/zone": zone,
                "topology.kubernetes.io/region": zone[:-1],
            },
        },
        "status": {"allocatable": room, "capacity": room},
    }


def _storage_class(name: str, provisioner: str, *, default: bool) -> Manifest:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": str(default).lower()},
        },
        "provisioner": provisioner,
        "reclaimPolicy": "Delete",
        "allowVolumeExpansion": True,
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def _driver(name: str) -> Manifest:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": {"name": name},
        "spec": {"attachRequired": False},
    }


def _settled(api: Api, size: Size) -> bool:
    """Nodes take pods, and namespaces get their service account: from here on a workload runs at once."""
    nodes = api.list("v1", "Node")
    usable = [x for x in nodes if not x["spec"].get("taints") and condition(x, "Ready")]
    return len(usable) == size.nodes and api.exists("v1", "ServiceAccount", "default", "default")


def shut_down(cluster: Cluster) -> None:
    """Stop everything, the last started first; the folder with its logs stays."""
    stop(cluster.processes[::-1])


@contextmanager
def running(folder: Path, size: Size = DEFAULT_SIZE) -> Iterator[Cluster]:
    """A cluster for the length of a `with` block; errors as `boot`."""
    cluster = boot(folder, size)
    try:
        yield cluster
    finally:
        shut_down(cluster)


class Found(NamedTuple):
    """A cluster that `up` has started: the process numbers that still run, by name."""

    kubeconfig: Path
    server: str
    alive: dict[str, int]


def home(name: str) -> Path:
    """Where the state of a cluster started by hand lies."""
    return cache_home() / "clusters" / name


def up(name: str, size: Size) -> Found:
    """Start a cluster that outlives this process, or find the one that runs already."""
    found = find(name)
    if found and found.alive:
        with Api(found.kubeconfig) as api:
            if api.serving():
                return found
    down(name)
    shutil.rmtree(home(name), ignore_errors=True)
    cluster = boot(home(name), size, outlive=True)
    alive = {x.name: x.handle.pid for x in cluster.processes}
    state = {"server": cluster.server, "etcd": cluster.etcd, "processes": alive}
    (cluster.folder / "state.json").write_text(json.dumps(state, indent=1))
    return Found(cluster.kubeconfig, cluster.server, alive)


def find(name: str) -> Found | None:
    """The cluster of that name, running or not; None if there was never one."""
    try:
        state = json.loads((home(name) / "state.json").read_text())
    except FileNotFoundError:
        return None
    alive = {x: pid for x, pid in state["processes"].items() if _is_ours(pid, home(name))}
    return Found(home(name) / "kubeconfig", state["server"], alive)


def _is_ours(pid: int, folder: Path) -> bool:
    """Process numbers are used again, so a process is ours only if its command line names our folder."""
    done = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f"{folder}/" in done.stdout


def down(name: str) -> list[str]:
    """Stop the cluster of that name, the last started first; answers the names of what was stopped."""
    found = find(name)
    if found is None:
        return []
    stopped = list(found.alive)[::-1]
    for each in stopped:
        _end(found.alive[each], home(name))
    (home(name) / "state.json").unlink()
    return stopped


def _end(pid: int, folder: Path) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + SECONDS_TO_STOP
        while _is_ours(pid, folder):
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
