"""What a stack may not share with the others on its cluster.

A namespace: each of two stacks would take over and delete the other's objects. An IAM role: EKS takes one access entry
per role, https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html. A load balancer has one idle timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.access_entries import let_in
from longshore.stack.settings import KubeconfigCluster, StackCluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.settings import Settings


def clashes(stack: str, settings: Settings, others: Mapping[str, Settings]) -> Iterator[Wrong]:
    """Find what a stack takes on its cluster, or in its account, and one of `others` (by name) takes there too."""
    yield from _same_cluster(settings, others)
    if not settings.team:
        return
    place, told = _cluster(stack, settings), set[str]()
    for name, other in others.items():
        if _cluster(name, other) != place:
            continue
        if other.team and other.team_namespace == settings.team_namespace:
            key = "namespace" if settings.namespace else "team"
            message = f"makes `{settings.team_namespace}` its namespace, which is that of stack {name} on this cluster"
            yield Wrong((key,), message, "give one of them another `namespace`")
        yield from _another_timeout(settings, name, other)
        taken = set(let_in(other).values())
        for path, role in let_in(settings).items():
            if role in taken - told:
                told.add(role)
                message = f"`{role}` is let in by stack {name} already, and EKS takes one entry per role"
                yield Wrong(path, message, "give each team a role of its own")


def _another_timeout(settings: Settings, name: str, other: Settings) -> Iterator[Wrong]:
    """Find a load balancer that both stacks use, and that is to wait for different times."""
    theirs = dict(_timeouts(other).values())
    for service, (internal, seconds) in _timeouts(settings).items():
        if theirs.get(internal, seconds) != seconds:
            message = f"is {seconds}, and {theirs[internal]} in stack {name}, which shares the load balancer"
            place = ("services", service, "exposure", "idleTimeout")
            yield Wrong(place, message, "write the longer one in both, or `cluster: {loadBalancers: each}` there")


def _timeouts(settings: Settings) -> dict[str, tuple[bool, int]]:
    """Service → whether it is open inside only, and how long its connections may be silent, where a stack says so."""
    if settings.workloads.ingress_class:
        return {}
    exposures = {name: service.exposure for name, service in settings.services.items() if service.exposure}
    return {name: (one.internal, one.idle_timeout) for name, one in exposures.items() if one.idle_timeout}


def _same_cluster(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Wrong]:
    """EKS takes one cluster of a name in a region of an account."""
    if not settings.cluster_name:
        return
    for name, other in others.items():
        here, there = settings.aws, other.aws
        same = here and there and (here.region, here.account_id) == (there.region, there.account_id)
        if same and other.cluster_name == settings.cluster_name:
            message = f"makes the cluster `{settings.cluster_name}`, which stack {name} makes in the same region"
            yield Wrong(("cluster",), message, "give one of them another `cluster.name`", key=True)


def _cluster(stack: str, settings: Settings) -> tuple[str, ...]:
    """The cluster of a stack, by what names it."""
    cluster = settings.cluster
    if isinstance(cluster, KubeconfigCluster):
        return ("kubeconfig", cluster.path, cluster.context, cluster.identifier)
    return (cluster.stack if isinstance(cluster, StackCluster) else stack,)
