"""Which IAM roles a stack lets into its cluster. EKS takes one access entry per role, whatever it is listed for.

Source: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Path
    from longshore.stack.settings import Settings


def let_in(settings: Settings) -> dict[Path, str]:
    """The ARNs of all roles that a stack lets in, each at its place in the stack file."""
    cluster, access = settings.cluster, settings.access
    lists: dict[Path, tuple[str, ...]] = {
        ("access", "people"): access.people,
        ("access", "deployers"): access.deployers,
    }
    if isinstance(cluster, EksCluster):
        lists |= {("cluster", "admins"): cluster.admins, ("cluster", "viewers"): cluster.viewers}
    for team, tenant in settings.tenants.items():
        lists |= {("tenants", team, "access", "people"): tenant.access.people}
        lists |= {("tenants", team, "access", "deployers"): tenant.access.deployers}
    return {(*place, index): role for place, roles in lists.items() for index, role in enumerate(roles)}


def let_in_twice(settings: Settings, deployer: str) -> Iterator[Wrong]:
    """Find where a stack that makes a cluster lets in the role that deploys it, which came in by making it.

    deployer: ARN of a role or user, of a session of a role as AWS tells it, or nothing.
    """
    for place, role in let_in(settings).items():
        if _identity(role) == _identity(deployer):
            message = "is the role that deploys: it has all rights by making the cluster, and EKS takes one entry"
            yield Wrong(place, message, "leave it out")


def _identity(arn: str) -> tuple[str, str]:
    """Account and name of a role or user; a session says of its role neither that it is one nor its path."""
    account, _, what = arn.removeprefix("arn:").partition("::")[2].partition(":")
    kind, *path = what.split("/")
    return account, path[0 if kind == "assumed-role" else -1] if path else ""
