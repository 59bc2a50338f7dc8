"""Asks a registry which image a tag names today, by its HTTP API, and nothing else.

Where a registry wants to know who asks, it says where a token is to be had, or that a password will do; the login is
the one that `docker login` left. No answer of a server and no login gets into a message.
Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests and
https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import base64
import ipaddress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests.utils import parse_dict_header

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from longshore.images.docker_login import Login
    from longshore.images.names import Wanted

_MANIFESTS: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_HUB: Final = "registry-1.docker.io"
_SECONDS: Final = 30
_DIGEST: Final = Regex(r"sha256:[0-9a-f]{64}")
_NOT_FOUND: Final = 404
_WHO: Final = 401
_REFUSED: Final = frozenset((401, 403))
_MOST: Final = 4 << 20


class RegistryError(Exception):
    """Why a registry does not say what a name means, as a clause."""


class Registries:
    """Registries that are asked one after the other. login: host → who one is there."""

    def __init__(self, login: Callable[[str], Login | None]) -> None:
        self._login = login
        self._session = requests.Session()
        self._session.trust_env = True
        # Logins of `.netrc` are for other programs.
        self._session.auth = _no_auth

    def digest(self, wanted: Wanted) -> str | None:
        """Ask which image a tag names: its digest, or None where there is no such tag.

        Raises:
            RegistryError: the registry does not answer, or not to us.
        """
        address = f"{_scheme(wanted.host)}://{_HUB if wanted.host == 'docker.io' else wanted.host}"
        url = f"{address}/v2/{wanted.repository}/manifests/{wanted.tag}"
        answer = self._asked("HEAD", url, {})
        headers: dict[str, str] = {}
        if answer.status_code == _WHO:
            headers = self._proof(answer.headers.get("WWW-Authenticate", ""), wanted)
            answer = self._asked("HEAD", url, headers)
        if answer.status_code == _NOT_FOUND:
            return None
        if answer.status_code in _REFUSED:
            raise RegistryError(
                f"{wanted.host} does not show `{wanted.repository}` to us; `docker login {wanted.host}`"
            )
        if not answer.ok:
            raise RegistryError(f"{wanted.host} answers with {answer.status_code}")
        digest = answer.headers.get("Docker-Content-Digest", "")
        return digest if _DIGEST.fullmatch(digest) else self._counted(url, headers, wanted.host)

    def _counted(self, url: str, headers: dict[str, str], host: str) -> str:
        """The digest of the manifest itself, for a registry that does not name it."""
        answer = self._asked("GET", url, headers)
        if not answer.ok or len(answer.content) > _MOST:
            raise RegistryError(f"{host} gives no manifest")
        return f"sha256:{sha256(answer.content).hexdigest()}"

    def _asked(self, method: str, url: str, headers: dict[str, str], **more: Any) -> requests.Response:
        host = urlsplit(url).netloc
        try:
            return self._session.request(
                method, url, headers={"Accept": _MANIFESTS, **headers}, timeout=_SECONDS, **more
            )
        except requests.exceptions.SSLError:
            raise RegistryError(f"{host} has no certificate that is trusted here") from None
        except requests.RequestException:
            raise RegistryError(f"{host} does not answer") from None

    def _proof(self, challenge: str, wanted: Wanted) -> dict[str, str]:
        """What to send to a registry that wants to know who asks."""
        scheme, _, rest = challenge.partition(" ")
        login = self._login(wanted.host)
        if scheme.lower() == "basic":
            if login is None or login.token:
                raise RegistryError(f"{wanted.host} wants a login; `docker login {wanted.host}`")
            return {"Authorization": _basic(login)}
        if scheme.lower() != "bearer":
            raise RegistryError(f"{wanted.host} wants a proof that is not known here")
        fields = parse_dict_header(rest)
        realm = str(fields.get("realm") or "")
        place = urlsplit(realm)
        if place.scheme != "https" and not (place.scheme == "http" and _loopback(place.hostname or "")):
            raise RegistryError(f"{wanted.host} sends us to a server of tokens without TLS")
        scope = str(fields.get("scope") or f"repository:{wanted.repository}:pull")
        asked = {"service": str(fields.get("service") or ""), "scope": scope}
        return {"Authorization": f"Bearer {self._token(realm, asked, login, wanted.host)}"}

    def _token(self, realm: str, asked: dict[str, str], login: Login | None, host: str) -> str:
        if login and login.token:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": login.token, "client_id": "longshore"}
            answer = self._asked("POST", realm, {}, data=form)
        else:
            headers = {"Authorization": _basic(login)} if login else {}
            answer = self._asked("GET", realm, headers, params=asked)
        try:
            found = answer.json() if answer.ok else {}
        except ValueError:
            found = {}
        token = (found.get("token") or found.get("access_token")) if isinstance(found, dict) else None
        if not isinstance(token, str):
            raise RegistryError(f"{host} gives us no token; `docker login {host}`")
        return token


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _basic(login: Login) -> str:
    return f"Basic {base64.b64encode(f'{login.user}:{login.password}'.encode()).decode('ascii')}"


def _scheme(host: str) -> str:
    """Plain HTTP is for registries on the machine itself, as Docker has it."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return "http" if _loopback(name.strip("[]")) else "https"


def _loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
