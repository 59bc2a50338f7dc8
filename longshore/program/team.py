"""A team on a cluster: its namespace, the identity that reads its secrets, and its application, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pulumi

from longshore.components import (
    Application,
    ApplicationArgs,
    AwsSecretsIdentity,
    AwsSecretsIdentityArgs,
    ComposeArgs,
    KubeconfigCluster,
    TeamAccess,
    TeamNamespace,
    TeamNamespaceArgs,
    VaultIdentity,
    VaultIdentityArgs,
)
from longshore.components.application import store_account
from longshore.program import arguments
from longshore.program.handover import handovers
from longshore.stack.names import store_role_name
from longshore.stack.settings import Operator
from longshore.stack.tenants import foreign_names, login_secrets

if TYPE_CHECKING:
    import pulumi_aws as aws

    from longshore.model import Conversion
    from longshore.program.cluster import Cluster
    from longshore.stack.settings import Settings


class Ground(NamedTuple):
    """What a team stands on: the cluster, the AWS account if there is one, and the operator if this stack made it.

    operator_namespace: of the operator, whoever made it. resumed: whether this stack made the namespace before.
    platform: the settings of the stack that has the cluster, if another has. domain: what makes records and
    certificates for host names, if this stack made it.
    """

    cluster: Cluster
    aws: aws.Provider | None
    operator: pulumi.Resource | None
    operator_namespace: str
    resumed: bool
    platform: Settings | None
    domain: pulumi.Resource | None


class Eks(NamedTuple):
    """What AWS knows of a cluster: its name there, and by which identity provider IAM trusts it, if by any."""

    name: pulumi.Input[str]
    oidc_provider: pulumi.Input[str] | None
    oidc_issuer: pulumi.Input[str]


def eks_of(settings: Settings, cluster: Cluster) -> Eks | None:
    """The cluster as AWS knows it, made here, by the platform or by others; None where it is not one of EKS."""
    if not isinstance(cluster, KubeconfigCluster):
        return Eks(cluster.cluster_name, cluster.oidc_provider_arn, cluster.oidc_issuer)
    there = getattr(settings.cluster, "eks", None)
    return Eks(there.name, there.oidc_provider or None, there.oidc_issuer) if there else None


def operator_namespace(settings: Settings, platform: Settings | None) -> str:
    """Where the secrets operator runs: as this stack or its platform says, else where its chart puts it by default."""
    made = settings.operator or (platform.operator if platform else None) or Operator()
    return made.namespace


def deploy_team(settings: Settings, conversion: Conversion | None, ground: Ground) -> None:
    """Declare all that a team has on its cluster; without a conversion the place for it alone."""
    connection = ground.cluster.connection
    opts = pulumi.ResourceOptions(providers=[provider for provider in (connection.inside, ground.aws) if provider])
    args = arguments.team_access(settings)
    eks = eks_of(settings, ground.cluster)
    if settings.aws and eks:
        args["cluster_name"], args["partition"] = eks.name, settings.aws.partition
    logins = sorted(login_secrets(conversion)) if conversion else []
    if logins:
        args["login_secrets"] = logins
    access = TeamAccess(settings.team, args, opts, outside=connection.outside, resumed=ground.resumed)
    if conversion is None:
        return
    identity = _identity(settings, conversion, ground, access, opts)
    after = [access, identity, ground.operator, ground.domain]
    # As it is called in AWS: one that was made under an earlier name keeps that.
    role = identity.role_arn if isinstance(identity, AwsSecretsIdentity) and not settings.secrets.role else None
    _application(settings, conversion, ground, list(filter(None, after)), opts, role)


def deploy_in_place(settings: Settings, conversion: Conversion | None, ground: Ground) -> None:
    """Declare what a tenant's stack has in the namespace that its platform has made: its application."""
    opts = pulumi.ResourceOptions(provider=ground.cluster.connection.inside)
    args = TeamNamespaceArgs(namespace=settings.team_namespace, team=settings.team)
    namespace = TeamNamespace(settings.team, args, opts)
    if conversion:
        _application(settings, conversion, ground, [namespace], opts)


def _application(
    settings: Settings,
    conversion: Conversion,
    ground: Ground,
    after: list[pulumi.Resource],
    opts: pulumi.ResourceOptions,
    role: pulumi.Output[str] | None = None,
) -> None:
    """Declare the objects of an application.

    after: what must be there before the first of them. role: ARN of the one that reads its secrets, if it is
    made here.
    """
    args = ApplicationArgs(
        compose=ComposeArgs(files=settings.compose.files if settings.compose else ()),
        team=settings.team,
        environment=settings.environment,
        namespace=settings.team_namespace,
        production=settings.in_production,
    )
    if role is not None:
        args["secrets_role_arn"] = role
    Application(
        settings.workloads.application or settings.team,
        args,
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=after)),
        conversion=conversion,
        hooks=handovers(conversion, settings.team_namespace, ground.cluster.connection.kubeconfig),
    )


def reads_secrets(conversion: Conversion | None) -> bool:
    """Whether anything of a conversion is for the secrets operator."""
    manifests = conversion.manifests if conversion else ()
    return any(manifest["kind"] in {"ExternalSecret", "SecretStore"} for manifest in manifests)


def _identity(
    settings: Settings, conversion: Conversion, ground: Ground, access: TeamAccess, opts: pulumi.ResourceOptions
) -> pulumi.Resource | None:
    """What lets the store of a conversion read; None where it reads nothing, or nobody is asked."""
    account, secrets = store_account(conversion), settings.secrets
    if not account or secrets.backend == "fake":
        return None
    name = f"{settings.team}-secrets"
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[access]))
    if secrets.backend == "vault":
        return VaultIdentity(
            name,
            VaultIdentityArgs(
                namespace=settings.team_namespace,
                service_account=account,
                operator_namespace=ground.operator_namespace,
            ),
            opts,
        )
    args = AwsSecretsIdentityArgs(
        team=settings.team,
        environment=settings.environment,
        namespace=settings.team_namespace,
        region=secrets.region or (settings.aws.region if settings.aws else ""),
        account_id=settings.aws.account_id if settings.aws else "",
        partition=settings.aws.partition if settings.aws else "aws",
        role_name=store_role_name(settings, ground.platform),
        service_account=account,
        prefix=secrets.prefix,
        others=sorted(set(foreign_names(settings, conversion))),
        kms_key_arn=secrets.kms_key,
        operator_namespace=ground.operator_namespace,
    )
    # A role named in the stack file is somebody else's; a cluster that IAM does not trust can't assume one.
    if secrets.role:
        args["role_arn"] = secrets.role
    elif settings.aws and (eks := eks_of(settings, ground.cluster)) and eks.oidc_provider is not None:
        args["oidc_provider_arn"], args["oidc_issuer"] = eks.oidc_provider, eks.oidc_issuer
    return AwsSecretsIdentity(name, args, opts)
