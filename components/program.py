"""The program of a stack: settings → convert → components → exports.

One function, so that `__main__.py` of every project, of this one and of those that `longshore init` makes, is the same
few lines, and what a stack gets is decided by the version that is installed.
"""

from __future__ import annotations

import os

import pulumi

from longshore.components.budget import MonthlyBudget
from longshore.components.clusters.interface import Place, cluster_of
from longshore.components.engine import config, end_when_interrupted, stop_on_errors
from longshore.components.network import Network
from longshore.components.providers import aws_provider, stack_tag
from longshore.components.secret_stores.operator import SecretsOperator
from longshore.components.team import Ground, deploy_team, operator_namespace
from longshore.stack.reading import convert_stack, read_stack, summary


def deploy() -> None:
    """Declare all that the stack around this program is, and export what other stacks need of it.

    Raises:
        pulumi.RunError: its settings or its compose files have errors; nothing was declared.
    """
    end_when_interrupted()
    stack = read_stack(pulumi.get_stack(), os.getcwd(), config())
    estate = convert_stack(stack, os.environ, deploying=True)
    settings = stop_on_errors(stack.settings, *summary(stack, estate))  # before the first resource

    aws = aws_provider(settings, stack.name)
    in_aws = pulumi.ResourceOptions(provider=aws)
    network = Network.of(settings, in_aws)
    cluster = cluster_of(Place(settings, network, aws, stack.root))
    operator = SecretsOperator.of(settings, pulumi.ResourceOptions(provider=cluster.connection.outside))
    MonthlyBudget.of(settings, stack_tag(stack.name), in_aws)
    if settings.team:
        ground = Ground(cluster, aws, operator, operator_namespace(settings, stack.platform))
        deploy_team(settings, estate.conversion if estate else None, ground)

    for key, value in cluster.exports.items():
        pulumi.export(key, value)
