"""What the settings of a stack are as arguments of the components: the one place where the two meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.components import (
    AddonArgs,
    Architecture,
    BackupsArgs,
    Compute,
    ControllerArgs,
    ControlPlaneLog,
    Currency,
    EksClusterArgs,
    FlowLogDestination,
    GithubRunnerArgs,
    ImageCachesArgs,
    ImageRepositoriesArgs,
    MonthlyBudgetArgs,
    Nat,
    Network,
    NetworkArgs,
    NodeCapacity,
    NodeGroupArgs,
    NodeImage,
    NodePoolArgs,
    PodSecurity,
    QuotaArgs,
    RestoredVolumeArgs,
    RunnerSize,
    SecretsOperatorArgs,
    SharesArgs,
    Support,
    TeamAccessArgs,
)
from longshore.components.clusters.viewers import GROUP as VIEWERS
from longshore.program.running_nodes import NOTHING, Seen, bounds_change
from longshore.stack.images import cache_prefix
from longshore.stack.observability_settings import ADDON

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from longshore.stack.backup_settings import Backup
    from longshore.stack.eks_settings import Addon, EksCluster, SharedStorage
    from longshore.stack.network_settings import NetworkSettings
    from longshore.stack.node_settings import Controller, NodeGroup, NodePool
    from longshore.stack.observability_settings import Observability
    from longshore.stack.runner_settings import Runner
    from longshore.stack.settings import Aws, Budget, Operator, Settings
    from longshore.stack.team_settings import Quota
    from longshore.stack.tenants import Place


def network(settings: NetworkSettings, account: Aws, *, production: bool) -> NetworkArgs:
    """The network of a platform stack."""
    return NetworkArgs(
        region=account.region,
        cidr=settings.addresses,
        zones=settings.zones,
        nat=Nat(settings.nat),
        endpoints=settings.endpoints,
        flow_log_days=settings.flow_log_days,
        flow_log_destination=FlowLogDestination(settings.flow_log_destination),
        production=production,
    )


def repositories(settings: Settings) -> ImageRepositoriesArgs:
    """The repositories of a platform."""
    args = ImageRepositoriesArgs(
        repositories=settings.images.repositories,
        keep=settings.images.keep,
        accounts=settings.images.accounts,
        production=settings.in_production,
    )
    if settings.images.key_arn:
        args["key_arn"] = settings.images.key_arn
    return args


def caches(settings: Settings, account: Aws, node_role: pulumi.Output[str]) -> ImageCachesArgs:
    """What a platform keeps of other registries, for its nodes."""
    prefix = cache_prefix(settings)
    where = f"{account.partition}:ecr:{account.region}:{account.account_id}"
    return ImageCachesArgs(
        registries={registry: cache.secret for registry, cache in settings.images.caches.items()},
        prefix=prefix,
        node_role=node_role,
        repositories_arn=f"arn:{where}:repository/{prefix}/*",
    )


def standing_in(network: Network | NetworkSettings) -> EksClusterArgs:
    """Where a cluster stands: in the network of its stack, or in one that is there."""
    if isinstance(network, Network):
        return EksClusterArgs(
            vpc_id=network.vpc_id,
            vpc_cidr=network.cidr,
            private_subnet_ids=network.private_subnet_ids,
            control_subnet_ids=network.control_subnet_ids,
            zones=network.zones,
        )
    subnets = network.subnets
    args = EksClusterArgs(
        vpc_id=network.vpc_id,
        private_subnet_ids=subnets.private,
        control_subnet_ids=subnets.control or subnets.private,
        # Nobody asks AWS for the zones of subnets: a plan has no account. Ids tell them apart as well.
        zones=subnets.private,
        inside_subnet_ids=subnets.private,
    )
    if network.cidr:
        args["vpc_cidr"] = network.cidr
    if subnets.public:
        args["public_subnet_ids"] = subnets.public
    return args


def eks_cluster(
    cluster: EksCluster,
    account: Aws,
    network: Network | NetworkSettings,
    *,
    production: bool,
    tags: Mapping[str, str] | None = None,
    nodes: Seen = NOTHING,
) -> EksClusterArgs:
    """An EKS cluster in the network of its stack, or in one that is there.

    tags: of what it makes by itself. nodes: what AWS says of its managed nodes.
    """
    args = EksClusterArgs(
        **standing_in(network),
        partition=account.partition,
        version=cluster.version,
        compute=Compute(cluster.compute),
        node_pools=cluster.built_in_pools,
        own_pools={name: _node_pool(pool) for name, pool in cluster.own_pools.items()},
        node_groups={name: _node_group(name, group, nodes) for name, group in cluster.node_groups.items()},
        autoscaler=_controller(cluster.autoscaler),
        load_balancer_controller=_controller(cluster.load_balancer_controller),
        public_endpoint_cidrs=cluster.endpoint.cidrs if cluster.endpoint.public else (),
        admins=cluster.admins,
        viewers=cluster.viewers,
        addons={name: _addon(addon) for name, addon in cluster.addons.items()},
        network_policies=cluster.network_policies,
        shared_load_balancers=cluster.load_balancers == "shared",
        shared_storage=cluster.shared_storage is not None,
        support=Support(cluster.support),
        logs=[ControlPlaneLog(kind) for kind in cluster.logs],
        log_days=cluster.log_days,
        cost_tags=tags or {},
        production=production,
    )
    if cluster.shared_storage:
        args["shares"] = _shares(cluster.shared_storage)
    if cluster.protect is not None:
        args["protect"] = cluster.protect
    if account.assume_role:
        args["deploy_role_arn"] = account.assume_role
    return args


def _shares(storage: SharedStorage) -> SharesArgs:
    shares = SharesArgs(teams=storage.teams, owners=storage.owners, idle_days=storage.lifecycle_days)
    if storage.backups is not None:
        shares["backups"] = storage.backups
    return shares


def with_backups(args: EksClusterArgs, backup: Backup) -> EksClusterArgs:
    """A cluster of which AWS Backup keeps what holds data, and volumes that were made from what it kept."""
    args["restored"] = {
        claim: RestoredVolumeArgs(volume=one.volume, zone=one.zone, size=one.size)
        for claim, one in backup.restore.items()
    }
    args["backups"] = bool(backup.keep_days)
    if backup.keep_days and "shares" in args:
        args["shares"] = SharesArgs(**{"backups": False, **args["shares"]})  # one of the two keeps them
    return args


def backups(settings: Settings, backup: Backup, partition: str) -> BackupsArgs:
    """What is kept of the cluster of a stack."""
    return BackupsArgs(
        cluster_name=settings.cluster_name,
        schedule=backup.schedule,
        keep_days=backup.keep_days,
        partition=partition,
        production=settings.in_production,
    )


def with_observability(addons: Mapping[str, AddonArgs], seen: Observability) -> dict[str, AddonArgs]:
    """The add-ons of a cluster with the one that ships its logs and metrics, as it may be among them already."""
    own = AddonArgs(**addons.get(ADDON, AddonArgs()))
    if seen.version:
        own["version"] = seen.version
    return {**addons, ADDON: own}


def _addon(addon: Addon) -> AddonArgs:
    args = AddonArgs(configuration=addon.configuration, policies=addon.policies)
    if addon.version is not None:
        args["version"] = addon.version
    if addon.service_account:
        args["service_account"] = addon.service_account
    return args


def _node_group(name: str, group: NodeGroup, nodes: Seen) -> NodeGroupArgs:
    args = NodeGroupArgs(
        instance_types=group.instance_types,
        capacity=NodeCapacity(group.capacity),
        ami=NodeImage(group.ami),
        minimum=group.minimum,
        desired=group.desired,
        maximum=group.maximum,
        max_unavailable=group.max_unavailable,
        disk=group.disk,
        labels=group.labels,
        taints=group.taints,
    )
    release, there = group.release or nodes.releases.get(name), nodes.running.get(name)
    if release:
        args["release"] = release
    if there and bounds_change(group, there):
        args["running"] = there.nodes
    return args


def _node_pool(pool: NodePool) -> NodePoolArgs:
    return NodePoolArgs(
        capacity_types=[NodeCapacity(kind) for kind in pool.capacity_types],
        architectures=[Architecture(kind) for kind in pool.architectures],
        categories=pool.categories,
        instance_types=pool.instance_types,
        cpu=pool.limits.cpu,
        memory=pool.limits.memory,
        weight=pool.weight,
        disk=pool.disk,
        expire_after=pool.expire_after,
        labels=pool.labels,
        taints=pool.taints,
    )


def _controller(controller: Controller | None) -> ControllerArgs | None:
    if controller is None:
        return None
    args = ControllerArgs(chart=controller.chart, values=controller.values)
    if controller.version:
        args["version"] = controller.version
    return args


def runner(
    settings: Runner, account: Aws, network: Network | NetworkSettings, *, builds: bool = False
) -> GithubRunnerArgs:
    """A runner of GitHub Actions in the private subnets of a stack's network; builds: its jobs build images."""
    subnets = network.private_subnet_ids if isinstance(network, Network) else network.subnets.private
    return GithubRunnerArgs(
        repository=settings.repository,
        connection_arn=settings.connection,
        vpc_id=network.vpc_id,
        subnet_ids=subnets,
        region=account.region,
        account_id=account.account_id,
        partition=account.partition,
        size=RunnerSize(settings.size),
        minutes=settings.minutes,
        builds=builds,
    )


