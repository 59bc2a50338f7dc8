"""A connection to the cluster of a stack: by a kubeconfig, or for EKS by AWS credentials alone."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from longshore.cli.flags import Flag
from longshore.cluster.bound import MANAGED_BY, STACK, Owner, is_own
from longshore.cluster.client import FORBIDDEN, KINDS, NOT_FOUND, ApiError, Client
from longshore.cluster.credentials import shown
from longshore.cluster.kubeconfig import Context, located, read
from longshore.errors import INPUT, UNREACHED, Refused
from longshore.stack.eks_settings import EksCluster
from longshore.stack.reading import project_name
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from longshore.cli.flags import Given
    from longshore.cluster.client import Object
    from longshore.stack.reading import Stack

FLAGS: Final = (
    Flag("--kubeconfig", "kubeconfig file, instead of what the stack says", value="FILE"),
    Flag("--context", "context of the kubeconfig, instead of its current one", value="NAME"),
)

_TOKEN_SECONDS: Final = 60
"""How long a signed request may be shown; the token that it becomes counts for fifteen minutes."""
_TOKEN_COUNTS: Final = timedelta(minutes=14)
_HELP: Final = "name one by `--kubeconfig FILE` and `--context NAME`, or by KUBECONFIG"
_AT_ONCE: Final = 8


def connect(given: Given, stack: Stack, environment: Mapping[str, str]) -> Client:
    """Know the cluster of a stack, and how to log in to it; it is not asked yet.

    Raises:
        Refused: there is no such kubeconfig or context, or EKS does not tell of the cluster.
    """
    assert stack.settings  # noqa: S101  the caller looked
    cluster = (stack.platform or stack.settings).cluster
    file, name = given.text("--kubeconfig"), given.text("--context")
    if isinstance(cluster, EksCluster) and not file and not name:
        return _eks(stack)
    chosen = cluster if isinstance(cluster, KubeconfigCluster) else KubeconfigCluster("kubeconfig")
    # A context of another file than the stack names is another one, whatever it is called.
    wanted = name or ("" if file else chosen.context)
    paths = os.path.abspath(file) if file else located(chosen.path, stack.root, environment)
    try:
        context = read(paths).chosen(wanted)
    except Refused as refused:
        raise Refused(
            f"the cluster of stack {stack.name} can't be reached: {refused.message}",
            "; ".join(filter(None, (refused.help, _HELP))),
            INPUT,
        ) from None
    return Client(context, lambda: shown(context, environment))


def _eks(stack: Stack) -> Client:
    """Ask EKS for the address and the authority of the cluster."""
    import boto3  # noqa: PLC0415  not for other clusters

    from longshore.stores.aws_secrets_manager import explaining  # noqa: PLC0415  likewise

    owner = stack.platform or stack.settings
    assert owner and owner.aws  # noqa: PT018, S101  an EKS cluster has an account
    name, region = owner.cluster_name, owner.aws.region
    with explaining("describe the EKS cluster", name):
        session = boto3.Session(region_name=region)
        found = session.client("eks").describe_cluster(name=name)["cluster"]
    entry = {"server": found["endpoint"], "certificate-authority-data": found["certificateAuthority"]["data"]}
    return Client(Context(name, entry, {}), lambda: _signed(session, name, region))


def _signed(session: Any, name: str, region: str) -> dict[str, Any]:
    """Sign a token for a cluster as its own CLI does.

    Source: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
    """
    from botocore.signers import RequestSigner  # noqa: PLC0415  not for other clusters

    from longshore.stores.aws_secrets_manager import explaining  # noqa: PLC0415  likewise

    with explaining("sign a login to the EKS cluster", name):
        sts = session.client("sts")
        model = sts.meta.service_model.service_id
        signer = RequestSigner(model, region, "sts", "v4", session.get_credentials(), session.events)
        address = f"{sts.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
        request = {"method": "GET", "url": address, "body": {}, "headers": {"x-k8s-aws-id": name}, "context": {}}
        signed = signer.generate_presigned_url(
            request, region_name=region, expires_in=_TOKEN_SECONDS, operation_name=""
        )
    token = base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")
    until = (datetime.now(UTC) + _TOKEN_COUNTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"token": f"k8s-aws-v1.{token}", "expirationTimestamp": until}


def objects(client: Client, kind: str, namespace: str) -> list[Object]:
    """All objects of a kind in a namespace; none where the cluster does not know the kind.

    Raises:
        Refused: the cluster can't be reached, or refuses.
    """
    try:
        return list(client.items(kind, namespace))
    except ApiError as error:
        if error.status != FORBIDDEN:
            raise
        message = f"the cluster does not let us list {KINDS[kind].plural} in {namespace}"
        raise Refused(message, "docs/secrets.md lists the rights that `status` needs", UNREACHED) from None


def observed(
    client: Client, namespace: str, kinds: Iterable[str], *, optional: Iterable[str] = ()
) -> dict[str, list[Object]]:
    """All objects of several kinds, asked for at once; of `optional` ones none where we may not see them.

    Raises:
        Refused: the cluster can't be reached, or refuses.
    """
    may_lack = frozenset(optional)

    def of(kind: str) -> list[Object]:
        try:
            return list(client.items(kind, namespace)) if kind in may_lack else objects(client, kind, namespace)
        except ApiError as error:
            if error.status == FORBIDDEN and kind in may_lack:
                return []
            raise

    wanted = [*kinds, *may_lack]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(of, wanted), strict=True))


def owner_of(stack: Stack) -> Owner:
    """Who a namespace must say it belongs to."""
    assert stack.settings  # noqa: S101  the caller looked
    return Owner(f"{project_name(stack.root)}/{stack.name}", stack.settings.team_namespace, stack.settings.team)


def foreign(client: Client, stack: Stack) -> str:
    """Whose the namespace of a stack is on a cluster, where it has the mark of somebody else; empty otherwise.

    Raises:
        Refused: the cluster is not reached.
    """
    try:
        namespace = client.get(KINDS["Namespace"].path(name=owner_of(stack).namespace))
    except ApiError as error:
        if error.status in {FORBIDDEN, NOT_FOUND}:
            return ""  # whoever may not see it has rights inside of it alone, which the cluster judges
        raise
    marks = _marks(namespace)
    return "" if is_own(namespace, owner_of(stack)) or not any(marks) else marks[1] or marks[0]


def warned(client: Client, stack: Stack) -> str:
    """What to say to whoever looks at a namespace of somebody else's; empty where it is not so."""
    whose, owner = foreign(client, stack), owner_of(stack)
    if not whose:
        return ""
    where = f"`{owner.namespace}` on `{client.context.name}` ({client.context.server})"
    return f"the namespace {where} is of {whose}, and not of {owner.stack}: is it the right cluster?"


