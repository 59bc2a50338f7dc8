"""Speaks with a Docker Engine, or with Podman as one: over its socket, TCP or SSH, reading only.

`DOCKER_HOST` is understood as `docker` does: `unix://`, `tcp://` (with `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`) and
`ssh://`. The version of the API is what the engine offers: newest engines refuse old ones.
Source: https://docs.docker.com/reference/api/engine/
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
from base64 import b64decode
from typing import TYPE_CHECKING, Any, Dict, NamedTuple, cast
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import BufferedRWPair

PATIENCE = 120.0
"""Seconds for one answer: an engine counts the files of all volumes before it says how large they are."""

_MOST = 64 << 20
_BLOCK = 512
_AT_ONCE = 16
_OK = 200
_TLS_PORT, _PORT = 2376, 2375


class EngineError(Exception):
    """The engine refused a question, or can't be reached; the message is for people and holds nothing it said.

    gone: nobody answers, which may pass; else this question has no answer.
    """

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone


class Place(NamedTuple):
    """The owner and the mode of a file or a directory in a container."""

    uid: int
    gid: int
    mode: int


class _Socket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


class _Pipe:
    """What http.client asks of a socket, for a program that carries the bytes."""

    def __init__(self, words: list[str]) -> None:
        pipe = subprocess.PIPE
        self._program = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)  # noqa: S603  ssh

    def sendall(self, data: bytes) -> None:
        stdin = self._program.stdin
        assert stdin  # noqa: S101  it was asked for
        stdin.write(data)
        stdin.flush()

    def makefile(self, *_: Any, **__: Any) -> BufferedRWPair:
        return cast("BufferedRWPair", self._program.stdout)

    def close(self) -> None:
        self._program.kill()
        self._program.wait()


class _Ssh(http.client.HTTPConnection):
    def __init__(self, words: list[str]) -> None:
        super().__init__("engine", timeout=PATIENCE)
        self._words = words

    def connect(self) -> None:
        self.sock = cast("socket.socket", _Pipe(self._words))


class Engine:
    """One engine, by one connection that is kept as long as it holds."""

    def __init__(self, address: str = "") -> None:
        self.address = address or default_address()
        self._connection: http.client.HTTPConnection | None = None
        self._prefix = ""
        self.podman = False
        self.counts = True
        """Does it count what each container uses? False: its numbers are those of all processes of a user together."""

    @property
    def local(self) -> bool:
        """Does it run on this machine, so that what is seen here is what it sees?"""
        return self.address.startswith("unix://")

    def version(self) -> dict[str, Any]:
        """Ask what it is, and speak its version of the API from now on.

        Raises:
            EngineError: it can't be reached.
        """
        self._prefix = ""
        said = cast("Dict[str, Any]", self.get("version"))
        self._prefix = "/v" + str(said.get("ApiVersion", "1.41"))
        self.podman = any("podman" in str(part.get("Name", "")).lower() for part in said.get("Components") or ())
        return said

    def get(self, what: str, **query: Any) -> Any:
        """Read something: `containers/json`, `info`.

        Raises:
            EngineError: it has no answer, or can't be reached.
        """
        text = self._text(what, query)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise EngineError(what + ": the answer is no JSON") from None

    def known(self, what: str, **query: Any) -> Any:
        """Read something that may not be there any more, or that not every engine tells: None.

        Raises:
            EngineError: it can't be reached.
        """
        try:
            return self.get(what, **query)
        except EngineError as error:
            if error.gone:
                raise
            return None

    def details(self, container: str) -> bool:
        """Does it tell memory of a container apart: what may be forgotten at any time, and what may not?

        Raises:
            EngineError: it can't be reached.
        """
        said = self.known("containers/" + container + "/stats", stream=False, **{"one-shot": True})
        return bool(((said or {}).get("memory_stats") or {}).get("stats"))

    def known_of_all(self, whats: Sequence[str], **query: Any) -> Iterator[Any]:
        """As `known`, for several questions, in their order and asked at once.

        An engine takes the numbers of a container each second, and an answer waits for them: one after the other, forty
        containers would take forty seconds. One that ends meanwhile is answered with nothing, with half of it, or by a
        closed connection: that is no answer about this one, and says nothing of the others.

        Raises:
            EngineError: it can't be reached.
        """
        width = 1 if self.address.startswith("ssh://") else _AT_ONCE
        for first in range(0, len(whats), width):
            asked: list[http.client.HTTPConnection] = []
            try:
                for what in whats[first : first + width]:
                    asked.append(_connection(self.address))
                    asked[-1].request("GET", self._path(what, query), headers={"Host": "engine"})
                yield from map(_answered, asked)
            except (OSError, http.client.HTTPException) as error:
                raise EngineError(_why(self.address, error), gone=True) from None
            finally:
                for connection in asked:
                    connection.close()

    def lines(self, what: str, **query: Any) -> list[Any]:
        """Read something that comes as one JSON document a line: `events`.

        Raises:
            EngineError: as `get`.
        """
        text = self._text(what, query)
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise EngineError(what + ": the answer is no JSON") from None

    def _text(self, what: str, query: dict[str, Any]) -> str:
        answer = self._ask("GET", self._path(what, query))
        try:
            text = answer.read(_MOST)
            more = answer.read(1)
            if answer.length and not more:  # less came than was announced
                raise http.client.IncompleteRead(text, answer.length)
        except (OSError, http.client.HTTPException) as error:  # it went away while it answered
            self.close()
            raise EngineError(_why(self.address, error), gone=True) from None
        if more:
            self.close()
            raise EngineError(f"{what}: the answer has more than {_MOST >> 20} MiB")
        if answer.status != _OK:
            raise EngineError(f"{what}: the engine answers {answer.status}")
        return text.decode("utf-8", "replace")

    def stat(self, container: str, path: str) -> dict[str, Any] | None:
        """Name, mode and target of a path in a container; None: there is none, or the engine does not say."""
        try:
            answer = self._ask("HEAD", self._path("containers/" + container + "/archive", {"path": path}))
        except EngineError as error:
            if error.gone:
                raise
            return None
        answer.read()
        found = answer.getheader("X-Docker-Container-Path-Stat")
        if answer.status != _OK or not found:
            return None
        return cast("Dict[str, Any]", json.loads(b64decode(found).decode("utf-8", "replace")))

    def place(self, container: str, path: str) -> Place | None:
        """Owner and mode of a path in a container, from the head of its archive, of which no more is read."""
        head = self._archive(container, path, _BLOCK)
        try:
            return Place(int(head[108:115], 8), int(head[116:123], 8), int(head[100:107], 8) & 0o7777)
        except ValueError:  # nothing, or a number that is written another way
            return None

    def small_file(self, container: str, path: str) -> str:
        """The text of a file of at most 256 KiB in a container; empty: there is none."""
        archive = self._archive(container, path, _BLOCK + (256 << 10))
        try:
            size = int(archive[124:135], 8)
        except ValueError:
            return ""
        return archive[_BLOCK : _BLOCK + size].decode("utf-8", "replace")

    def _archive(self, container: str, path: str, most: int) -> bytes:
        try:
            answer = self._ask("GET", self._path("containers/" + container + "/archive", {"path": path}))
            head = answer.read(most)
        except EngineError as error:
            if error.gone:
                raise
            return b""
        except (OSError, http.client.HTTPException):
            self.close()
            return b""
        if not answer.isclosed():  # the rest of it is of no use
            self.close()
        return head if answer.status == _OK else b""

    def close(self) -> None:
        """Let go of the connection; the next question makes a new one."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _path(self, what: str, query: dict[str, Any]) -> str:
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in query.items()}
        return self._prefix + "/" + quote(what) + ("?" + urlencode(texts) if texts else "")

    def _ask(self, verb: str, path: str) -> http.client.HTTPResponse:
        kept = self._connection is not None
        try:
            return self._once(verb, path)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept:
                raise EngineError(_why(self.address, error), gone=True) from None
        try:  # the engine closes connections that nobody used for a while
            return self._once(verb, path)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise EngineError(_why(self.address, error), gone=True) from None

    def _once(self, verb: str, path: str) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = _connection(self.address)
        self._connection.request(verb, path, headers={"Host": "engine"})
        return self._connection.getresponse()


