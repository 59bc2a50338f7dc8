"""EKS Pod Identity: one ServiceAccount of a cluster acts as an IAM role of its own.

Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
"""

import json
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from longshore.stack.iam_policies import trust


class PodAccount(NamedTuple):
    """A ServiceAccount: `name` in `namespace` of the cluster that AWS calls `cluster_name`."""

    cluster_name: pulumi.Input[str]
    namespace: str
    name: str


def pod_identity(
    name: str,
    description: str,
    policy: pulumi.Input[str],
    account: PodAccount,
    opts: pulumi.ResourceOptions,
) -> "aws.eks.PodIdentityAssociation":
    """Let an account act as a role that may do what a policy, as JSON, says; all resources are called `name`.

    What runs as the account depends on what this gives: a pod has the rights that were given before it started.
    """
    role = aws.iam.Role(
        name,
        description=description,
        assume_role_policy=json.dumps(trust("pods.eks.amazonaws.com", "sts:TagSession")),
        opts=opts,
    )
    allowed = aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=opts)
    return aws.eks.PodIdentityAssociation(
        name,
        cluster_name=account.cluster_name,
        namespace=account.namespace,
        service_account=account.name,
        role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[allowed])),
    )