def _marks(namespace: Object) -> tuple[str, str]:
    metadata = namespace.get("metadata") or {}
    labels, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return str(labels.get(MANAGED_BY) or ""), str(notes.get(STACK) or "")


def refuse_other_hands(client: Client, stack: Stack, *, named: bool) -> None:
    """Keep a verb that writes from a namespace that is not the stack's own, as docs/adr/0013 has it.

    named: whether people said by a flag which cluster they mean; then a namespace without any mark, as `kubectl apply`
    leaves it, will do too.

    Raises:
        Refused: it is somebody else's, or not there, or the cluster is not reached.
    """
    owner = owner_of(stack)
    where = f"`{owner.namespace}` on `{client.context.name}` ({client.context.server})"
    try:
        namespace = client.get(KINDS["Namespace"].path(name=owner.namespace))
    except ApiError as error:
        if error.status == FORBIDDEN:
            return  # whoever may not see it has rights inside of it alone, which the cluster judges
        if error.status != NOT_FOUND:
            raise
        raise Refused(f"there is no namespace {where}", _HELP) from None
    marks = _marks(namespace)
    if is_own(namespace, owner) or (named and not any(marks)):
        return
    whose = "has no mark of it" if not any(marks) else f"is of {marks[1] or marks[0]}"
    hint = "" if any(marks) else "; where `kubectl apply` made it, say which cluster you mean by `--context NAME`"
    raise Refused(f"the namespace {where} {whose}, so it is not that of {owner.stack}", f"nothing was changed{hint}")
