"""One request to an API server, by what the standard library has: a login must not take longer than what it is for."""

from __future__ import annotations

import json
import os
import ssl
import tempfile
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from longshore.errors import UNREACHED, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

    from longshore.cluster.kubeconfig import Context

SECONDS: Final = 15


class Answer(NamedTuple):
    """What an API server answered: the code of HTTP, and the object, empty where it was none."""

    code: int
    content: Mapping[str, Any]


class Unreached(Refused):
    """Nobody answers at the address of the API server, or not who should, or the answer ended before its end."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002  the word users see
        super().__init__(message, help, UNREACHED)


class Request(NamedTuple):
    """What is asked of an API server. path: with its query. kind: the media type of `body`."""

    path: str
    method: str = "GET"
    body: bytes = b""
    kind: str = "application/json"


def ask(context: Context, shown: Mapping[str, Any], path: str) -> Answer:
    """Get what is at `path` of an API server. shown: by `credentials.shown`.

    Raises:
        Unreached: it can't be reached.
    """
    with sent(context, shown, Request(path)) as response:
        text = response.read()
    return Answer(response.status, content_of(text))


def content_of(text: bytes) -> Mapping[str, Any]:
    """The object that an answer is; empty where it is none."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def sent(
    context: Context, shown: Mapping[str, Any], request: Request, seconds: float = SECONDS
) -> Iterator[HTTPResponse]:
    """Send a request and give the answer, of which nothing was read yet; it is of use inside the block only.

    seconds: how long to wait for a connection, and for each piece of the answer.

    Raises:
        Unreached: it can't be reached, or falls silent while the block reads.
    """
    place = urlsplit(context.server)
    headers = {"Accept": "application/json", **({"Content-Type": request.kind} if request.body else {})}
    if shown.get("token"):
        headers["Authorization"] = f"Bearer {shown['token']}"
    try:
        connection = _connection(context, shown, seconds)
        try:
            path = f"{place.path.rstrip('/')}{request.path}"
            connection.request(request.method, path, body=request.body or None, headers=headers)
            yield connection.getresponse()
        finally:
            connection.close()
    except ssl.SSLCertVerificationError:
        message = f"{context.server} does not show a certificate of the authority of `{context.name}`"
        raise Unreached(message, "another cluster answers there, or the kubeconfig is older than it") from None
    except (OSError, HTTPException, ssl.SSLError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        message = f"the cluster of context `{context.name}` was not reached at {context.server}: {reason}"
        raise Unreached(message) from None


class _Named(HTTPSConnection):
    """TLS with the name that the server's certificate has, where its address is another."""

    server_name = ""

    def connect(self) -> None:
        HTTPConnection.connect(self)
        context: ssl.SSLContext = self._context  # type: ignore[attr-defined]
        self.sock = context.wrap_socket(self.sock, server_hostname=self.server_name or self._wanted)

    @property
    def _wanted(self) -> str:
        return str(getattr(self, "_tunnel_host", None) or self.host)


def _connection(context: Context, shown: Mapping[str, Any], seconds: float) -> HTTPConnection:
    place = urlsplit(context.server)
    host, port = place.hostname or "", place.port or (443 if place.scheme == "https" else 80)
    proxy = urlsplit(str(context.cluster.get("proxy-url") or _proxy(place.scheme, f"{host}:{port}")))
    if proxy.scheme not in {"", "http"}:
        raise Refused(f"the proxy of context `{context.name}` is no HTTP proxy", "name one with `http://`")
    to, at = (proxy.hostname or "", proxy.port or 80) if proxy.hostname else (host, port)
    if place.scheme != "https":
        connection = HTTPConnection(to, at, timeout=seconds)
    else:
        connection = _Named(to, at, timeout=seconds, context=_trust(context, shown))
        connection.server_name = str(context.cluster.get("tls-server-name") or "")
    if proxy.hostname:
        connection.set_tunnel(host, port)
    return connection


def _proxy(scheme: str, host: str) -> str:
    """The proxy that the shell names, except for this machine, as Kubernetes' own clients have it."""
    name = host.rpartition(":")[0]
    if name in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(name):
        return ""
    return getproxies().get(scheme, "")


def _trust(context: Context, shown: Mapping[str, Any]) -> ssl.SSLContext:
    authority = context.authority
    found = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if context.cluster.get("insecure-skip-tls-verify"):
        found.check_hostname, found.verify_mode = False, ssl.CERT_NONE
    if shown.get("clientCertificateData"):
        # OpenSSL takes certificates from files only; this one is ours alone, and gone at once.
        handle, name = tempfile.mkstemp(prefix="longshore-")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(f"{shown['clientCertificateData']}\n{shown['clientKeyData']}\n")
            found.load_cert_chain(name)
        finally:
            os.unlink(name)
    return found
