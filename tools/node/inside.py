"""`python -m tools.node.inside FOLDER PORT FD`: runs the node from inside its namespaces until it is killed.

FD is a socket that listens on 127.0.0.1:PORT of the machine: what connects there is handed to the API server, which
listens on the same port in here. It is the only way in, and there is none out.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tools.cluster.api import PATIENCE, Api, Manifest, condition
from tools.cluster.processes import start, wait_until
from tools.node import cgroups, command, registry, surroundings, volumes
from tools.node.images import Store
from tools.node.layout import REGISTRY_PORT, RUNTIME_SOCKET, Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.cluster.processes import Process

_CHUNK = 1 << 16


class _Boot:
    """Starts one after the other and keeps the seconds of each stage."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.running: list[Process] = []
        self.seconds: dict[str, float] = {}
        self._begun = time.monotonic()

    def launch(self, name: str, *arguments: str) -> None:
        program = shutil.which(name)
        assert program, f"{name} is on the PATH that the caller has made"  # noqa: S101
        log = self.layout.logs / f"{name}.log"
        self.running.append(start([program, *arguments], log, name=name))

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        wait_until(ready, self.running, what, PATIENCE)
        self.seconds[what] = round(time.monotonic() - self._begun, 1)


def main() -> int:
    """Start everything, say so in `layout.ready`, and stay."""
    layout = Layout(Path(sys.argv[1]), int(sys.argv[2]))
    entrance = socket.socket(fileno=int(sys.argv[3]))
    surroundings.prepare(layout)
    cgroups.make(layout.cgroup)
    command.write_identities(layout)
    _beside(registry.serve, Store(layout.images), REGISTRY_PORT)
    _beside(_admit, entrance, layout.server_port)
    boot = _Boot(layout)
    _start(boot, layout)
    layout.ready.with_suffix(".new").write_text(json.dumps(boot.seconds))
    layout.ready.with_suffix(".new").replace(layout.ready)
    while True:
        time.sleep(1)
        for each in [x for x in boot.running if x.handle.poll() is not None]:
            print(f"{each.name} ended with code {each.handle.returncode}", file=sys.stderr, flush=True)
            boot.running.remove(each)


def _start(boot: _Boot, layout: Layout) -> None:
    boot.launch("containerd", *command.containerd(layout))
    boot.launch("etcd", *command.etcd(layout))
    boot.launch("kube-apiserver", *command.api_server(layout))
    with Api(layout.kubeconfig) as api:
        boot.wait(lambda: os.path.exists(RUNTIME_SOCKET) and api.serving(), "API server")
        boot.launch("kube-controller-manager", *command.controller_manager(layout))
        boot.launch("kube-scheduler", *command.scheduler(layout))
        boot.launch("kubelet", *command.kubelet(layout))
        boot.launch("kube-proxy", *command.kube_proxy(layout))
        for each in [*volumes.classes(), *_dns()]:
            api.apply(each)
        _beside(volumes.provide, layout)
        boot.wait(lambda: any(condition(x, "Ready") for x in api.list("v1", "Node")), "node")
        boot.launch("netpol", *command.netpol(layout))  # it looks for its node when it starts
        boot.wait(lambda: _up(api), "DNS")


def _up(api: Api) -> bool:
    """Names are resolved, and namespaces get their service account: from here on a workload runs at once."""
    system = api.list("apps/v1", "Deployment", "kube-system")
    return all(condition(x, "Available") for x in system) and api.exists("v1", "ServiceAccount", "default", "default")


def _dns() -> list[Manifest]:
    return list(yaml.safe_load_all(Path(__file__).with_name("dns.yaml").read_text("utf-8")))


def _beside(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _admit(entrance: socket.socket, port: int) -> None:
    """Hand each connection from outside to the same port in here."""
    while True:
        outer, _ = entrance.accept()
        try:
            inner = socket.create_connection(("127.0.0.1", port))
        except OSError:
            outer.close()  # not up yet, or down again: the caller sees what a refused connection shows
            continue
        _beside(_pass_on, outer, inner)
        _beside(_pass_on, inner, outer)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    for each, way in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with suppress(OSError):
            each.shutdown(way)


if __name__ == "__main__":
    sys.exit(main())
