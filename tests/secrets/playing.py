"""AWS with a door: moto, and before it a proxy that counts what is asked for and can deny it as IAM would.

moto itself checks no right of a role that a token of the cluster assumed.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx

from tools.cluster import services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Door:
    """Where the operator asks. `denied`: actions that are refused; `asked`: action → how often, since `forget()`."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.denied: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.url = ""

    def forget(self) -> None:
        self.asked.clear()


def _handler(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target", "")
            action = target.rpartition(".")[2] or parse_qs(body.decode()).get("Action", ["?"])[0]
            door.asked[action] += 1
            if action in door.denied:
                name = json.loads(body).get("SecretId", "*")
                role = "assumed-role/longshore-eu-west-1-dev-shop-secrets"
                user = f"arn:aws:sts::123456789012:{role}/external-secrets-provider-aws"
                message = (
                    f"User: {user} is not authorized to perform: secretsmanager:{action} on resource: {name} "
                    "because no identity-based policy allows the action"
                )
                self.answer(400, json.dumps({"__type": "AccessDeniedException", "Message": message}).encode(), {})
                return
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in {"host", "content-length"}
            }
            found = httpx.post(f"{door.behind}{self.path}", content=body, headers=headers, timeout=30, trust_env=False)
            kept = ("content-type", "x-amzn-requestid", "x-amzn-errortype")
            self.answer(
                found.status_code, found.content, {name: found.headers[name] for name in kept if name in found.headers}
            )

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/x-amz-json-1.1", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def aws_with_a_door(folder: Path) -> Iterator[Door]:
    with services.moto(folder) as url:
        door = Door(url)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(door))
        door.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            server.shutdown()
            server.server_close()


def everything_in_etcd(url: str) -> Iterator[tuple[str, bytes]]:
    """Every key and value that the cluster keeps, past the API server."""
    first, last = base64.b64encode(b"/").decode(), base64.b64encode(b"0").decode()
    found = httpx.post(f"{url}/v3/kv/range", json={"key": first, "range_end": last}, timeout=60, trust_env=False)
    for pair in found.raise_for_status().json()["kvs"]:
        yield base64.b64decode(pair["key"]).decode(), base64.b64decode(pair.get("value", ""))
