"""What the settings of an EKS cluster must be together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.access_entries import let_in_twice
from longshore.stack.addons import unknown_addons
from longshore.stack.node_rules import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        yield from let_in_twice(settings, settings.aws.assume_role)


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
