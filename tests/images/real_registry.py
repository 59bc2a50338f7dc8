"""A real registry on this machine, that of the CNCF: with no login, with a password, or with a server of tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import subprocess
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tools.cluster.toolchain import provide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

USER, PASSWORD = "builder", "canary-4f9a8b7c6d5e:with a colon"
HASHED = "$2b$04$2el1HvMN9DBp1JvzV5BXK.PJAGVWcMG/Za4kTdsNPUqfiq0H/4//W"
"""The password by bcrypt, which is all that the registry takes."""
BASIC = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
TYPE = "application/vnd.oci.image.index.v1+json"


@contextmanager
def registry(folder: Path, auth: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Run one, and give its host."""
    port = _free()
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": secrets.token_hex(8)},
        **({"auth": dict(auth)} if auth else {}),
    }
    (folder / "registry.json").write_text(json.dumps(settings), "utf-8")
    program = provide(("registry",))["registry"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(folder / "registry.json")], stdout=log, stderr=log)
    try:
        _wait(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def htpasswd(folder: Path) -> dict[str, Any]:
    (folder / "htpasswd").write_text(f"{USER}:{HASHED}\n", "utf-8")
    return {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}


def push(host: str, repository: str, tag: str, authorization: str = "") -> str:
    """Put an empty index there, and give its digest."""
    index = json.dumps({"schemaVersion": 2, "mediaType": TYPE, "manifests": [], "annotations": {"of": tag}}).encode()
    headers = {"Authorization": authorization} if authorization else {}
    _put(f"http://{host}/v2/{repository}/manifests/{tag}", index, headers)
    return f"sha256:{hashlib.sha256(index).hexdigest()}"


def retag(host: str, repository: str, old: str, new: str) -> None:
    """Let another tag name an image that is there."""
    url = f"http://{host}/v2/{repository}/manifests/"
    _put(url + new, httpx.get(url + old, headers={"Accept": TYPE}).raise_for_status().content, {})


def _put(url: str, index: bytes, headers: Mapping[str, str]) -> None:
    httpx.put(url, content=index, headers={"Content-Type": TYPE, **headers}).raise_for_status()


class Tokens:
    """A server of tokens. asked: the queries and forms that came. bearer: a token of its own making."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self._jwk = {
            "kty": "EC",
            "crv": "P-256",
            "kid": "tests",
            "x": _encoded(numbers.x.to_bytes(32, "big")),
            "y": _encoded(numbers.y.to_bytes(32, "big")),
        }
        (folder / "keys.json").write_text(json.dumps({"keys": [self._jwk]}), "utf-8")
        self._keys = str(folder / "keys.json")
        self.asked: list[dict[str, str]] = []
        self.port = 0

    def auth(self) -> dict[str, Any]:
        """The settings of a registry that believes these tokens."""
        realm = f"http://127.0.0.1:{self.port}/token"
        return {"token": {"realm": realm, "service": "tests", "issuer": "tests", "jwks": self._keys}}

    def bearer(self, repository: str, *actions: str) -> str:
        head = {"typ": "JWT", "alg": "ES256", "kid": "tests"}
        now = int(time.time())
        access = [{"type": "repository", "name": repository, "actions": list(actions)}]
        claims = {"iss": "tests", "aud": "tests", "sub": USER, "iat": now - 5, "nbf": now - 5, "exp": now + 300}
        text = ".".join(
            _encoded(json.dumps(part).encode()) for part in (head, {**claims, "jti": "1", "access": access})
        )
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    @contextmanager
    def running(self) -> Iterator[None]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tokens = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = {key: found[-1] for key, found in parse_qs(urlsplit(self.path).query).items()}
                self._answer(asked, allowed=self.headers.get("Authorization", "") == BASIC)

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {key: found[-1] for key, found in parse_qs(form).items()}
                self._answer(asked, allowed=asked.get("refresh_token") == PASSWORD)

            def _answer(self, asked: dict[str, str], *, allowed: bool) -> None:
                tokens.asked.append(asked)
                name = asked["scope"].split(":")[1]
                public = name.startswith("public/")
                token = tokens.bearer(name, *(["pull"] if allowed or public else []))
                body = json.dumps({"access_token": token}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing: a test looks at what came."""

        return Handler


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the registry does not listen")
