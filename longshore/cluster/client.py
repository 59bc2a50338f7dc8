"""A client of one cluster: lists, changes and streams, in plain dicts, by what the standard library has.

One way into a cluster for the login, for `status`, `logs`, `rollback` and `doctor`: the same kubeconfig, the same
credentials, the same trust. docs/adr/0020-one-client.md says why it is ours.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from longshore.cluster.asking import Answer, Request, content_of, sent
from longshore.errors import UNREACHED, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from longshore.cluster.kubeconfig import Context

Object = dict[str, Any]

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
_UNAUTHORIZED: Final = 401
_ERROR: Final = 400
_PAGE: Final = 500
_LEFT: Final = timedelta(seconds=60)
"""How long before their end credentials are asked for anew."""


class Kind(NamedTuple):
    """Where the objects of a kind live: the group and version as a path, and their name in it."""

    prefix: str
    plural: str

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of all of them, of those in a namespace, or of one."""
        within = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.prefix}{within}/{self.plural}{'/' if name else ''}{name}"


KINDS: Final[Mapping[str, Kind]] = {
    "Deployment": Kind("/apis/apps/v1", "deployments"),
    "StatefulSet": Kind("/apis/apps/v1", "statefulsets"),
    "DaemonSet": Kind("/apis/apps/v1", "daemonsets"),
    "ReplicaSet": Kind("/apis/apps/v1", "replicasets"),
    "ControllerRevision": Kind("/apis/apps/v1", "controllerrevisions"),
    "Job": Kind("/apis/batch/v1", "jobs"),
    "CronJob": Kind("/apis/batch/v1", "cronjobs"),
    "Pod": Kind("/api/v1", "pods"),
    "Event": Kind("/api/v1", "events"),
    "PersistentVolumeClaim": Kind("/api/v1", "persistentvolumeclaims"),
    "ConfigMap": Kind("/api/v1", "configmaps"),
    "ServiceAccount": Kind("/api/v1", "serviceaccounts"),
    "Namespace": Kind("/api/v1", "namespaces"),
    "Node": Kind("/api/v1", "nodes"),
    "StorageClass": Kind("/apis/storage.k8s.io/v1", "storageclasses"),
    "IngressClass": Kind("/apis/networking.k8s.io/v1", "ingressclasses"),
    "SecretStore": Kind("/apis/external-secrets.io/v1", "secretstores"),
    "ExternalSecret": Kind("/apis/external-secrets.io/v1", "externalsecrets"),
}
"""Every kind that is looked at. Secrets are not among them."""


class ApiError(Refused):
    """The API server refuses. status: the code of HTTP; the message has the server's own words."""

    def __init__(self, message: str, help: str, status: int) -> None:  # noqa: A002  the word users see
        super().__init__(message, help, UNREACHED)
        self.status = status


class Client:
    """A cluster as one of its users sees it; several threads may use it at once."""

    def __init__(self, context: Context, login: Callable[[], Mapping[str, Any]]) -> None:
        """Know a cluster; nobody is asked yet. login: gives what the user shows, anew each time that it is asked."""
        self.context = context
        self._login = login
        self._shown: Mapping[str, Any] = {}
        self._lock = threading.Lock()

    def ask(self, request: Request) -> Answer:
        """Send a request; what the server says is the caller's to judge.

        Raises:
            Refused: it is not reached, or the login fails.
        """
        for again in (True, False):
            with sent(self.context, self._credentials(), request) as response:
                answer = Answer(response.status, content_of(response.read()))
            if answer.code != _UNAUTHORIZED or not again:
                break
            self._forget()
        return answer

    def get(self, path: str, **parameters: str) -> Object:
        """The object at a path.

        Raises:
            ApiError: the server refuses, or has none.
            Refused: it is not reached.
        """
        return self._content(Request(_with(path, parameters)))

    def change(self, path: str, body: object, kind: str, **parameters: str) -> Object:
        """Change an object by a patch of a media type, and give it as it is then.

        Raises:
            ApiError: the server refuses.
            Refused: it is not reached.
        """
        return self._content(Request(_with(path, parameters), "PATCH", json.dumps(body).encode(), kind))

    def create(self, path: str, body: object) -> Object:
        """Make an object, or ask a question that is one (a SelfSubjectAccessReview).

        Raises:
            ApiError: the server refuses.
            Refused: it is not reached.
        """
        return self._content(Request(path, "POST", json.dumps(body).encode()))

    def items(self, kind: str, namespace: str = "") -> Iterator[Object]:
        """All objects of a kind, page by page; none where the server does not know the kind.

        Raises:
            ApiError: the server refuses.
            Refused: it is not reached.
        """
        more = ""
        while True:
            parameters = {"limit": str(_PAGE), **({"continue": more} if more else {})}
            request = Request(_with(KINDS[kind].path(namespace), parameters))
            answer = self.ask(request)
            if answer.code == NOT_FOUND:
                return
            content = self._judged(request, answer)
            yield from content.get("items") or ()
            more = str((content.get("metadata") or {}).get("continue") or "")
            if not more:
                return

    def listing(self, kind: str, namespace: str) -> tuple[list[Object], str]:
        """All objects of a kind, and the version of the list, from which a watch goes on."""
        content = self.get(KINDS[kind].path(namespace))
        return list(content.get("items") or ()), str((content.get("metadata") or {}).get("resourceVersion") or "")

    def lines(self, path: str, seconds: float, **parameters: str) -> Iterator[bytes]:
        """The lines of an answer as they come, such as those of a log or a watch; without their ends.

        seconds: of silence after which it is taken for broken.

        Raises:
            ApiError: the server refuses.
            Refused: it is not reached, or was silent for so long.
        """
        request = Request(_with(path, parameters))
        with sent(self.context, self._credentials(), request, seconds) as response:
            if response.status >= _ERROR:
                answer = Answer(response.status, content_of(response.read()))
            else:
                answer = None
                while line := response.readline():
                    yield line.rstrip(b"\r\n")
        if answer:
            if answer.code == _UNAUTHORIZED:
                self._forget()
            self._judged(request, answer)

    def _content(self, request: Request) -> Object:
        return self._judged(request, self.ask(request))

    def _judged(self, request: Request, answer: Answer) -> Object:
        if answer.code < _ERROR:
            return dict(answer.content)
        message = str(answer.content.get("message") or f"{request.method} {request.path} gives {answer.code}")
        if answer.code == _UNAUTHORIZED:
            message = f"{self.context.server} does not know the credentials of context `{self.context.name}`"
        hint = "docs/secrets.md lists the rights that are needed" if answer.code == FORBIDDEN else ""
        raise ApiError(f"the cluster refuses: {message}", hint, answer.code)

    def _credentials(self) -> Mapping[str, Any]:
        with self._lock:
            if not self._shown or _ending(self._shown):
                self._shown = self._login()
            return self._shown

    def _forget(self) -> None:
        with self._lock:
            self._shown = {}


def _ending(shown: Mapping[str, Any]) -> bool:
    """Whether credentials are near their end."""
    try:
        until = datetime.fromisoformat(str(shown["expirationTimestamp"]))
    except (KeyError, ValueError):
        return False
    return until - _LEFT < datetime.now(UTC)


def _with(path: str, parameters: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
