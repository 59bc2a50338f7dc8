"""The cluster of a platform stack of this project, by what that stack exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from longshore.components.clusters.connection import connect
from longshore.components.clusters.interface import Oidc
from longshore.stack.settings import StackCluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.components.clusters.interface import Place


class StackReferenceCluster(pulumi.ComponentResource):
    """A cluster that another stack made; `longshore.components.clusters.interface.Cluster` says what it offers."""

    def __init__(self, name: str, settings: StackCluster, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("longshore:kubernetes:StackReference", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # On a backend without Pulumi Cloud the organization is the word `organization`, which is what this returns.
        full = f"{pulumi.get_organization()}/{pulumi.get_project()}/{settings.stack}"
        stack = pulumi.StackReference(f"{name}-{settings.stack}", stack_name=full, opts=child)

        def exported(key: str) -> pulumi.Output[str]:
            return stack.outputs.apply(lambda outputs: _required(outputs, key, settings.stack))

        self.name: pulumi.Input[str] | None = exported("clusterName")
        self.oidc: Oidc | None = Oidc(exported("oidcProviderArn"), exported("oidcIssuer"))
        self.exports: Mapping[str, pulumi.Input[Any]] = {}
        self.connection = connect(
            name, kubeconfig=exported("kubeconfig"), identifier=exported("clusterIdentifier"), opts=child
        )
        self.register_outputs({"stack": settings.stack})


def _required(outputs: Mapping[str, Any], key: str, stack: str) -> str:
    """Read one output; without a kubeconfig the provider would silently take the one of whoever runs Pulumi."""
    value = outputs.get(key)
    if not value:
        raise pulumi.RunError(f"stack {stack} exports no `{key}`: deploy it first (`pulumi up -s {stack}`)")
    return str(value)


def cluster(place: Place) -> StackReferenceCluster:
    """Reach the cluster of the platform stack."""
    settings = place.settings.cluster
    assert isinstance(settings, StackCluster)  # noqa: S101  the kind chose this module
    return StackReferenceCluster(place.settings.environment, settings)
