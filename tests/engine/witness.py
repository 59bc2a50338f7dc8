"""A cluster behind somebody who writes down every request that is made to it, and may lead to another one tomorrow."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import httpx

from tools.cluster import pki
from tools.cluster.api import access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Witnessed(NamedTuple):
    """A way to a cluster by a witness, which has an address and an authority of its own.

    kubeconfig: that leads there. requests: `GET /api/v1/…`, in order. clients: the last one is in use.
    """

    kubeconfig: Path
    requests: list[str]
    clients: list[httpx.Client]

    def leads_to(self, target: Path) -> None:
        """Lead to the cluster of another kubeconfig from now on, with the rights that it gives."""
        server, trust, headers = access(target)
        headers = {**headers, "Accept-Encoding": "identity"}
        self.clients.append(httpx.Client(base_url=server, verify=trust, headers=headers, timeout=60, trust_env=False))


@contextmanager
def witnessed(target: Path, folder: Path) -> Iterator[Witnessed]:
    """Stand before the cluster of a kubeconfig; what the witness needs lies in `folder`."""
    authority = pki.new_authority()
    shown = pki.issue(authority, "kube-apiserver", server=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pki.write_private(folder / "witness.pem", shown.key + b"\n" + shown.certificate))
    listening = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    listening.socket = tls.wrap_socket(listening.socket, server_side=True)
    address = f"https://127.0.0.1:{listening.server_address[1]}"
    kubeconfig = pki.write_kubeconfig(folder / "witnessed", address, authority, pki.issue(authority, "visitor"))
    found = Witnessed(kubeconfig, [], [])
    found.leads_to(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            found.requests.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {key: self.headers[key] for key in ("Accept", "Content-Type") if self.headers.get(key)}
            with (
                suppress(httpx.RemoteProtocolError, ConnectionError),
                found.clients[-1].stream(self.command, self.path, content=body, headers=kept) as answer,
            ):
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for part in answer.iter_raw():
                    self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  the names that the library looks for

        def log_message(self, *_: object) -> None:
            """Not on the terminal."""

    listening.RequestHandlerClass = Handler
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        listening.shutdown()
        listening.server_close()
        for client in found.clients:
            client.close()
