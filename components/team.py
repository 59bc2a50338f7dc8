"""A team on a cluster: its namespace, the identity that reads its secrets, and its application, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pulumi

from longshore.components.access import TeamAccess
from longshore.components.application import Application
from longshore.components.secret_stores.interface import Reader, store_identity
from longshore.stack.settings import Operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pulumi_aws as aws

    from longshore.components.clusters.interface import Cluster
    from longshore.model import Conversion
    from longshore.stack.settings import Settings


class Ground(NamedTuple):
    """What a team stands on: the cluster, the AWS account if there is one, and the operator if this stack made it.

    operator_namespace: of the operator, whoever made it.
    """

    cluster: Cluster
    aws: aws.Provider | None
    operator: pulumi.Resource | None
    operator_namespace: str


def operator_namespace(settings: Settings, platform: Settings | None) -> str:
    """Where the secrets operator runs: as this stack or its platform says, else where its chart puts it by default."""
    made = settings.operator or (platform.operator if platform else None) or Operator()
    return made.namespace


def deploy_team(settings: Settings, conversion: Conversion | None, ground: Ground) -> None:
    """Declare all that a team has on its cluster; without a conversion the place for it alone."""
    providers = [provider for provider in (ground.cluster.connection.inside, ground.aws) if provider]
    opts = pulumi.ResourceOptions(providers=providers)
    access = TeamAccess(settings.team, settings, cluster=ground.cluster, opts=opts)
    if conversion is None:
        return
    after: list[pulumi.Resource] = [access]
    account = store_account(conversion)
    if account:
        reader = Reader(
            settings,
            ground.cluster,
            ground.aws,
            account,
            ground.operator_namespace,
            tuple(sorted(set(foreign_names(settings, conversion)))),
            access,
        )
        after.append(store_identity(reader, opts))
    if ground.operator:
        after.append(ground.operator)
    Application(
        settings.workloads.application or settings.team,
        conversion,
        namespace=settings.team_namespace,
        production=settings.in_production,
        after=after,
        opts=opts,
    )


def store_account(conversion: Conversion) -> str:
    """Name of the ServiceAccount that the SecretStore of a conversion acts as; "" where nothing is read."""
    for manifest in conversion.manifests:
        if manifest["kind"] == "SecretStore":
            return f"{manifest['metadata']['name']}-secrets"
    return ""


def foreign_names(settings: Settings, conversion: Conversion) -> Iterator[str]:
    """Remote secrets that the application reads outside its team's own prefix."""
    prefix = f"{settings.secrets.prefix}{settings.environment}/{settings.team}/"
    for manifest in conversion.manifests:
        if manifest["kind"] == "ExternalSecret":
            for entry in manifest["spec"].get("data", ()):
                if not entry["remoteRef"]["key"].startswith(prefix):
                    yield entry["remoteRef"]["key"]
