"""A Kubernetes API client for tests: plain dicts in, plain dicts out, every refusal with the server's own words.

Built on httpx: the official client is generated code for each kind (30 MB, slow to import, no custom resources
without a detour), while tests need five verbs on any kind, strict field validation, dry runs and watches.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import tempfile
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import quote

import httpx
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

Manifest = dict[str, Any]

# How long anything may take whose seconds nobody measures: a machine that does other things too is no fault.
PATIENCE: Final = 600.0
_FIELD_MANAGER = "longshore-test"
_COME_AGAIN, _TIMES = 429, 30
_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


class ApiError(Exception):
    """The API server refused; `status` is the HTTP code, the message the server's own."""

    def __init__(self, status: int, message: str, what: str) -> None:
        super().__init__(f"{what}: {status} {message}")
        self.status = status


class Kind(NamedTuple):
    """Where objects of a kind live: `plural` in the path, in a namespace or not."""

    prefix: str
    plural: str
    namespaced: bool


def condition(manifest: Manifest, kind: str) -> bool:
    """Whether an object says of itself that it is `Ready`, `Complete` or whatever else."""
    conditions = manifest.get("status", {}).get("conditions") or []
    return any(x["type"] == kind and x["status"] == "True" for x in conditions)


def _bytes(section: Mapping[str, Any], name: str, folder: Path) -> bytes | None:
    """A PEM given in a kubeconfig, inline or as a file."""
    if inline := section.get(f"{name}-data"):
        return base64.b64decode(inline)
    file = section.get(name)
    return (folder / str(file)).read_bytes() if file else None


class Access(NamedTuple):
    """What a kubeconfig says of its current context: the server's URL, how to trust it, how to be known to it."""

    server: str
    trust: ssl.SSLContext
    headers: dict[str, str]


def access(kubeconfig: Path) -> Access:
    """Read a kubeconfig whose user has a certificate or a token.

    Raises:
        ValueError: its user needs a plugin.
    """
    config = yaml.safe_load(kubeconfig.read_text("utf-8"))
    contexts = {x["name"]: x["context"] for x in config["contexts"]}
    context = contexts[config["current-context"]]
    cluster = next(x["cluster"] for x in config["clusters"] if x["name"] == context["cluster"])
    user = next(x["user"] for x in config["users"] if x["name"] == context["user"])
    if "exec" in user or "auth-provider" in user:
        raise ValueError(f"{kubeconfig}: tests log in by certificate or token; this user needs a plugin")
    authority = _bytes(cluster, "certificate-authority", kubeconfig.parent)
    trust = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if certificate := _bytes(user, "client-certificate", kubeconfig.parent):
        key = _bytes(user, "client-key", kubeconfig.parent) or b""
        # Python's ssl reads a client's key from a file only.
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(key + b"\n" + certificate)
            file.flush()
            trust.load_cert_chain(file.name)
    headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
    return Access(cluster["server"], trust, headers)


def _connect(kubeconfig: Path) -> httpx.Client:
    server, trust, headers = access(kubeconfig)
    return httpx.Client(base_url=server, verify=trust, headers=headers, timeout=30, trust_env=False)


