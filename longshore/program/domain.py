"""The domain of a platform: its certificate before the cluster, its records and issuer after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.components import (
    CertificateIssuer,
    CertificateIssuerArgs,
    DomainCertificate,
    DomainCertificateArgs,
    DomainRecords,
    DomainRecordsArgs,
    EksCluster,
)
from longshore.components.clusters.viewers import GROUP as VIEWERS
from longshore.stack.eks_settings import EksCluster as EksSettings

if TYPE_CHECKING:
    import pulumi

    from longshore.program.cluster import Cluster
    from longshore.stack.domain_settings import Domain
    from longshore.stack.settings import Settings


def certificate_of(settings: Settings, opts: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
    """The certificate that the load balancers of the stack's own cluster show; None where it has no domain in AWS."""
    if settings.domain is None or not settings.domain.zone_id:
        return None
    args = DomainCertificateArgs(zone=settings.domain.zone, zone_id=settings.domain.zone_id)
    return DomainCertificate(settings.environment, args, opts).arn


def domain_of(settings: Settings, cluster: Cluster, opts: pulumi.ResourceOptions) -> pulumi.Resource | None:
    """Make what gives hosts in the domain their records or certificates; None where the stack has none to give.

    opts: with the providers of the cluster and of its account.
    """
    domain = settings.domain
    if domain is None:
        return None
    if isinstance(cluster, EksCluster):
        assert settings.aws  # noqa: S101  checked with the settings
        args = DomainRecordsArgs(
            zone=domain.zone,
            zone_id=domain.zone_id,
            cluster_name=cluster.cluster_name,
            region=settings.aws.region,
            partition=settings.aws.partition,
            chart=domain.chart,
            values=domain.values,
        )
        if domain.version:
            args["version"] = domain.version
        if isinstance(settings.cluster, EksSettings) and settings.cluster.viewers:
            args["release_readers"] = (VIEWERS,)
        return DomainRecords(settings.environment, args, opts)
    return _issuer(settings, domain, opts) if domain.email else None


def _issuer(settings: Settings, domain: Domain, opts: pulumi.ResourceOptions) -> CertificateIssuer:
    args = CertificateIssuerArgs(
        email=domain.email,
        issuer=domain.issuer_name,
        ingress_class=settings.workloads.ingress_class,
        chart=domain.chart,
        values=domain.values,
    )
    if domain.version:
        args["version"] = domain.version
    if domain.server:
        args["server"] = domain.server
    return CertificateIssuer(settings.environment, args, opts)
