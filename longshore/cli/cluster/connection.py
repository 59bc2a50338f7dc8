"""A connection to the cluster of a stack: by a kubeconfig, or for EKS by AWS credentials alone.

lightkube rather than the official client: that is generated code for each kind, thirty megabytes of it. Objects come
as plain dicts here, whatever their kind.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lightkube import ApiError, Client, KubeConfig
from lightkube.config.models import Cluster, User
from lightkube.core.exceptions import ConfigError
from lightkube.generic_resource import create_namespaced_resource

from longshore.cli.flags import Flag
from longshore.errors import UNREACHED, Refused
from longshore.stack.eks_settings import EksCluster
from longshore.stack.settings import KubeconfigCluster
from longshore.stores.aws_secrets_manager import explaining

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.cli.flags import Given
    from longshore.stack.reading import Stack

FLAGS: Final = (
    Flag("--kubeconfig", "kubeconfig file, instead of what the stack says", value="FILE"),
    Flag("--context", "context of the kubeconfig, instead of its current one", value="NAME"),
)

KINDS: Final = {
    kind: create_namespaced_resource(group, version, kind, plural)
    for group, version, kind, plural in (
        ("apps", "v1", "Deployment", "deployments"),
        ("apps", "v1", "StatefulSet", "statefulsets"),
        ("apps", "v1", "DaemonSet", "daemonsets"),
        ("batch", "v1", "Job", "jobs"),
        ("", "v1", "Pod", "pods"),
        ("", "v1", "Event", "events"),
        ("external-secrets.io", "v1", "SecretStore", "secretstores"),
        ("external-secrets.io", "v1", "ExternalSecret", "externalsecrets"),
    )
}
"""What is looked at. Secrets are not among it."""

_NOT_FOUND: Final = 404
_EXEC_API: Final = "client.authentication.k8s.io/v1"
_TOKEN_SECONDS: Final = 60


def connect(given: Given, stack: Stack, environment: Mapping[str, str]) -> Client:
    """Connect to the cluster of a stack.

    Raises:
        Refused: there is no such kubeconfig or context, or EKS does not tell of the cluster.
    """
    assert stack.settings  # noqa: S101  the caller looked
    cluster = (stack.platform or stack.settings).cluster
    file, context = given.text("--kubeconfig"), given.text("--context")
    try:
        if isinstance(cluster, EksCluster) and not file and not context:
            return Client(config=_eks(stack), trust_env=False)
        chosen = cluster if isinstance(cluster, KubeconfigCluster) else KubeconfigCluster("kubeconfig")
        named = str(Path(stack.root, Path(chosen.path).expanduser())) if chosen.path else ""
        path = file or named or environment.get("KUBECONFIG") or "~/.kube/config"
        return Client(config=_from_file(path, context or chosen.context), trust_env=False)
    except ConfigError as error:
        raise Refused(f"the cluster of stack {stack.name} can't be reached: {error}", _HELP) from None


_HELP: Final = "name one by `--kubeconfig FILE` and `--context NAME`, or by KUBECONFIG"


def _from_file(path: str, context: str) -> KubeConfig:
    config = KubeConfig.from_file(path)
    for user in config.users.values():
        if user.exec and user.exec.apiVersion == _EXEC_API:
            # The answer of a plugin has the same form in both versions; lightkube knows the older name only.
            user.exec.apiVersion = f"{_EXEC_API}beta1"
    return KubeConfig(
        clusters=config.clusters,
        contexts=config.contexts,
        users=config.users,
        current_context=context or config.current_context,
        fname=config.fname,
    )


def _eks(stack: Stack) -> KubeConfig:
    """Ask EKS for the address and the authority of the cluster, and sign a token as its own CLI does.

    Source: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
    """
    import boto3  # noqa: PLC0415  not for other clusters
    from botocore.signers import RequestSigner  # noqa: PLC0415  likewise

    owner = stack.platform or stack.settings
    assert owner and owner.aws  # noqa: PT018, S101  an EKS cluster has an account
    name, region = owner.cluster_name, owner.aws.region
    with explaining("describe the EKS cluster", name):
        session = boto3.Session(region_name=region)
        found = session.client("eks").describe_cluster(name=name)["cluster"]
        sts = session.client("sts")
        signer = RequestSigner(
            sts.meta.service_model.service_id, region, "sts", "v4", session.get_credentials(), session.events
        )
        address = f"{sts.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
        request = {"method": "GET", "url": address, "body": {}, "headers": {"x-k8s-aws-id": name}, "context": {}}
        signed = signer.generate_presigned_url(
            request, region_name=region, expires_in=_TOKEN_SECONDS, operation_name=""
        )
    token = base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")
    return KubeConfig.from_one(
        cluster=Cluster(server=found["endpoint"], certificate_auth_data=found["certificateAuthority"]["data"]),
        user=User(token=f"k8s-aws-v1.{token}"),
    )


def objects(client: Client, kind: str, namespace: str) -> Iterator[dict[str, Any]]:
    """All objects of a kind in a namespace, as plain dicts; none where the cluster does not know the kind.

    Raises:
        Refused: the cluster can't be reached, or refuses.
    """
    import httpx2  # noqa: PLC0415  lightkube's own

    try:
        for found in client.list(KINDS[kind], namespace=namespace):
            yield found.to_dict()  # type: ignore[no-untyped-call]
    except httpx2.HTTPStatusError as error:
        # For a group that it does not know, an API server answers with a plain text and not with a Status.
        if error.response.status_code != _NOT_FOUND:
            reason = error.status.reason if isinstance(error, ApiError) else None
            message = f"the cluster does not let us list {kind}s in {namespace}: {reason or error.response.status_code}"
            raise Refused(message, "docs/secrets.md lists the rights that `status` needs", UNREACHED) from None
    except ConfigError as error:
        raise Refused(
            f"the login to the cluster fails: {error}", "see the plugin that the kubeconfig names", UNREACHED
        ) from None
    except httpx2.TransportError as error:
        raise Refused(f"the cluster was not reached ({type(error).__name__})", _HELP, UNREACHED) from None
