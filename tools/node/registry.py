"""A registry that only answers: the node's containerd pulls from it as from any other, for whatever host it asks.

Real pulls, so that `imagePullPolicy: Always`, a wrong name and a replaced tag behave as they do elsewhere
(https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pull).
"""

from __future__ import annotations

import hashlib
import re
import shutil
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from tools.node.images import Store

_PATH = re.compile(r"/v2/(?P<name>[^?]+)/(?P<what>manifests|blobs)/(?P<reference>[^/]+)")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def serve(store: Store, port: int) -> None:
    """Answer on 127.0.0.1 until the process ends."""

    class Handler(_Handler):
        images = store

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


class _Handler(BaseHTTPRequestHandler):
    """containerd says with `?ns=` which registry it means to ask.

    https://github.com/containerd/containerd/blob/v2.4.2/docs/hosts.md
    """

    protocol_version = "HTTP/1.1"
    images: Store

    def do_HEAD(self) -> None:
        """Whether it is there, and how large."""
        self._answer()

    def do_GET(self) -> None:
        """The thing itself."""
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing: containerd's log has every pull."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        found = _PATH.fullmatch(url.path)
        if found and found["what"] == "manifests":
            host = parse_qs(url.query).get("ns", ["docker.io"])[0]
            self._manifest(self.images.find(f"{host}/{found['name']}", found["reference"]))
        elif found:
            self._blob(self.images.blob(found["reference"]))
        else:
            self._head(HTTPStatus.OK if url.path == "/v2/" else HTTPStatus.NOT_FOUND, 0)

    def _head(self, status: HTTPStatus, length: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def _manifest(self, content: bytes | None) -> None:
        if content is None:
            self._head(HTTPStatus.NOT_FOUND, 0)
            return
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._head(HTTPStatus.OK, len(content), {"Content-Type": _MANIFEST, "Docker-Content-Digest": digest})
        if self.command == "GET":
            self.wfile.write(content)

    def _blob(self, path: Path) -> None:
        if not path.exists():
            self._head(HTTPStatus.NOT_FOUND, 0)
            return
        self._head(HTTPStatus.OK, path.stat().st_size, {"Content-Type": "application/octet-stream"})
        if self.command == "GET":
            with path.open("rb") as source:
                shutil.copyfileobj(source, self.wfile, 1 << 20)
