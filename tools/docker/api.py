"""Speaks with a Docker Engine over its socket: plain dicts in and out, every refusal with the engine's own words.

No `docker` program is needed, whose start takes longer than most answers. Source:
https://docs.docker.com/reference/api/engine/version/v1.41/
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlencode

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = "v1.41"
_SECONDS = 600.0
_FRAME = 8
_STDERR = 2


class EngineError(Exception):
    """The engine refused; the message is its own, with what was asked."""


class Done(NamedTuple):
    """What a command in a container gave."""

    code: int
    out: str
    err: str


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("docker", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(str(self._path))


class Api:
    """One engine; it may be asked from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def answers(self) -> bool:
        """Whether the engine is up."""
        try:
            return self._ask("GET", "/_ping") == b"OK"
        except (OSError, EngineError):
            return False

    def get(self, what: str, **query: Any) -> Any:
        """Read something: `containers/json`, `containers/ID/json`, `info`."""
        return json.loads(self._ask("GET", f"/{_VERSION}/{what}{_query(query)}"))

    def post(self, what: str, body: Any = None, **query: Any) -> Any:
        """Do something; None where the engine has nothing to say."""
        text = self._ask("POST", f"/{_VERSION}/{what}{_query(query)}", json.dumps(body or {}).encode())
        return json.loads(text) if text.strip() else None

    def delete(self, what: str, **query: Any) -> None:
        """Remove something; gone already is as good."""
        try:
            self._ask("DELETE", f"/{_VERSION}/{what}{_query(query)}")
        except EngineError as error:
            if f" {http.HTTPStatus.NOT_FOUND.value} " not in str(error):
                raise

    def load(self, archive: Path) -> None:
        """Take in the images of an archive as `docker save` writes it."""
        with archive.open("rb") as content:
            headers = {"Content-Type": "application/x-tar", "Content-Length": str(archive.stat().st_size)}
            said = self._ask("POST", f"/{_VERSION}/images/load?quiet=1", content, headers)
        for line in said.splitlines():
            if b"errorDetail" in line:
                raise EngineError(f"load {archive}: {json.loads(line)['error']}")

    def execute(self, container: str, command: list[str], *, user: str = "") -> Done:
        """Run a command in a running container, as `docker exec` does; a code that is not 0 is no error."""
        wanted = {"Cmd": command, "AttachStdout": True, "AttachStderr": True, "User": user}
        made = self.post(f"containers/{container}/exec", wanted)["Id"]
        body = json.dumps({"Detach": False, "Tty": False}).encode()
        streams = _streams(self._ask("POST", f"/{_VERSION}/exec/{made}/start", body))
        code = self.get(f"exec/{made}/json")["ExitCode"]
        return Done(code if code is not None else 137, *streams)

    def _ask(self, verb: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
        connection = _Connection(self._path)
        try:
            connection.request(verb, path, body, headers or {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        except http.client.HTTPException as error:
            raise EngineError(f"{verb} {path}: {error}") from error
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise EngineError(f"{verb} {path}: {answer.status} {text.decode(errors='replace').strip()}")
        return text


def _query(query: dict[str, Any]) -> str:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in query.items()}
    return f"?{urlencode(texts)}" if texts else ""


def _streams(text: bytes) -> tuple[str, str]:
    """Standard output and error, which come in one stream of frames: kind, three zeros, length, bytes."""
    parts: tuple[list[bytes], list[bytes]] = ([], [])
    at = 0
    while at + _FRAME <= len(text):
        kind, length = cast("tuple[int, int]", struct.unpack(">BxxxI", text[at : at + _FRAME]))
        parts[kind == _STDERR].append(text[at + _FRAME : at + _FRAME + length])
        at += _FRAME + length
    out, err = (b"".join(part).decode(errors="replace") for part in parts)
    return out, err
