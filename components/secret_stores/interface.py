"""What every secret backend offers to a team: an identity that may read its secrets, and how a backend is found.

The SecretStore and its ServiceAccount are manifests of the conversion (`longshore.convert.secrets`); here is what those
manifests rely on: rights in the backend, and the operator's right to act as that one ServiceAccount.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_kubernetes as k8s

from longshore.components.secret_stores.operator import RELEASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi_aws as aws

    from longshore.components.clusters.interface import Cluster
    from longshore.stack.settings import Settings


class Reader(NamedTuple):
    """Who reads, and what: the team's settings, the cluster it runs on, and the provider of its AWS account.

    account: the ServiceAccount of the SecretStore. operator: namespace of the operator. others: remote names outside
    the team's own prefix (compose secrets declared `external`). access: the namespace and all that belongs to it.
    """

    settings: Settings
    cluster: Cluster
    aws: aws.Provider | None
    account: str
    operator: str
    others: Sequence[str]
    access: pulumi.Resource


def store_identity(reader: Reader, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Make the identity of a team: backend `aws-secrets-manager` is `aws_secrets_manager.py`, its `identity`."""
    name = reader.settings.secrets.backend.replace("-", "_")
    identity: pulumi.Resource = import_module(f"longshore.components.secret_stores.{name}").identity(reader, opts)
    return identity


def let_operator_act_as(reader: Reader, opts: pulumi.ResourceOptions) -> None:
    """Let the operator ask for tokens of the store's ServiceAccount, and of no other in the namespace.

    Source: https://external-secrets.io/latest/guides/security-best-practices/
    """
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[reader.access]))
    metadata = {"name": f"{reader.account}-tokens", "namespace": reader.settings.team_namespace}
    role = k8s.rbac.v1.Role(
        metadata["name"],
        metadata=metadata,
        rules=[
            {
                "api_groups": [""],
                "resources": ["serviceaccounts/token"],
                "resource_names": [reader.account],
                "verbs": ["create"],
            }
        ],
        opts=opts,
    )
    k8s.rbac.v1.RoleBinding(
        metadata["name"],
        metadata=metadata,
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
        subjects=[{"kind": "ServiceAccount", "name": RELEASE, "namespace": reader.operator}],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )
