"""Names that AWS wants to be unique in an account or a region: each says the cluster that it is for.

An environment has two platforms while one takes over from the other, and a team has several namespaces. What was made
under an earlier name keeps that: its resource ignores a change of its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.names import label
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from longshore.stack.settings import Settings

ROLE = 64
"""Characters of a role's name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""
BUCKET = 55
"""Characters of a bucket's name that are ours; Pulumi adds eight, and S3 takes 63."""
BUDGET = 100
"""Characters of a budget's name: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html."""


def cluster_called(settings: Settings, platform: Settings | None) -> str:
    """The name in AWS of the cluster that a stack makes or is on; empty where AWS has none."""
    made = platform or settings
    if made.cluster_name:
        return made.cluster_name
    cluster = settings.cluster
    return cluster.eks.name if isinstance(cluster, KubeconfigCluster) and cluster.eks else ""


def of_namespace(settings: Settings, platform: Settings | None, namespace: str) -> str:
    """What tells a namespace from all others of an account: clusters are unique in a region."""
    region = f"{settings.aws.region}-" if settings.aws else ""
    return f"{cluster_called(settings, platform)}-{region}{namespace}"


def store_role_name(settings: Settings, platform: Settings | None) -> str:
    """The IAM role that reads a team's secrets.

    Where cluster and namespace are called as they are by default, environment and team say all.
    """
    usual = settings.team_namespace == settings.team
    if usual and cluster_called(settings, platform) in {"", f"longshore-{settings.environment}"}:
        region = f"{settings.aws.region}-" if settings.aws else ""
        return label(f"longshore-{region}{settings.environment}-{settings.team}-secrets", ROLE)
    return label(f"{of_namespace(settings, platform, settings.team_namespace)}-secrets", ROLE)


def store_role(settings: Settings, platform: Settings | None) -> str:
    """What the store's ServiceAccount assumes: the ARN of an IAM role on AWS, the name of a role in Vault."""
    if settings.secrets.role:
        return settings.secrets.role
    if settings.secrets.backend == "vault":
        return f"{settings.environment}-{settings.team}"
    if settings.secrets.backend != "aws-secrets-manager" or settings.aws is None:
        return ""
    return f"arn:{settings.aws.partition}:iam::{settings.aws.account_id}:role/{store_role_name(settings, platform)}"


def budget_name(settings: Settings, platform: Settings | None) -> str:
    """The budget of a platform, or of a team on it."""
    cluster = cluster_called(settings, platform)
    if not cluster:
        return label(f"longshore-{settings.environment}" + (f"-{settings.team}" if settings.team else ""), BUDGET)
    region = f"-{settings.aws.region}" if settings.aws else ""
    return label(f"{cluster}{region}" + (f"-{settings.team_namespace}" if settings.team else ""), BUDGET)
