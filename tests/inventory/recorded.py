"""`python -m tests.inventory.recorded SOCKET FILE`: keeps what a real engine answers, to be played elsewhere.

It stands between the collector and the engine for one run. An archive is kept as far as the collector reads it.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from longshore.inventory.collector.program import Wish, collect
from longshore.inventory.collector.samples import Plan
from tests.inventory.played import Files, Handler, Server, serving

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ = 1536
_ELSEWHERE = ("RegistryConfig", "IndexServerAddress")
"""What tells of others than this engine."""


class Engine(http.client.HTTPConnection):
    """A connection to an engine's socket."""

    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


class Recorder(Handler):
    """Asks the engine what it is asked, and remembers the answer."""

    def do_GET(self) -> None:  # noqa: N802  as http.server calls it
        engine = Engine(self.server.answers["socket"])
        engine.request(self.command, self.path)
        answer = engine.getresponse()
        archive = urlsplit(self.path).path.endswith("/archive")
        body = answer.read(_READ) if archive else answer.read()
        engine.close()
        path, query = "/" + urlsplit(self.path).path.lstrip("/").partition("/")[2], urlsplit(self.path).query
        path = path if path != "/" else "/version"
        if answer.status == 200 and archive:
            held = self.server.answers["kept"].setdefault(path, {"files": {}})["files"]
            held.setdefault(parse_qs(query)["path"][0], b64encode(body if self.command == "GET" else b"there").decode())
        elif answer.status == 200:
            key = path + "?all" * ("all=true" in query)
            before = self.server.answers["kept"].get(key, {"text": ""})["text"] if path == "/events" else ""
            self.server.answers["kept"][key] = {"text": before + body.decode()}
        self.send_response(answer.status)
        stat = answer.getheader("X-Docker-Container-Path-Stat")
        if stat:
            self.send_header("X-Docker-Container-Path-Stat", stat)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  as http.server calls it


def recorded(engine: str, folder: Path) -> dict[str, Any]:
    """What an engine says to the collector, by path."""
    kept: dict[str, Any] = {}
    with Server(folder / "s", {"socket": engine, "kept": kept}, Recorder) as server, serving(server):
        "".join(collect(Wish(f"unix://{folder}/s", "", Plan(6.0, 1.0, 1.0)), lambda _: None))
    info = json.loads(kept["/info"]["text"])
    kept["/info"]["text"] = json.dumps({key: each for key, each in info.items() if key not in _ELSEWHERE})
    return dict(sorted(kept.items()))


def answers(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept, as a played engine has it."""
    return {
        path: Files({name: b64decode(text) for name, text in each["files"].items()})
        if "files" in each
        else each["text"].encode()
        for path, each in kept.items()
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = recorded(sys.argv[1], Path(name))
    Path(sys.argv[2]).write_text(json.dumps(found, indent=0) + "\n")