def _answered(connection: http.client.HTTPConnection) -> Any:
    """The answer to what was asked on a connection of its own; None: there is none."""
    try:
        answer = connection.getresponse()
        text = answer.read(_MOST)
        return json.loads(text.decode("utf-8", "replace")) if answer.status == _OK else None
    except (OSError, ValueError, http.client.HTTPException):
        return None


def _why(address: str, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"the engine at {address} does not answer: {reason}"


def default_address() -> str:
    """`DOCKER_HOST`, else the first socket that is there: Docker's, Docker's without root, Podman's."""
    if os.environ.get("DOCKER_HOST"):
        return os.environ["DOCKER_HOST"]
    own = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    known = ("/var/run/docker.sock", own + "/docker.sock", own + "/podman/podman.sock", "/run/podman/podman.sock")
    there = [path for path in known if os.path.exists(path)]
    usable = [path for path in there if os.access(path, os.R_OK | os.W_OK)]
    return "unix://" + (usable or there or known)[0]


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return _Socket(parts.path)
    if parts.scheme == "ssh" and parts.hostname and not parts.hostname.startswith("-"):
        target = (parts.username + "@" if parts.username else "") + parts.hostname
        port = ["-p", str(parts.port)] if parts.port else []
        engine = ["--host", "unix://" + parts.path] if parts.path.strip("/") else []
        return _Ssh(["ssh", "-o", "BatchMode=yes", *port, "--", target, "docker", *engine, "system", "dial-stdio"])
    if parts.scheme in {"tcp", "http", "https"} and parts.hostname:
        if parts.scheme == "https" or os.environ.get("DOCKER_TLS_VERIFY"):
            return http.client.HTTPSConnection(
                parts.hostname, parts.port or _TLS_PORT, timeout=PATIENCE, context=_certificates()
            )
        return http.client.HTTPConnection(parts.hostname, parts.port or _PORT, timeout=PATIENCE)
    raise EngineError("the address of an engine begins with unix://, tcp:// or ssh://")


def _certificates() -> ssl.SSLContext:
    folder = os.environ.get("DOCKER_CERT_PATH") or os.path.expanduser("~/.docker")
    context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
    context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
    return context
