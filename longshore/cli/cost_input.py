"""The monthly estimate of a stack of the project: what it needs beside the plan."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from longshore.cost.estimate import estimate
from longshore.cost.subject import Subject, Surroundings, Usage
from longshore.errors import INPUT, Refused
from longshore.prices.table import Prices
from longshore.stack.eks_settings import EksCluster
from longshore.stack.inputs import APPLICATION_LOAD_BALANCER, INTERNAL_APPLICATION_LOAD_BALANCER
from longshore.stack.reading import convert_stack, project_root, read_stack, stack_names
from longshore.stack.settings import StackCluster
from longshore.stack.support import today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.cli.shell import Shell
    from longshore.cost.estimate import Estimate
    from longshore.model import Manifest
    from longshore.rehearsal.plan import Node
    from longshore.stack.reading import Stack
    from longshore.stack.settings import Settings

INGRESS_CLASSES = frozenset({APPLICATION_LOAD_BALANCER, INTERNAL_APPLICATION_LOAD_BALANCER})

Others = dict[str, "Sequence[Manifest]"]


def others_on(name: str, shell: Shell) -> Others:
    """Convert the stacks of the project on the cluster of this one; what can't be read is told, and left out."""
    root = project_root(shell.directory)
    found: Others = {}
    for other in stack_names(root):
        stack = read_stack(other, root)
        cluster = stack.settings.cluster if stack.settings else None
        if isinstance(cluster, StackCluster) and cluster.stack == name:
            estate = convert_stack(stack, shell.environment)
            if estate and estate.conversion is None:
                shell.tell("warning", f"stack {other} can't be converted, so its services are not in the estimate")
            found[other] = estate.conversion.manifests if estate and estate.conversion else ()
    return found


def estimated(name: str, nodes: Sequence[Node], shell: Shell, others: Mapping[str, Sequence[Manifest]]) -> Estimate:
    """Estimate a stack of the project around the shell's directory by its plan.

    Raises:
        Refused: its file cannot be read.
    """
    stack = read_stack(name, shell.directory)
    if stack.bootstrap:
        region = stack.bootstrap.aws.region
        alone = Subject(name, nodes, region, today(), Surroundings(), others, Usage(), production=True)
        return estimate(alone, Prices(region, {}))
    if stack.settings is None:
        raise Refused(f"stack {name} can't be read", f"`longshore check -s {name}` says why", INPUT)
    settings, platform = stack.settings, stack.platform
    prices = prices_of(stack)
    subject = Subject(
        name,
        nodes,
        prices.region,
        today(),
        _around(settings, platform),
        others,
        Usage(settings.cost.log_gigabytes, settings.cost.nat_gigabytes),
        production=settings.in_production,
    )
    return estimate(subject, prices)


def prices_of(stack: Stack) -> Prices:
    """Take the prices of a stack's region, of none where it has none, with what it and its platform say over them."""
    settings, platform = stack.settings, stack.platform
    if settings is None:
        return Prices("")
    said = {**(platform.cost.prices if platform else {}), **settings.cost.prices}
    region = settings.aws.region if settings.aws else ""
    return Prices(region, {price: Decimal(amount) for price, amount in said.items()})


def _around(settings: Settings, platform: Settings | None) -> Surroundings:
    cluster = (platform or settings).cluster
    stack = settings.cluster.stack if isinstance(settings.cluster, StackCluster) else ""
    if not isinstance(cluster, EksCluster):
        return Surroundings(stack)
    return Surroundings(stack, cluster.compute, cluster.shares_load_balancers, INGRESS_CLASSES)
