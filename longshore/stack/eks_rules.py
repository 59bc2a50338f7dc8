"""What the settings of an EKS cluster must be together. Imports no pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.addons import unknown_addons
from longshore.stack.node_rules import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.model import Path
    from longshore.stack.eks_settings import EksCluster, Endpoint
    from longshore.stack.settings import Settings

EVERYONE = "0.0.0.0/0"


def contradictions(settings: Settings, cluster: EksCluster) -> Iterator[Wrong]:
    """Find what each setting of the cluster alone allows, but the whole does not."""
    yield from _endpoint(cluster.endpoint, in_production=settings.in_production)
    yield from nodes(cluster, settings.cluster_name)
    for addon in unknown_addons(cluster):
        lists = f"aws eks describe-addon-versions --kubernetes-version {cluster.version} --addon-name {addon}"
        yield Wrong(
            ("cluster", "addons"), f"must pin `{addon}` for Kubernetes {cluster.version}", f"`{lists}` lists them"
        )
    seen: set[str] = set()
    for key, roles in (("admins", cluster.admins), ("viewers", cluster.viewers)):
        for index, role in enumerate(roles):
            if role in seen:
                yield Wrong(("cluster", key, index), "is listed twice", "EKS takes one entry per role")
            seen.add(role)
    if settings.aws and settings.aws.assume_role:
        yield from let_in_twice(settings, cluster, settings.aws.assume_role)


def let_in_twice(settings: Settings, cluster: EksCluster, deployer: str) -> Iterator[Wrong]:
    """Find where a stack that makes a cluster lets in the role that deploys it, which came in by making it.

    deployer: ARN of a role or user, of a session of a role as AWS tells it, or nothing.
    """
    lists: Mapping[Path, tuple[str, ...]] = {
        ("cluster", "admins"): cluster.admins,
        ("cluster", "viewers"): cluster.viewers,
        ("access", "people"): settings.access.people,
        ("access", "deployers"): settings.access.deployers,
    }
    for place, roles in lists.items():
        for index, role in enumerate(roles):
            if _identity(role) == _identity(deployer):
                message = "is the role that deploys: it has all rights by making the cluster, and EKS takes one entry"
                yield Wrong((*place, index), message, "leave it out")


def _identity(arn: str) -> tuple[str, str]:
    """Account and name of a role or user; a session says of its role neither that it is one nor its path."""
    account, _, what = arn.removeprefix("arn:").partition("::")[2].partition(":")
    kind, *path = what.split("/")
    return account, path[0 if kind == "assumed-role" else -1] if path else ""


def _endpoint(endpoint: Endpoint, *, in_production: bool) -> Iterator[Wrong]:
    place: Path = ("cluster", "endpoint", "cidrs")
    if endpoint.public and not endpoint.cidrs:
        help_text = f"give `cidrs`, of the office and of CI; `{EVERYONE}` is everyone"
        yield Wrong(place[:2], "does not say who may reach the API server", help_text)
    if endpoint.cidrs and not endpoint.public:
        help_text = "add `public: true`, or leave `cidrs` out"
        yield Wrong(place, "has no effect on a private API server", help_text, key=True)
    if in_production and EVERYONE in endpoint.cidrs:
        help_text = "name the addresses of the office and of CI"
        yield Wrong(place, "opens the API server of production to everyone", help_text)