def operator(settings: Operator, *, production: bool, viewed: bool = False) -> SecretsOperatorArgs:
    """The secrets operator of a platform stack; viewed: whether viewers of the cluster are to read its release."""
    args = SecretsOperatorArgs(
        version=settings.version,
        chart=settings.chart,
        namespace=settings.namespace,
        replicas=settings.replicas,
        values=settings.values,
        production=production,
    )
    if viewed:
        args["release_readers"] = (VIEWERS,)
    return args


def budget(settings: Settings, wanted: Budget, tags: Mapping[str, str], called: str) -> tuple[str, MonthlyBudgetArgs]:
    """The budget of a stack: the name of its component, and what it is; called: its name in AWS."""
    name = f"longshore-{settings.environment}" + (f"-{settings.team}" if settings.team else "")
    currency = Currency(wanted.currency)
    args = MonthlyBudgetArgs(
        monthly=wanted.monthly, notify=wanted.notify, currency=currency, tags=tags, budget_name=called
    )
    return name, args


def team_access(settings: Settings) -> TeamAccessArgs:
    """The place of a team, on any cluster; on EKS its roles need `cluster_name` as well."""
    args = TeamAccessArgs(
        team=settings.team,
        environment=settings.environment,
        namespace=settings.team_namespace,
        group=settings.team_group,
        people=settings.access.people,
        deployers=settings.access.deployers,
        pod_security=PodSecurity(settings.workloads.pod_security),
        network_policies=settings.workloads.network_policies,
        memory=settings.workloads.memory,
        cpu=settings.workloads.cpu,
        quota=_quota(settings.quota),
        production=settings.in_production,
    )
    if settings.access.exec is not None:
        args["shell"] = settings.access.exec
    return args


def tenant_access(place: Place, *, production: bool) -> TeamAccessArgs:
    """The place of a tenant in one of its namespaces."""
    tenant = place.tenant
    args = TeamAccessArgs(
        team=place.team,
        environment=place.environment,
        namespace=place.namespace,
        group=tenant.access.group or f"team:{place.team}",
        people=tenant.access.people,
        deployers=tenant.access.deployers,
        pod_security=PodSecurity(tenant.pod_security),
        network_policies=tenant.network_policies,
        memory=tenant.memory,
        cpu=tenant.cpu,
        quota=_quota(tenant.quota),
        production=production,
        several=True,
    )
    if tenant.login_secrets:
        args["login_secrets"] = tenant.login_secrets
    if tenant.access.exec is not None:
        args["shell"] = tenant.access.exec
    return args


def _quota(quota: Quota) -> QuotaArgs:
    args = QuotaArgs(cpu=quota.cpu, memory=quota.memory, storage=quota.storage, container_memory=quota.container_memory)
    if quota.pods is not None:
        args["pods"] = quota.pods
    if quota.volumes is not None:
        args["volumes"] = quota.volumes
    if quota.load_balancers is not None:
        args["load_balancers"] = quota.load_balancers
    return args
