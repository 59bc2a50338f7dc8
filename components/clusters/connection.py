"""How Pulumi speaks to a cluster: one provider that refuses what is there already, and one that takes it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_kubernetes as k8s

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Connection(NamedTuple):
    """The two providers of a cluster.

    outside: for what is not inside a namespace of ours. An object of the same name is somebody else's, and stops the
    deployment. inside: for a namespace that is the stack's alone. An object of the same name is what an interrupted
    deployment made and could not write down; the next one goes on with it. Inside, no two resources may ever name one
    object, not even one after the other: the first's deletion would take what the second had taken over. So the names
    of resources there are made of the names of objects and of nothing else. What we say of an object there holds, who
    else may have said something of the same field since; what we say nothing of is left to others (docs/stacks.md).
    kubeconfig: by which both log in.
    """

    outside: k8s.Provider
    inside: k8s.Provider
    kubeconfig: pulumi.Output[str]


def connect(
    name: str,
    *,
    kubeconfig: pulumi.Input[str],
    identifier: pulumi.Input[str],
    context: str = "",
    opts: pulumi.ResourceOptions,
    hooks: pulumi.ResourceHookBinding | None = None,
    prepare: Callable[[k8s.Provider], Sequence[pulumi.Resource]] = lambda _: (),
) -> Connection:
    """Connect to a cluster.

    kubeconfig: content or path, never empty: without one the provider takes that of whoever runs Pulumi. identifier:
    while it stays, a kubeconfig that changes or is not known yet replaces nothing; a new one replaces everything.
    hooks: run before anything is done by a kubeconfig that is new to the state. prepare: makes, by the provider for
    what is outside, all that must be there before anything in a namespace, and after it: classes, drivers, controllers.
    """

    def provider(suffix: str, more: pulumi.ResourceOptions, *, takes_over: bool) -> k8s.Provider:
        return k8s.Provider(
            f"{name}-{suffix}",
            kubeconfig=kubeconfig,
            context=context or None,
            cluster_identifier=identifier,
            enable_server_side_apply=True,
            # In place: as a replacement it would be deleted first, and a pod that starts meanwhile would not find it.
            enable_config_map_mutable=True,
            suppress_helm_hook_warnings=True,
            upsert_existing_objects=takes_over,
            # The API server fills lists such as those of an ExternalSecret, whose elements cannot be shared: what it
            # filled before an interruption would be a conflict after it.
            enable_patch_force=takes_over or None,
            opts=pulumi.ResourceOptions.merge(opts, more),
        )

    outside = provider("k8s", pulumi.ResourceOptions(hooks=hooks), takes_over=False)
    later = pulumi.ResourceOptions(depends_on=[outside, *prepare(outside)])
    inside = provider("k8s-inside", later, takes_over=True)
    return Connection(outside, inside, pulumi.Output.from_input(kubeconfig))
