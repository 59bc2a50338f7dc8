"""`nodes` of a service, in the stack file or in `x-longshore` → the nodes of one group or pool, and of no other.

The stack that makes the cluster says which there are (`nodeGroups`, `nodePools`), with labels, processors and taints.
A service that names one of them, or asks for a label that it carries, tolerates its taints; one that asks for a
processor (`platform`) tolerates those that speak of it, such as `arch=arm64:NoSchedule`. What asks for nodes that the
cluster does not have is told: its pods would wait for ever.
Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.node_choice import choice_of, closed, meant, tolerated
from longshore.convert.kubernetes.nodes import NAMED
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.node_choice import Choice
    from longshore.model import Effect


@service_policy
def nodes(service: Service) -> Iterator[Effect]:
    """Choose the nodes that a service names, and let it onto those that it asks for."""
    choice = choice_of(service)
    if not (choice.name or choice.labels or choice.architecture):
        return
    if service.host is not service:
        if choice.name:
            host = service.host.name
            yield Problem(
                "nodes",
                Severity.ERROR,
                f"`nodes` holds for a whole pod, and this container runs in the pod of `{host}`",
                f"set it on `{host}`",
            )
        return
    if choice.name:
        yield Default(service.workload, (*POD, "nodeSelector", NAMED), choice.name, f"{service.setting}.nodes")
    found = meant(choice, service.options.nodes)
    if service.options.nodes:
        yield from _unmet(service, choice)
    elif choice.name:
        yield Problem(
            "nodes",
            Severity.WARNING,
            f"the pods wait until a node carries the label `{NAMED}={choice.name}`",
            "nodes of a cluster that a stack of Longshore makes carry it; label others by hand, or drop `nodes`",
        )
    tolerations = {taint: taint.toleration for taint in tolerated(choice, found)}
    if tolerations:
        yield Default(service.workload, (*POD, "tolerations"), list(tolerations.values()), f"{service.setting}.nodes")


def _unmet(service: Service, choice: Choice) -> Iterator[Problem]:
    """What the cluster does not have of that which is asked for; `placement` tells of a label that no nodes carry."""
    there, architecture = service.options.nodes, choice.architecture
    names, found = [each.name for each in there], meant(choice, service.options.nodes)
    if choice.name and choice.name not in names:
        from difflib import get_close_matches  # noqa: PLC0415  only needed when something is wrong

        close = get_close_matches(choice.name, names, n=1)
        help_text = f"did you mean `{close[0]}`?" if close else f"the cluster has {', '.join(sorted(names))}"
        yield Problem("nodes", Severity.ERROR, f"no nodes of the cluster are called `{choice.name}`", help_text)
    elif architecture and not any(architecture in each.architectures for each in there):
        yield Problem(
            "nodes",
            Severity.WARNING,
            f"no nodes of the cluster are {architecture}, and the pods wait for some",
            "let the platform have some (`nodePools` with `architectures`, `nodeGroups` with another `ami`), or ask for"
            " other processors",
        )
    elif not found and (choice.name or architecture):
        yield Problem(
            "nodes",
            Severity.WARNING,
            "no nodes of the cluster have all that is asked for together, and the pods wait",
            "`nodes`, `platform` and `deploy.placement` each ask for some: let them agree",
        )
    elif found and closed(choice, found):
        kept = ", ".join(each.name for each in found)
        yield Problem(
            "nodes",
            Severity.WARNING,
            f"the only {architecture} nodes are kept for others by their taints: {kept}",
            "name them by `nodes`, or let the platform have others",
        )