class Api:
    """A connection to one cluster; remembers which kinds it serves.

    explain: what there is to say of the cluster when a wait for it has ended in vain.
    """

    def __init__(self, kubeconfig: Path, explain: Callable[[], str] = str) -> None:
        self.kubeconfig = kubeconfig
        self._explain = explain
        self._http = _connect(kubeconfig)
        self._kinds: dict[tuple[str, str], Kind] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def server(self) -> str:
        """URL of the API server."""
        return str(self._http.base_url).rstrip("/")

    def request(self, method: str, path: str, **options: Any) -> Manifest:
        """One request; `options` are httpx's.

        A server that says when to come again is asked again: it does so while the cache of a new kind is being filled.
        One that refuses an eviction has the same code, and says no time.

        Raises:
            ApiError: the answer is not a success.
        """
        for _ in range(_TIMES):
            answer = self._http.request(method, path, **options)
            seconds = answer.headers.get("retry-after")
            if answer.status_code != _COME_AGAIN or not seconds:
                break
            time.sleep(float(seconds))
        body: Manifest = answer.json() if "json" in answer.headers.get("content-type", "") else {"text": answer.text}
        if answer.is_error:
            raise ApiError(answer.status_code, body.get("message") or body.get("text", ""), f"{method} {path}")
        return body

    def serving(self) -> bool:
        """Whether the server says that it is ready."""
        try:
            return self._http.get("/readyz").is_success
        except httpx.TransportError:
            return False

    def kind(self, api_version: str, kind: str) -> Kind:
        """Where a kind lives, by discovery.

        Raises:
            ApiError: the server does not serve that kind.
        """
        if (api_version, kind) not in self._kinds:
            prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for each in self.request("GET", prefix)["resources"]:
                if "/" not in each["name"]:
                    found = Kind(prefix, each["name"], each["namespaced"])
                    self._kinds[api_version, each["kind"]] = found
        if (api_version, kind) not in self._kinds:
            raise ApiError(404, "the server does not serve this kind", f"{api_version} {kind}")
        return self._kinds[api_version, kind]

    def path(self, api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
        """The path of an object, or without `name` of a collection; without `namespace` over all namespaces."""
        where = self.kind(api_version, kind)
        within = f"/namespaces/{quote(namespace)}" if where.namespaced and namespace else ""
        return f"{where.prefix}{within}/{where.plural}" + (f"/{quote(name)}" if name else "")

    def path_of(self, manifest: Manifest, namespace: str = "") -> str:
        """The path of a manifest's object; `namespace` is for one that names none."""
        meta = manifest["metadata"]
        where = meta.get("namespace") or namespace
        return self.path(manifest["apiVersion"], manifest["kind"], where, meta["name"])

    def apply(self, manifest: Manifest, namespace: str = "", *, dry_run: bool = False) -> Manifest:
        """Server-side apply with `fieldValidation=Strict`, so an unknown or doubled field is an error.

        A dry run goes through defaulting, validation and admission, and stores nothing
        (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run).

        Raises:
            ApiError: the server refuses the manifest.
        """
        options = {"fieldManager": _FIELD_MANAGER, "fieldValidation": "Strict", "force": "true"}
        if dry_run:
            options["dryRun"] = "All"
        # JSON is YAML and needs no second serialiser, but for characters that YAML refuses or takes for ends of lines.
        text = _CONTROL.sub(lambda x: f"\\u{ord(x[0]):04x}", json.dumps(manifest, ensure_ascii=False))
        return self.request(
            "PATCH",
            self.path_of(manifest, namespace),
            params=options,
            content=text,
            headers={"Content-Type": "application/apply-patch+yaml"},
        )

    def create(self, manifest: Manifest, namespace: str = "") -> Manifest:
        """Create an object that must not be there yet."""
        meta = manifest["metadata"]
        where = self.path(manifest["apiVersion"], manifest["kind"], meta.get("namespace") or namespace)
        return self.request("POST", where, json=manifest, params={"fieldValidation": "Strict"})

    def patch(self, api_version: str, kind: str, namespace: str, name: str, change: Manifest) -> Manifest:
        """JSON merge patch (RFC 7386)."""
        path = self.path(api_version, kind, namespace, name)
        return self.request(
            "PATCH", path, content=json.dumps(change), headers={"Content-Type": "application/merge-patch+json"}
        )

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest:
        """One object; `namespace` is empty for a kind that has none."""
        return self.request("GET", self.path(api_version, kind, namespace, name))

    def exists(self, api_version: str, kind: str, namespace: str, name: str) -> bool:
        """Whether an object is there."""
        try:
            self.get(api_version, kind, namespace, name)
        except ApiError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    def list(self, api_version: str, kind: str, namespace: str = "", **parameters: str) -> list[Manifest]:
        """All objects of a kind; `parameters` such as `labelSelector`. Items carry no `kind` of their own."""
        found: list[Manifest] = self.request("GET", self.path(api_version, kind, namespace), params=parameters)["items"]
        return found

    def delete(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Ask for deletion in the background of whatever the object owns; gone already is as good."""
        try:
            self.request(
                "DELETE", self.path(api_version, kind, namespace, name), params={"propagationPolicy": "Background"}
            )
        except ApiError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise

    def watch(self, api_version: str, kind: str, namespace: str, seconds: int) -> Iterator[tuple[str, Manifest]]:
        """Changes of a kind as (`ADDED` | `MODIFIED` | `DELETED`, object), beginning with all that is there."""
        path = self.path(api_version, kind, namespace)
        parameters = {"watch": "1", "timeoutSeconds": str(seconds)}
        with self._http.stream("GET", path, params=parameters, timeout=seconds + 5) as answer:
            for line in answer.iter_lines():
                event = json.loads(line)
                yield event["type"], event["object"]

    def wait(self, ready: Callable[[], bool], what: str, seconds: float = PATIENCE, pause: float = 0.05) -> float:
        """Wait until `ready()`; answers the seconds it took. `seconds` is for a wait that measures something.

        Raises:
            TimeoutError: it did not become true; the message says what the cluster has to say.
        """
        begun = time.monotonic()
        while not ready():
            if time.monotonic() - begun > seconds:
                raise TimeoutError(f"{what}: not so after {seconds:.0f} seconds\n{self._explain()}".rstrip())
            time.sleep(pause)
        return time.monotonic() - begun
