"""From a stack to its resources: settings → conversion → components → exports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pulumi

from longshore.components import Backups, GithubRunner, ImageRepositories, MonthlyBudget, Network, SecretsOperator
from longshore.convert.kubernetes.urls import urls
from longshore.program import arguments
from longshore.program.bound_cluster import reach
from longshore.program.boundary import keep_roles_within
from longshore.program.cluster import cluster_of, exports, keep_images
from longshore.program.deployer import only_once
from longshore.program.domain import certificate_of, domain_of
from longshore.program.engine import config, end_when_interrupted, said_once, stop_on_errors
from longshore.program.observability import logs_of, watch_cluster, watch_team
from longshore.program.providers import aws_provider, default_tags, stack_tag
from longshore.program.running_nodes import seen
from longshore.program.team import Ground, deploy_in_place, deploy_team, eks_of, operator_namespace, reads_secrets
from longshore.program.tenants import deploy_tenants
from longshore.stack.eks_settings import EksCluster
from longshore.stack.names import budget_name
from longshore.stack.pins import REHEARSAL
from longshore.stack.reading import BOOTSTRAP, convert_stack, read_stack, summary
from longshore.stack.tenants import place_of

if TYPE_CHECKING:
    from longshore.program.cluster import Cluster
    from longshore.stack.network_settings import NetworkSettings
    from longshore.stack.reading import Stack
    from longshore.stack.settings import Settings


def deploy() -> None:
    """Declare all that the stack around this program is, and export what other stacks need of it.

    Raises:
        pulumi.RunError: in a rehearsal, its settings or its compose files have errors; nothing was declared. For an
            engine the program ends with what it has said of them.
    """
    end_when_interrupted()
    with said_once():
        declare()


def declare() -> None:
    """Declare all of it."""
    stack = read_stack(pulumi.get_stack(), os.getcwd(), config())
    if stack.bootstrap or BOOTSTRAP in config():
        from longshore.program.bootstrap import declare_bootstrap  # noqa: PLC0415  few stacks wait for all rights

        declare_bootstrap(stack)
    else:
        _declare(stack)


def _declare(stack: Stack) -> None:
    """Declare a platform, a team's application, or both."""
    estate = convert_stack(stack, os.environ, deploying=True, applied=_applied())
    settings = stop_on_errors(stack.settings, *summary(stack, estate))  # before the first resource

    place = place_of(settings, stack.platform)
    # A tenant's stack makes nothing in AWS but budget and alarms: without these its deployer needs no rights there.
    if settings.aws and settings.aws.permissions_boundary:
        keep_roles_within(settings.aws.permissions_boundary)
    aws = None if place and not (settings.budget or settings.alarms) else aws_provider(settings, stack.name)
    in_aws = pulumi.ResourceOptions(provider=aws)
    conversion = estate.conversion if estate else None
    needs_operator = reads_secrets(conversion) and settings.operator is None
    reached = reach(settings, stack.root, needs_operator=needs_operator)
    hooks = only_once(stack, settings, aws)
    nodes = seen(settings, aws, stack.file)
    certificate = certificate_of(settings, in_aws)
    logs = logs_of(settings, in_aws)
    after_logs = pulumi.ResourceOptions.merge(in_aws, pulumi.ResourceOptions(depends_on=[logs] if logs else None))
    tags = default_tags(settings, stack.name)
    network = _network(settings, in_aws)
    _runner(settings, network, in_aws)
    cluster = cluster_of(settings, network, after_logs, reached, hooks, certificate, tags, nodes)
    named = eks_of(settings, cluster)
    _images(settings, cluster, in_aws)
    if named:
        watch_cluster(settings, named.name, certificate, in_aws)
    outside = pulumi.ResourceOptions(providers=[one for one in (cluster.connection.outside, aws) if one])
    domain = domain_of(settings, cluster, outside)
    operator = _operator(settings, pulumi.ResourceOptions(provider=cluster.connection.outside))
    _budget(settings, stack, in_aws)
    _backups(settings, in_aws)
    resumed = reached is not None and reached.has_namespace
    ground = Ground(
        cluster, aws, operator, operator_namespace(settings, stack.platform), resumed, stack.platform, domain
    )
    deploy_tenants(settings, ground)
    if place:
        deploy_in_place(settings, conversion, ground)
    elif settings.team:
        deploy_team(settings, conversion, ground)
    if settings.team and named:
        watched = watch_team(settings, named.name, after_logs, secrets=reads_secrets(conversion))
        if watched:
            pulumi.export("dashboard", watched)

    for key, value in exports(cluster).items():
        pulumi.export(key, value)
    if conversion and (found := urls(conversion.manifests)):
        pulumi.export("urls", found)


def _network(settings: Settings, opts: pulumi.ResourceOptions) -> Network | NetworkSettings | None:
    """The network of a stack, made, or as it is there; None where it needs none."""
    if settings.network is None or settings.aws is None:
        return None
    if settings.network.vpc_id:
        return settings.network
    args = arguments.network(settings.network, settings.aws, production=settings.in_production)
    args["flow_log_group"] = f"/aws/vpc/{settings.cluster_name}"
    return Network(settings.environment, args, opts)


def _applied() -> bool:
    """Whether what is declared goes to a cluster now: in no rehearsal and no preview."""
    return not (os.environ.get(REHEARSAL) or pulumi.runtime.is_dry_run())


def _images(settings: Settings, cluster: Cluster, opts: pulumi.ResourceOptions) -> None:
    """Where teams push their images, and what is kept of other registries, where the stack wants that."""
    if settings.images.repositories:
        ImageRepositories(settings.environment, arguments.repositories(settings), opts)
    keep_images(settings, cluster, opts)


def _runner(settings: Settings, network: Network | NetworkSettings | None, opts: pulumi.ResourceOptions) -> None:
    """A runner inside of the network; it waits for the way out, and the cluster does not wait for it."""
    if settings.runner is None or settings.aws is None or network is None:
        return
    after = pulumi.ResourceOptions(depends_on=[network] if isinstance(network, Network) else None)
    builds = bool(settings.images.repositories)  # teams push to them from here
    args = arguments.runner(settings.runner, settings.aws, network, builds=builds)
    runner = GithubRunner(f"{settings.cluster_name}-runner", args, pulumi.ResourceOptions.merge(opts, after))
    pulumi.export("runner", runner.project)


def _budget(settings: Settings, stack: Stack, opts: pulumi.ResourceOptions) -> None:
    """The budget of a stack, where it wants one."""
    if settings.budget:
        called = budget_name(settings, stack.platform)
        name, args = arguments.budget(settings, settings.budget, stack_tag(stack.name), called)
        MonthlyBudget(name, args, opts)


def _backups(settings: Settings, opts: pulumi.ResourceOptions) -> None:
    """What keeps the volumes of the cluster of a stack."""
    if settings.backup and settings.backup.keep_days and settings.aws:
        Backups(settings.environment, arguments.backups(settings, settings.backup, settings.aws.partition), opts)


def _operator(settings: Settings, opts: pulumi.ResourceOptions) -> SecretsOperator | None:
    """The operator of a stack; None where the cluster has one already."""
    if settings.operator is None:
        return None
    viewed = isinstance(settings.cluster, EksCluster) and bool(settings.cluster.viewers)
    args = arguments.operator(settings.operator, production=settings.in_production, viewed=viewed)
    return SecretsOperator(settings.environment, args, opts)
