"""How Pulumi speaks to a cluster: one provider that refuses what is there already, and one that takes it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pulumi_kubernetes as k8s

if TYPE_CHECKING:
    import pulumi


class Connection(NamedTuple):
    """The two providers of a cluster.

    outside: for what is not inside a namespace of ours. An object of the same name is somebody else's, and stops the
    deployment. inside: for a namespace that is the stack's alone. An object of the same name is what an interrupted
    deployment made and could not write down; the next one goes on with it. Inside, no two resources may ever name one
    object, not even one after the other: the first's deletion would take what the second had taken over. So the names
    of resources there are made of the names of objects and of nothing else.
    """

    outside: k8s.Provider
    inside: k8s.Provider


def connect(
    name: str,
    *,
    kubeconfig: pulumi.Input[str],
    identifier: pulumi.Input[str],
    context: str = "",
    opts: pulumi.ResourceOptions,
) -> Connection:
    """Connect to a cluster.

    kubeconfig: content or path, never empty: without one the provider takes that of whoever runs Pulumi. identifier:
    while it stays, a kubeconfig that changes or is not known yet replaces nothing; a new one replaces everything.
    """

    def provider(suffix: str, *, takes_over: bool) -> k8s.Provider:
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
            opts=opts,
        )

    return Connection(provider("k8s", takes_over=False), provider("k8s-inside", takes_over=True))
