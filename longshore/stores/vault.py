"""HashiCorp Vault, KV version 2, by hvac with the token of the shell (`VAULT_TOKEN`, or what `vault login` left).

Every write says the version that it is based on (`cas`), so that Vault itself refuses when somebody else was faster.
Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import hvac
import requests
from hvac import exceptions
from requests.adapters import HTTPAdapter

from longshore.errors import Refused
from longshore.stores.document import content_of, document
from longshore.stores.interface import (
    EMPTY,
    MISSHAPEN,
    MOST_PAGES,
    BackendError,
    Changed,
    Content,
    Deleted,
    Denied,
    Described,
    Misshapen,
    Version,
)
from longshore.stores.key_names import PREFIX, names_of, noted
from longshore.stores.quiet import hush

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.settings import Settings
    from longshore.stores.value import Value

_FIELD_LENGTH: Final = 512


class Place(NamedTuple):
    """Where a stack's secrets live. certificate: PEM of the authority that Vault's own certificate is from."""

    server: str
    mount: str
    namespace: str = ""
    certificate: str = ""


def connect(settings: Settings, environment: Mapping[str, str], *, deploying: bool = False) -> Vault:  # noqa: ARG001
    """Connect for a stack, with the token of the shell."""
    secrets = settings.secrets
    server = secrets.server_from_outside or secrets.server
    return Vault(Place(server, secrets.mount, secrets.vault_namespace, secrets.certificate), environment)


class Vault:
    """A `Backend`; see `longshore.stores.interface`."""

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self._where = place
        elsewhere = environment.get("VAULT_ADDR", "").rstrip("/")
        if elsewhere and elsewhere != place.server.rstrip("/"):
            raise Refused(
                f"VAULT_ADDR is {elsewhere}, but the stack's Vault is {place.server}",
                "log in to the stack's Vault and unset VAULT_ADDR, or correct the address in the stack file",
            )
        hush()
        client = hvac.Client(url=place.server, session=_session(place.certificate), namespace=place.namespace or None)
        if not client.token:
            raise BackendError(f"there is no token for Vault at {place.server}", _LOGIN)
        self._client = client
        self._kv: Any = client.secrets.kv.v2

    def place(self) -> str:
        """Look the token up, so that one that has expired is told before anything else."""
        try:
            with _explaining("use the token"):
                self._client.auth.token.lookup_self()
        except Denied:
            raise BackendError("the Vault token has expired or is not valid", _LOGIN) from None
        inside = f", namespace {self._where.namespace}" if self._where.namespace else ""
        return f"Vault {self._where.server}{inside}, mount {self._where.mount}"

    def describe(self, path: str) -> Described | None:
        """Describe by the metadata, which holds no value."""
        try:
            with _explaining("describe", path):
                found = self._metadata(path)
                current = str(found["current_version"] or "")
                versions: Mapping[str, Any] = found["versions"] or {}
                readable = [number for number in sorted(map(int, versions)) if _readable(versions[str(number)])]
                earlier = [number for number in readable if current and number < int(current)]
                keys = names_of(current, found.get("custom_metadata") or {})
                deleted = _time(versions[current]["deletion_time"]) if current in versions else None
                return Described(current, str(earlier[-1]) if earlier else "", keys, deleted)
        except _Absent:
            return None

    def read(self, path: str, version: str = "") -> Content:
        """Read from `data/`."""
        try:
            with _explaining("read", path):
                found = self._kv.read_secret_version(
                    path=path,
                    version=int(version) if version else None,
                    mount_point=self._where.mount,
                    raise_on_deleted_version=False,
                )["data"]
                number = str(found["metadata"]["version"])
                if found["data"] is None:
                    raise Deleted(path)
                return content_of(number, found["data"], path)
        except _Absent:
            return EMPTY

    def write(self, path: str, values: Mapping[str, Value], base: str) -> str:
        """Write to `data/` with `cas`."""
        document(path, values)
        return self._put(path, {key: values[key].reveal() for key in sorted(values)}, base)

    def roll_back(self, path: str, to: str, base: str) -> str:
        """Write the content of version `to` again: a KV version is only ever the newest."""
        old = self.read(path, to)
        return self._put(path, {key: value.reveal() for key, value in old.values.items()}, base)

    def restore(self, path: str) -> None:
        """Undelete the current version."""
        described = self.describe(path)
        if described and described.version:
            with _explaining("restore", path):
                self._kv.undelete_secret_versions(
                    path=path, versions=[int(described.version)], mount_point=self._where.mount
                )

    def versions(self, path: str) -> tuple[Version, ...]:
        """List the versions that are neither deleted nor destroyed."""
        try:
            with _explaining("list the versions of", path):
                found = self._metadata(path)
                current = found["current_version"]
                numbers = sorted(map(int, found["versions"] or {}), reverse=True)
                each = ((number, found["versions"][str(number)]) for number in numbers)
                return tuple(
                    Version(str(number), _time(version["created_time"]), number == current)
                    for number, version in each
                    if _readable(version)
                )
        except _Absent:
            return ()

    def paths(self, prefix: str) -> tuple[str, ...] | None:
        """List the folder, and the folders below it; what may not be listed is left out, unless it is all of it."""
        found: list[str] = []
        folders = [prefix.rstrip("/")]
        for count in range(MOST_PAGES):
            if not folders:
                return tuple(sorted(found))
            folder = folders.pop()
            try:
                listed = self._listed(folder)
            except Denied:
                if not count:
                    return None
                continue
            folders += [name[:-1] for name in listed if name.endswith("/")]
            found += [name for name in listed if not name.endswith("/")]
        raise Misshapen(f"list {prefix}", "Vault")

    def _listed(self, folder: str) -> list[str]:
        try:
            with _explaining("list", folder):
                names = self._kv.list_secrets(path=folder, mount_point=self._where.mount)["data"]["keys"]
                return [f"{folder}/{name}" for name in names]
        except _Absent:
            return []

    def _metadata(self, path: str) -> Mapping[str, Any]:
        with _explaining("describe", path):
            found: Mapping[str, Any] = self._kv.read_secret_metadata(path=path, mount_point=self._where.mount)["data"]
            return found

    def _put(self, path: str, values: Mapping[str, str], base: str) -> str:
        with _explaining("write", path):
            written = self._kv.create_or_update_secret(
                path=path, secret=values, cas=int(base or 0), mount_point=self._where.mount
            )
            version = str(written["data"]["version"])
        self._name_keys(path, version, sorted(values))
        return version

    def _name_keys(self, path: str, version: str, keys: list[str]) -> None:
        """Note the names of the keys where no right to the values is needed; who may not, leaves it."""
        try:
            with _explaining("describe", path):
                before = self._metadata(path)
                others = {x: y for x, y in (before.get("custom_metadata") or {}).items() if not x.startswith(PREFIX)}
                self._kv.update_metadata(
                    path=path,
                    max_versions=before["max_versions"],
                    cas_required=before["cas_required"],
                    delete_version_after=before["delete_version_after"],
                    mount_point=self._where.mount,
                    custom_metadata={**others, **noted(keys, version, _FIELD_LENGTH)},
                )
        except Denied:
            return


def _session(certificate: str) -> requests.Session:
    session = requests.Session()
    if certificate:
        session.mount("https://", _Trusting(ssl.create_default_context(cadata=certificate)))
    return session


class _Trusting(HTTPAdapter):
    """Trusts an authority that is given as text; requests by itself takes only files."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)


