"""A stack stays with the cluster that it was made on: what names a cluster, and a kubeconfig that reaches no other.

Pulumi keeps such a kubeconfig in its state, so that `refresh` and `destroy`, which run no program, go to that cluster
whatever a shell, a merged file or a current context says by then. It holds the address of the API server, the authority
that its certificate must be of, and the command that logs in to it (`longshore.cluster.login`): no token and no key.
The command gives credentials out only for the cluster whose `kube-system` has the uid that it had, and only while the
namespace of the stack, if it is there, has the stack's own mark.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cluster.asking import ask
from longshore.cluster.credentials import VERSION, told
from longshore.cluster.kubeconfig import digest
from longshore.errors import UNREACHED, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.cluster.kubeconfig import Context

_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_HINT: Final = "it comes with Longshore: activate the environment of the project, or use `make`"

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
TEAM: Final = "longshore.dev/team"
STACK: Final = "longshore.dev/stack"
"""Labels of a namespace that we make, and the annotation with the project and the stack that made it."""


class Owner(NamedTuple):
    """Whose login it is. stack: `project/stack`. namespace, team: empty for a stack without an application."""

    stack: str
    namespace: str = ""
    team: str = ""


class Identity(NamedTuple):
    """Which cluster it is. authority: a digest. uid: of the namespace `kube-system`, empty where we may not see it."""

    context: str
    server: str
    authority: str
    uid: str

    def is_other_than(self, other: Identity) -> bool:
        """Whether these are two clusters; an address and an authority may change, while a uid never does."""
        if self.uid and other.uid:
            return self.uid != other.uid
        return (self.server, self.authority) != (other.server, other.authority)

    def __str__(self) -> str:
        known = f", kube-system {self.uid}" if self.uid else ""
        return f"`{self.context}` ({self.server}{known})"


class Observed(NamedTuple):
    """What was asked of a cluster. namespace: that of the stack; None where there is none, or we may not see it."""

    identity: Identity
    namespace: Mapping[str, Any] | None


def observe(context: Context, shown: Mapping[str, Any], owner: Owner) -> Observed:
    """Ask a cluster which one it is, and for the namespace of a stack. Nothing else of it is read.

    Raises:
        Refused: it is not reached, or lets us not in.
    """
    answer = ask(context, shown, "/api/v1/namespaces/kube-system")
    if answer.code == _UNAUTHORIZED:
        raise Refused(f"{context.server} does not know the credentials of context `{context.name}`", code=UNREACHED)
    if answer.code not in {_OK, _FORBIDDEN}:
        raise Refused(f"{context.server} answers with {answer.code} where a cluster would tell of itself")
    uid = str(answer.content["metadata"]["uid"]) if answer.code == _OK else ""
    namespace = None
    if owner.namespace:
        found = ask(context, shown, f"/api/v1/namespaces/{owner.namespace}")
        namespace = found.content if found.code == _OK else None
    return Observed(Identity(context.name, context.server, digest(context.authority), uid), namespace)


def serves(context: Context, shown: Mapping[str, Any], group: str) -> bool:
    """Whether a cluster knows the kinds of an API group."""
    return ask(context, shown, f"/apis/{group}").code != _NOT_FOUND


def is_own(namespace: Mapping[str, Any], owner: Owner) -> bool:
    """Whether a namespace has the mark of a stack: it made it, or a version of ours that wrote the team alone."""
    metadata = namespace.get("metadata") or {}
    if _has_annotation(namespace, owner):
        return True
    labels = metadata.get("labels") or {}
    return labels.get(MANAGED_BY) == "longshore" and labels.get(TEAM) == owner.team


def made_by(observed: Observed | None, owner: Owner) -> str:
    """The name of the namespace, where it is this very stack that made it; else nothing."""
    return owner.namespace if observed and _has_annotation(observed.namespace or {}, owner) else ""


def refuse_other(before: Identity | None, now: Observed | None, owner: Owner) -> None:
    """Keep a stack from a cluster that is not its own.

    before: the cluster in the state; None in a state of an older version, which does not say. Then the stack stays with
    the cluster on which its namespace is. now: None where nobody was asked.

    Raises:
        Refused: it is another.
    """
    if now is None:
        return
    if before is None:
        if owner.namespace and now.namespace is None:
            raise Refused(
                f"the state of {owner.stack} does not say which cluster it was made on, and {now.identity} has no "
                f"namespace `{owner.namespace}`",
                "name the right one by `longshore:cluster.context` or KUBECONFIG",
            )
    elif now.identity.is_other_than(before):
        raise Refused(
            f"{owner.stack} was made on {before}, and the kubeconfig leads to {now.identity} now; nothing was touched",
            f"write `longshore:cluster.context: {before.context}`, or set KUBECONFIG, to go on; to make the stack anew "
            "on the other, give `longshore:cluster.identifier` another value",
        )


def refuse_foreign(now: Observed | None, owner: Owner) -> None:
    """Keep a stack from a namespace that is not its own.

    Raises:
        Refused: it is somebody else's.
    """
    if now is not None and now.namespace is not None and not is_own(now.namespace, owner):
        raise Refused(
            f"{now.identity} has a namespace `{owner.namespace}` already, which is not of {owner.stack}; nothing was "
            "touched",
            "give the stack another by `longshore:namespace`",
        )


def refuse_taken(now: Observed | None, owner: Owner) -> None:
    """Keep a stack that has made nothing yet from a namespace that another stack has made, of the same team too.

    A stack that was renamed has made something: its namespace has the earlier name until its next deployment.

    Raises:
        Refused: another stack has made it.
    """
    maker = _maker(now.namespace or {}) if now else ""
    if now and maker and maker != owner.stack:
        raise Refused(
            f"{now.identity} has a namespace `{owner.namespace}` already, which is stack {maker}'s; nothing was done",
            "give the stack another by `longshore:namespace`",
        )


def _has_annotation(namespace: Mapping[str, Any], owner: Owner) -> bool:
    return _maker(namespace) == owner.stack


def _maker(namespace: Mapping[str, Any]) -> str:
    """`project/stack` of the stack that made a namespace, as it was called then; nothing where none says so."""
    annotations = (namespace.get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(STACK, ""))


def bound(context: Context, uid: str, owner: Owner, kubeconfig: str, command: Sequence[str]) -> str:
    """A kubeconfig for one cluster and one stack, without credentials.

    kubeconfig: where the login looks for them first. command: what runs the login.
    """
    arguments = [
        *command[1:],
        "--context",
        context.name,
        "--kubeconfig",
        kubeconfig,
        "--uid",
        uid,
        "--stack",
        owner.stack,
    ]
    if owner.namespace:
        arguments += ["--namespace", owner.namespace, "--team", owner.team]
    login = {
        "apiVersion": VERSION,
        "command": command[0],
        "args": arguments,
        "provideClusterInfo": True,
        "interactiveMode": "Never",
        "installHint": _HINT,
    }
    name = context.name
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": told(context)}],
        "users": [{"name": name, "user": {"exec": login}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
    return json.dumps(content, sort_keys=True)


def identity(kubeconfig: str) -> Identity | None:
    """Which cluster a kubeconfig of ours is for; None for any other, such as the path that older versions kept."""
    try:
        content = json.loads(kubeconfig)
        name, cluster = content["current-context"], content["clusters"][0]["cluster"]
        arguments = content["users"][0]["user"]["exec"]["args"]
        uid = arguments[arguments.index("--uid") + 1]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    authority = base64.b64decode(cluster.get("certificate-authority-data", ""))
    return Identity(name, cluster["server"], digest(authority), uid)
