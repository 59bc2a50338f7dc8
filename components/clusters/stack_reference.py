"""`StackReferenceCluster`: the cluster of another stack, by what that stack exports."""

from typing import Any, NotRequired, TypedDict

import pulumi

from longshore.components.clusters.connection import connect
from longshore.components.component import Component


class StackReferenceClusterArgs(TypedDict):
    """Which stack has the cluster."""

    stack: str
    """Name of the stack, `platform.dev`. It exports the outputs of an `EksCluster` under their own names."""
    project: NotRequired[str]
    """Name of its project. Default: that of this program."""


class StackReferenceCluster(Component):
    """A cluster that another stack made.

    Attributes:
        connection: the Kubernetes providers that deploy to it, for programs in Python. Elsewhere a provider is made of
            `kubeconfig` and `clusterIdentifier`.
    """

    cluster_name: pulumi.Output[str]
    """Name of the EKS cluster."""
    cluster_identifier: pulumi.Output[str]
    """Tells it from another cluster of the same name: `clusterIdentifier` of a Kubernetes provider."""
    kubeconfig: pulumi.Output[str]
    """How to enter it, as JSON."""
    oidc_provider_arn: pulumi.Output[str]
    """ARN of the IAM identity provider that trusts its ServiceAccounts."""
    oidc_issuer: pulumi.Output[str]
    """Who signs their tokens, without `https://`."""

    def __init__(self, name: str, args: StackReferenceClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:kubernetes:StackReference")
        stack = args["stack"]
        # On a backend without Pulumi Cloud the organization is the word `organization`, which is what this returns.
        full = f"{pulumi.get_organization()}/{args.get('project', pulumi.get_project())}/{stack}"
        reference = pulumi.StackReference(f"{name}-{stack}", stack_name=full, opts=self._after)

        def exported(key: str) -> pulumi.Output[str]:
            return reference.get_output(key).apply(lambda value: _required(value, key, stack))

        self.cluster_name = exported("clusterName")
        self.cluster_identifier = exported("clusterIdentifier")
        self.kubeconfig = exported("kubeconfig")
        self.oidc_provider_arn = exported("oidcProviderArn")
        self.oidc_issuer = exported("oidcIssuer")
        self.connection = connect(
            name, kubeconfig=self.kubeconfig, identifier=self.cluster_identifier, opts=self._child
        )
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "clusterIdentifier": self.cluster_identifier,
                "kubeconfig": self.kubeconfig,
                "oidcProviderArn": self.oidc_provider_arn,
                "oidcIssuer": self.oidc_issuer,
            }
        )


def _required(value: Any, key: str, stack: str) -> str:
    """Read one output; without a kubeconfig the provider would silently take the one of whoever runs Pulumi."""
    if not value:
        raise pulumi.RunError(f"stack {stack} exports no `{key}`: deploy it first (`pulumi up -s {stack}`)")
    return str(value)
