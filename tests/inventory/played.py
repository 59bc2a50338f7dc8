"""An engine that is played over a real socket: answers by path, so that it can be old, odd, or go away.

An answer is a document, the bytes of one, or what gives one each time that it is asked for.
"""

from __future__ import annotations

import io
import json
import socket
import socketserver
import tarfile
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "hunter2-canary"


class Cut(bytes):
    """An answer in the middle of which the engine goes away."""


class Status(bytes):
    """An answer that is none: the engine is too busy, or does not know the container any more."""

    status = 500


class Files(dict):
    """What lies in a container: archives as `file` makes them, by path."""


def file(name: str, content: bytes | None = None, uid: int = 0, gid: int = 0) -> bytes:
    """An archive of one file, or of one folder where there is no content."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(name)
        entry.uid, entry.gid, entry.mode = uid, gid, 0o755
        entry.type, entry.size = (tarfile.DIRTYPE, 0) if content is None else (tarfile.REGTYPE, len(content))
        tar.addfile(entry, io.BytesIO(content or b""))
    return held.getvalue()


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, path: Path, answers: dict[str, Any], handler: type[BaseHTTPRequestHandler] | None = None
    ) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.gone = False
        self.tick = 0.0
        super().__init__(str(path), handler or Handler)

    def handle_error(self, *_: Any) -> None:
        """A collector that wants no more of an answer closes the connection."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        if self.server.gone:  # a connection of before is served no more
            self.close_connection = True
            return
        self.server.asked.append(self.path)
        path = "/" + urlsplit(self.path).path.lstrip("/").partition("/")[2]
        if path.endswith("/stats"):
            sleep(self.server.tick)
        asked = urlsplit(self.path).query
        found = self.server.answers.get(f"{path}?all") if "all=true" in asked else None
        found = found or self.server.answers.get(path) or self.server.answers.get(urlsplit(self.path).path)
        found = found() if callable(found) else found
        if isinstance(found, Files):
            found = found.get(parse_qs(asked)["path"][0])
        cut = isinstance(found, Cut)
        text = b"{}" if found is None else found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(found.status if isinstance(found, Status) else 404 if found is None else 200)
        if self.command == "HEAD":
            self.send_header("X-Docker-Container-Path-Stat", b64encode(b'{"name": "x"}').decode())
            text = b""
        self.send_header("Content-Length", str(len(text) + cut))
        self.end_headers()
        self.wfile.write(text)
        if cut:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    do_HEAD = do_GET  # noqa: N815  as http.server calls it

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def playing(path: Path, answers: dict[str, Any]) -> Iterator[Server]:
    with Server(path, answers) as server, serving(server):
        try:
            yield server
        finally:
            path.unlink()


@contextmanager
def serving(server: Server) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.gone = True
        server.shutdown()
        thread.join()


IDENTIFIER = "f" * 64


def answers(version: str = "1.41") -> dict[str, Any]:
    """One container of compose 1, with a canary in each text that somebody writes."""
    labels = {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.version": "1.29.2",
        "token": CANARY,
    }
    check = {"Test": ["CMD-SHELL", f"curl -H 'Authorization: {CANARY}' localhost"], "Interval": 10**10}
    config = {
        "Image": "shop/web:1",
        "User": "1000:1000",
        "Env": [f"PASSWORD={CANARY}", f"MULTI=line\n{CANARY}"],
        "Labels": labels,
        "Cmd": ["serve", f"--token={CANARY}"],
        "Entrypoint": ["sh", "-c", CANARY],
        "Healthcheck": check,
    }
    state = {"Status": "running", "Pid": 0, "Health": {"Status": "healthy", "Log": [{"Output": CANARY}]}}
    inspected = {"Id": IDENTIFIER, "Name": "/shop_web_1", "Image": "sha256:1", "Config": config, "State": state}
    event = {
        "Action": "die",
        "timeNano": 5 * 10**9,
        "Actor": {"Attributes": {"name": "shop_web_1", "exitCode": "137", "token": CANARY}},
    }
    return {
        "/version": {"ApiVersion": version, "Version": "20.10", "Arch": "amd64"},
        "/info": {"ID": "engine-1", "Name": "vm", "SecurityOptions": ["name=rootless"], "CgroupVersion": "2"},
        "/containers/json": [{"Id": IDENTIFIER, "Names": ["/shop_web_1"], "Labels": labels, "Command": CANARY}],
        f"/containers/{IDENTIFIER}/json": inspected,
        f"/containers/{IDENTIFIER}/stats": {
            "memory_stats": {"usage": 50 << 20, "limit": 1 << 62, "stats": {"inactive_file": 10 << 20}},
            "cpu_stats": {"cpu_usage": {"total_usage": 10**9}},
        },
        f"/containers/{IDENTIFIER}/top": {"Titles": ["PID", "UID", "GID"], "Processes": [["9", "1000", "1000"]]},
        "/images/sha256:1/json": {
            "Id": "sha256:1",
            "RepoTags": ["shop/web:1"],
            "Config": {**config, "Volumes": {"/data": {}}, "Cmd": None},
            "Architecture": "amd64",
        },
        "/system/df": {
            "Volumes": [
                {"Name": "data", "Labels": {"token": CANARY}, "Options": {"o": CANARY}, "UsageData": {"Size": 7}}
            ]
        },
        "/events": json.dumps(event).encode() + b"\n",
    }
