"""`TeamNamespace`: a namespace that the stack of the platform made for a team, for the team's own stack.

It is read and never written, by whoever may read that one namespace. What the cluster says of it is asked before
anything is deployed: a stack that made its namespace itself, and is a tenant now, would delete it with all in it.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi

from longshore.cluster.bound import STACK, TEAM
from longshore.components.component import Component
from longshore.components.kubernetes_object import KubernetesObject


class TeamNamespaceArgs(TypedDict):
    """Which namespace, and whose it must be."""

    namespace: str
    """Name of the namespace."""
    team: str
    """Name of the team, which its label has to say."""


class TeamNamespace(Component):
    """A namespace that is there, of a team; another's ends the program before it deletes or makes anything."""

    namespace: pulumi.Output[str]
    """Name of the namespace."""

    def __init__(self, name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:kubernetes:TeamNamespace")
        wanted = args["namespace"]
        read = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(id=wanted))
        found = KubernetesObject(wanted, {"apiVersion": "v1", "kind": "Namespace", "metadata": None}, read)
        own = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        self.namespace = found.metadata.apply(lambda metadata: _checked(wanted, metadata, args["team"], own))
        self.register_outputs({"namespace": self.namespace})


def _checked(namespace: str, metadata: Mapping[str, Any] | None, team: str, own: str) -> str:
    """Name of the namespace, where it is the platform's for this team; metadata: none in a rehearsal."""
    if not metadata:
        return namespace
    maker = (metadata.get("annotations") or {}).get(STACK, "")
    if maker == own:
        raise pulumi.RunError(
            f"the namespace {namespace} was made by this very stack, which would delete it now with all that it holds\n"
            "help: hand it over first (docs/stacks.md#tenants)"
        )
    whose = (metadata.get("labels") or {}).get(TEAM, "")
    if whose != team:
        whose = f"of team {whose}" if whose else "of nobody that Longshore knows"
        raise pulumi.RunError(f"the namespace {namespace} is {whose}, and not of team {team}")
    return namespace
