"""What a stack says of its domain, and cannot be on its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster
from longshore.stack.settings import StackCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.settings import Settings

_CLUSTER_ISSUERS = {"email": "email", "issuer": "issuer", "server": "server"}


def domains(settings: Settings) -> Iterator[Wrong]:
    """Find what a domain lacks, or has no use for, on the cluster of its stack."""
    domain, cluster = settings.domain, settings.cluster
    if domain is None:
        return
    if isinstance(cluster, StackCluster):
        help_text = f"write it in the file of {cluster.stack}"
        yield Wrong(("domain",), "belongs to the platform, whose cluster serves it", help_text, key=True)
    elif isinstance(cluster, EksCluster):
        if not domain.zone_id:
            lists = f"aws route53 list-hosted-zones-by-name --dns-name {domain.zone}"
            yield Wrong(("domain",), "does not say which hosted zone it is", f"write `zoneId`; `{lists}` shows it")
        for field, key in _CLUSTER_ISSUERS.items():
            if getattr(domain, field):
                help_text = "leave it out: AWS makes the certificates of its load balancers"
                yield Wrong(("domain", key), "is for clusters that are not EKS", help_text, key=True)
    else:
        yield from _elsewhere(settings)


def _elsewhere(settings: Settings) -> Iterator[Wrong]:
    domain = settings.domain
    assert domain  # noqa: S101  asked before
    if domain.zone_id:
        help_text = "leave it out, and let a record of the zone lead to the ingress controller: `*` for all hosts"
        yield Wrong(("domain", "zoneId"), "is of Route 53, which EKS alone writes to", help_text, key=True)
    if not domain.email and not domain.issuer:
        help_text = "`email: ops@example.com` installs cert-manager; `issuer` names a ClusterIssuer that is there"
        yield Wrong(("domain",), "does not say who makes certificates", help_text)
    if not domain.email:
        for key in ("server", "version", "chart", "values"):
            if getattr(domain, key):
                yield Wrong(("domain", key), "is for a cert-manager that is installed here", "add `email`", key=True)
