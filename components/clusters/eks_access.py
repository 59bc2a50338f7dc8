"""Access of IAM roles to an EKS cluster: an entry, and one of the policies that EKS knows.

Source: https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from longshore.convert.kubernetes.names import digest, label

if TYPE_CHECKING:
    from collections.abc import Sequence


def role_name(arn: str) -> str:
    """A name for the role `arn` that holds in any order of the list it stands in."""
    return f"{label(arn.rsplit('/', 1)[-1])}-{digest(arn)}"


def access_entry(
    name: str,
    *,
    cluster_name: pulumi.Input[str],
    role: str,
    policy: str,
    partition: str,
    opts: pulumi.ResourceOptions,
    groups: Sequence[str] = (),
    namespaces: Sequence[str] = (),
) -> aws.eks.AccessPolicyAssociation:
    """Let an IAM role into a cluster with an EKS access policy, in some namespaces or, where none is named, in all."""
    entry = aws.eks.AccessEntry(
        name,
        cluster_name=cluster_name,
        principal_arn=role,
        type="STANDARD",
        kubernetes_groups=list(groups) or None,
        opts=opts,
    )
    scope = aws.eks.AccessPolicyAssociationAccessScopeArgs(
        type="namespace" if namespaces else "cluster", namespaces=list(namespaces) or None
    )
    # No reference of the association leads to its entry, so the order has to be said.
    return aws.eks.AccessPolicyAssociation(
        name,
        cluster_name=cluster_name,
        principal_arn=role,
        policy_arn=f"arn:{partition}:eks::aws:cluster-access-policy/{policy}",
        access_scope=scope,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[entry])),
    )