def _readable(version: Mapping[str, Any]) -> bool:
    return not version["destroyed"] and not version["deletion_time"]


def _time(text: str) -> datetime | None:
    """Vault writes nanoseconds, and nothing where there is no time."""
    return datetime.fromisoformat(f"{text.partition('.')[0].removesuffix('Z')}+00:00") if text else None


class _Absent(BackendError):  # noqa: N818
    """There is no such secret, or no such version of it."""


_LOGIN: Final = "log in with `vault login`, or set VAULT_TOKEN, then run the command again"


@contextmanager
def _explaining(doing: str, path: str = "") -> Iterator[None]:
    """Turn what hvac raises into errors of ours; Vault's own words are not passed on, they may quote a request."""
    what = f"{doing} {path}".strip()
    try:
        yield
    except exceptions.InvalidPath:
        raise _Absent(f"can't {what}: it is not there") from None
    except exceptions.Forbidden:
        raise Denied(f"can't {what}: Vault denies it", _RIGHTS) from None
    except exceptions.InvalidRequest as error:
        if "check-and-set" in str(error.errors):
            raise Changed(
                f"{path} was changed by somebody else in the meantime; nothing of ours was written to it",
                "run the command again: it shows what differs now",
            ) from None
        raise BackendError(f"can't {what}: Vault refuses the request") from None
    except exceptions.RateLimitExceeded:
        raise BackendError(f"can't {what}: Vault throttles the requests", "wait a minute, then run it again") from None
    except exceptions.VaultDown:
        raise BackendError(f"can't {what}: Vault is sealed or down", "unseal it, then run the command again") from None
    except exceptions.VaultError as error:
        raise BackendError(f"can't {what}: Vault answered {type(error).__name__}") from None
    except requests.RequestException as error:
        raise BackendError(f"can't {what}: Vault was not reached ({type(error).__name__})", _NETWORK) from None
    except MISSHAPEN:
        raise Misshapen(what, "Vault") from None


_RIGHTS: Final = "docs/secrets.md lists the rights that each verb needs"
_NETWORK: Final = "see `secrets.server` in the stack file, the network, and VAULT_CACERT for a private authority"
