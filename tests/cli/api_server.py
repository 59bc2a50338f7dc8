"""A small API server over HTTP that the test directs: lists, watches, logs that end, break or go on."""

from __future__ import annotations

import json
import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).resolve().parents[2]
COMPOSE = """\
services:
  web: {image: "own/web:1", mem_limit: 64m}
  side: {image: "own/side:1", mem_limit: 64m, network_mode: "service:web"}
  api: {image: "own/api:1", mem_limit: 64m}
  migrate: {image: "own/migrate:1", mem_limit: 64m, restart: "no"}
"""
STACK = """\
config:
  longshore:environment: local
  longshore:team: shop
  longshore:cluster: {kind: kubeconfig}
  longshore:compose: {files: [compose.yaml]}
  longshore:secrets: {backend: fake}
"""
KUBECONFIG = """\
current-context: one
clusters: [{name: c, cluster: {server: "ADDRESS"}}]
users: [{name: u, user: USER}]
contexts: [{name: one, context: {cluster: c, user: u}}]
"""


class World:
    """What there is. logs: (pod, container, run before the last restart) → lines with their times.

    cut: after how many lines the next answer of a followed log breaks. asked: every path with its query.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self.logs: dict[tuple[str, str, bool], list[str]] = {}
        self.open: set[tuple[str, str]] = set()
        self.cut: dict[tuple[str, str], int] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.token = ""

    def put(self, kind: str, thing: dict[str, Any], event: str = "ADDED") -> None:
        """Add, change or delete an object, and tell whoever watches."""
        with self.changed:
            listed = [x for x in self.objects.get(kind, []) if x["metadata"]["name"] != thing["metadata"]["name"]]
            self.objects[kind] = listed if event == "DELETED" else [*listed, thing]
            thing["metadata"]["resourceVersion"] = str(len(self.events) + 1)
            self.events.append({"type": event, "object": thing})
            self.changed.notify_all()

    def say(self, pod: str, container: str, *lines: str, ends: bool = False) -> None:
        """Let a container write lines, `TIME TEXT`, and end."""
        with self.changed:
            self.logs.setdefault((pod, container, False), []).extend(lines)
            (self.open.discard if ends else self.open.add)((pod, container))
            self.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    world: World

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a list, a watch or a log."""
        url = urlsplit(self.path)
        asked = {key: values[-1] for key, values in parse_qs(url.query).items()}
        self.world.asked.append((url.path, asked))
        if self.world.token and self.headers.get("Authorization") != f"Bearer {self.world.token}":
            self._answer(401, {"message": "Unauthorized"})
        elif url.path.endswith("/log"):
            self._log(url.path.split("/")[-2], asked)
        elif asked.get("watch"):
            self._watch(int(asked["resourceVersion"]))
        else:
            with self.world.changed:
                items = self.world.objects.get(url.path.rpartition("/")[2], [])
                version = str(len(self.world.events))
            self._answer(200, {"items": items, "metadata": {"resourceVersion": version}})

    def _answer(self, code: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.end_headers()

    def _watch(self, version: int) -> None:
        self._stream()
        while True:
            with self.world.changed:
                self.world.changed.wait_for(lambda seen=version: len(self.world.events) > seen)
                new = self.world.events[version:]
                version = len(self.world.events)
            for event in new:
                self.wfile.write(json.dumps(event).encode() + b"\n")
                self.wfile.flush()

    def _log(self, pod: str, asked: dict[str, str]) -> None:
        container = asked["container"]
        key = pod, container, asked.get("previous") == "true"
        if key not in self.world.logs:
            self._answer(400, {"message": f'container "{container}" in pod "{pod}" is waiting to start'})
            return
        self._stream()
        # A kubelet knows seconds only, and gives all lines of that second once more.
        since = asked.get("sinceTime", "")[:19]
        at = 0
        sent = 0
        first = [x for x in self.world.logs[key] if x[:19] >= since]
        if "tailLines" in asked:
            first = first[max(0, len(first) - int(asked["tailLines"])) :]
        at = len(self.world.logs[key])
        waiting = first
        while True:
            for line in waiting:
                self.wfile.write(line.encode() + b"\n")
                self.wfile.flush()
                sent += 1
                if self.world.cut.get((pod, container)) == sent:
                    del self.world.cut[pod, container]
                    return
            with self.world.changed:
                follow = asked.get("follow") == "true"
                if not follow or ((pod, container) not in self.world.open and len(self.world.logs[key]) == at):
                    return
                here = self.world.logs[key]
                start = at
                self.world.changed.wait_for(
                    lambda here=here, start=start: len(here) > start or (pod, container) not in self.world.open
                )
                waiting, at = here[start:], len(here)


@contextmanager
def served(world: World) -> Iterator[str]:
    """The address of a server that says what `world` has."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"world": world}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def shop(folder: Path) -> Iterator[World]:
    """A project with stack `shop.local`, and the file `kubeconfig` that leads to an API server of its own."""
    found = World()
    with served(found) as address:
        (folder / "stacks").mkdir()
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        (folder / "compose.yaml").write_text(COMPOSE, "utf-8")
        (folder / "stacks" / "Pulumi.shop.local.yaml").write_text(STACK, "utf-8")
        config = KUBECONFIG.replace("ADDRESS", address).replace("USER", "{token: t}")
        (folder / "kubeconfig").write_text(config, "utf-8")
        yield found
