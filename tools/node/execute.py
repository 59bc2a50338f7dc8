"""Runs commands in containers as `kubectl exec` does, without a process of fifty megabytes for each of them.

The API server speaks WebSocket (RFC 6455); a message's first byte says which stream it belongs to, and the last one is
a Status that has the code (https://kubernetes.io/blog/2024/08/20/websockets-transition/).
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

from tools.node.node import Done

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from tools.cluster.api import Access

_SECONDS: Final = 300.0
_CLOSE, _PING, _PONG = 8, 9, 10
_OUT, _ERROR, _STATUS = 1, 2, 3
_SWITCHED: Final = b" 101 "
_TWO_BYTES, _EIGHT_BYTES = 126, 127


class ExecuteError(Exception):
    """The API server did not let the command run; the message is what it said."""


def execute(access: Access, namespace: str, pod: str, container: str, command: Sequence[str]) -> Done:
    """Run a command in a container that runs; a code that is not 0 is no error.

    Raises:
        ExecuteError: it could not be started; there is no such pod, or its container does not run.
    """
    query = urlencode(
        [("container", container), ("stdout", "true"), ("stderr", "true"), *(("command", x) for x in command)]
    )
    path = f"/api/v1/namespaces/{quote(namespace)}/pods/{quote(pod)}/exec?{query}"
    url = urlsplit(access.server)
    with (
        socket.create_connection((url.hostname or "", url.port or 443), _SECONDS) as plain,
        access.trust.wrap_socket(plain, server_hostname=url.hostname) as wire,
        wire.makefile("rb") as incoming,
    ):
        _shake_hands(wire, incoming, url.netloc, path, access.headers)
        streams = {_OUT: bytearray(), _ERROR: bytearray(), _STATUS: bytearray()}
        for message in _messages(wire, incoming):
            if message and message[0] in streams:
                streams[message[0]] += message[1:]
    out, err = (bytes(streams[x]).decode(errors="replace") for x in (_OUT, _ERROR))
    return Done(_code(bytes(streams[_STATUS])), out, err)


def _shake_hands(wire: socket.socket, incoming: BinaryIO, host: str, path: str, headers: dict[str, str]) -> None:
    asked = {
        "Host": host,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "v5.channel.k8s.io",
        **headers,
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{key}: {value}" for key, value in asked.items()), "", ""]
    wire.sendall("\r\n".join(lines).encode())
    first = incoming.readline()
    length = 0
    while line := incoming.readline().strip():
        key, _, value = line.partition(b":")
        length = int(value) if key.lower() == b"content-length" else length
    if _SWITCHED not in first:
        raise ExecuteError(f"{path}: {first.decode().strip()} {incoming.read(length).decode(errors='replace')}")


def _messages(wire: socket.socket, incoming: BinaryIO) -> Iterator[bytes]:
    """Every message until the server closes; one may come in several frames."""
    whole = b""
    while True:
        head = incoming.read(2)
        if len(head) < 2:  # noqa: PLR2004  a frame begins with two bytes
            return
        last, kind, length = head[0] & 0x80, head[0] & 0x0F, head[1] & 0x7F
        if length == _TWO_BYTES:
            (length,) = struct.unpack(">H", incoming.read(2))
        elif length == _EIGHT_BYTES:
            (length,) = struct.unpack(">Q", incoming.read(8))
        content = incoming.read(length)
        if kind == _CLOSE:
            return
        if kind == _PING:
            # What a client sends is masked; with zeros it stays as it is.
            wire.sendall(bytes([0x80 | _PONG, 0x80 | len(content)]) + bytes(4) + content)
        else:
            whole += content
            if last:
                yield whole
                whole = b""


def _code(status: bytes) -> int:
    said = json.loads(status or b"{}")
    causes = said.get("details", {}).get("causes", ())
    codes = [int(x["message"]) for x in causes if x.get("reason") == "ExitCode"]
    return codes[0] if codes else 0 if said.get("status") == "Success" else 137
