"""The tenants of a platform: for each of their namespaces its place, and the identity that reads its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from longshore.components import (
    AwsSecretsIdentity,
    AwsSecretsIdentityArgs,
    EksCluster,
    TeamAccess,
    VaultIdentity,
    VaultIdentityArgs,
)
from longshore.program import arguments
from longshore.stack.tenants import places

if TYPE_CHECKING:
    from longshore.program.team import Ground
    from longshore.stack.settings import Aws, Settings
    from longshore.stack.tenants import Place


def deploy_tenants(settings: Settings, ground: Ground) -> None:
    """Declare the places of all tenants of a stack."""
    found = places(settings)
    for place in found:
        of_team = [other.namespace for other in found if other.team == place.team]
        _deploy(settings, place, of_team, ground)


def _deploy(settings: Settings, place: Place, of_team: list[str], ground: Ground) -> None:
    """One namespace. of_team: all those of its team, of which the first one's component lets people in."""
    cluster, account = ground.cluster, settings.aws
    assert isinstance(cluster, EksCluster)  # noqa: S101  checked with the settings
    assert account  # noqa: S101  likewise
    connection = cluster.connection
    opts = pulumi.ResourceOptions(providers=[provider for provider in (connection.inside, ground.aws) if provider])
    args = arguments.tenant_access(place, production=settings.in_production)
    if place.namespace == of_team[0]:
        args["cluster_name"], args["partition"] = cluster.cluster_name, account.partition
        args["view_namespaces"] = of_team
    outside = None if place.tenant.adopt else connection.outside
    access = TeamAccess(place.namespace, args, opts, outside=outside)
    waits = pulumi.ResourceOptions(depends_on=[access])
    _identity(place, account, ground, access, pulumi.ResourceOptions.merge(opts, waits))


def _identity(place: Place, account: Aws, ground: Ground, access: TeamAccess, opts: pulumi.ResourceOptions) -> None:
    secrets, service_account = place.tenant.secrets, f"{place.tenant.secrets.store}-secrets"
    if secrets.backend == "vault":
        vault = VaultIdentityArgs(
            namespace=access.namespace,
            service_account=service_account,
            operator_namespace=ground.operator_namespace,
            several=True,
        )
        VaultIdentity(f"{place.namespace}-secrets", vault, opts)
    if secrets.backend != "aws-secrets-manager":
        return
    assert isinstance(ground.cluster, EksCluster)  # noqa: S101  checked with the settings
    args = AwsSecretsIdentityArgs(
        team=place.team,
        environment=place.environment,
        namespace=place.namespace,
        region=secrets.region or account.region,
        account_id=account.account_id,
        partition=account.partition,
        role_name=place.role_name,
        service_account=service_account,
        prefix=secrets.prefix,
        others=secrets.also,
        kms_key_arn=secrets.kms_key,
        operator_namespace=ground.operator_namespace,
        oidc_provider_arn=ground.cluster.oidc_provider_arn,
        oidc_issuer=ground.cluster.oidc_issuer,
        several=True,
    )
    if secrets.role:
        args["role_arn"] = secrets.role
    AwsSecretsIdentity(f"{place.namespace}-secrets", args, opts)
