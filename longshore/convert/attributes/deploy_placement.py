"""`deploy.placement` → which nodes the pods run on.

`constraints` → `nodeAffinity`: `node.labels.<key>`, `node.hostname`, `node.platform.os|arch`. A cluster's nodes carry
other labels than a Swarm's, so each is reported that no `nodeGroups` or `nodePools` of the platform have: without a
matching node the pods wait. All nodes that pods run on are what Swarm calls workers; `node.role == manager`, `node.id`
and `engine.labels` have no equivalent.
`preferences` → `topologySpreadConstraints`. `max_replicas_per_node: 1` → `podAntiAffinity`; more than one is not kept.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#placement
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from longshore.convert.estate.node_choice import ARCHITECTURES, CONSTRAINT, carries
from longshore.convert.registry import attribute
from longshore.model import Approximated, LocalOnly, Severity, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


LABEL_KEY = Regex(r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?", re.ASCII)
LABEL_VALUE = Regex(r"[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?", re.ASCII)
NODE_LABELS = {
    "node.hostname": "kubernetes.io/hostname",
    "node.platform.os": "kubernetes.io/os",
    "node.platform.arch": "kubernetes.io/arch",
}


@attribute("services.*.deploy.placement")
def deploy_placement(value: View, service: Service) -> Iterator[Effect]:
    """Translate constraints, preferences and the limit per node."""
    if not value:
        return
    if service.host is not service:
        value.plain()
        yield Unsupported(f"the pod belongs to `{service.host.name}`; set it there", code="placement")
        return
    yield from _constraints(value.get("constraints") or (), service)
    yield from _preferences(value.get("preferences") or (), service)
    most = value.get("max_replicas_per_node")
    if most and int(most) == 1:
        term = {"labelSelector": {"matchLabels": service.selector}, "topologyKey": "kubernetes.io/hostname"}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
        yield service.put_pod("affinity", "podAntiAffinity", value=required)
    elif most:
        yield Unsupported(
            f"more than {most} pods may run on one node; they are spread, not limited",
            at=("max_replicas_per_node",),
            code="placement",
            severity=Severity.INFO,
        )


def _constraints(constraints: Any, service: Service) -> Iterator[Effect]:
    expressions: list[dict[str, Any]] = []
    for index, text in enumerate(constraints):
        at = ("constraints", index)
        match = CONSTRAINT.fullmatch(str(text))
        name, operator, wanted = match.groups() if match else ("", "", "")
        key = NODE_LABELS.get(name) or name.removeprefix("node.labels.")
        if name == "node.role":
            yield from _role(operator, wanted, at)
        elif (name in NODE_LABELS or name.startswith("node.labels.")) and _is_label(key, wanted):
            values = [ARCHITECTURES.get(wanted, wanted)]
            expressions.append({"key": key, "operator": "In" if operator == "==" else "NotIn", "values": values})
            known = carries(service.options.nodes, key, wanted)
            if operator == "==" and not name.startswith("node.platform.") and not known:
                yield _needs_nodes(key, wanted, at)
        else:
            yield Unsupported(
                f"nodes cannot be selected by `{text}`",
                "select them by a label: `node.labels.<key> == <value>`",
                at,
                "placement",
            )
    if expressions:
        terms = {"nodeSelectorTerms": [{"matchExpressions": expressions}]}
        yield service.put_pod("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", value=terms)


def _is_label(key: str, value: str) -> bool:
    return bool(LABEL_KEY.fullmatch(key) and LABEL_VALUE.fullmatch(value))


def _role(operator: str, wanted: str, at: tuple[str, int]) -> Iterator[Effect]:
    if (operator == "==") == (wanted == "worker"):
        yield LocalOnly("", at=at)
    else:
        yield Unsupported(
            "managed clusters run no pods on the nodes that manage them; the pod runs on any node",
            "what reads the state of a Swarm has nothing to read here; what needs a certain node selects it by a label",
            at,
            "placement",
        )


def _needs_nodes(key: str, value: str, at: tuple[str, int]) -> Approximated:
    return Approximated(
        f"the pods wait until a node carries the label `{key}={value}`",
        f"give a node group the label (`nodeGroups: {{…: {{labels: {{{key}: {value}}}}}}}` in the platform stack), or "
        "leave the constraint out",
        at,
        "placement",
    )


def _preferences(preferences: Any, service: Service) -> Iterator[Effect]:
    spread = []
    for index, preference in enumerate(preferences):
        name = str(preference.get("spread") or "")
        key = NODE_LABELS.get(name) or name.removeprefix("node.labels.")
        if not LABEL_KEY.fullmatch(key):
            yield Unsupported(f"pods cannot be spread over `{name}`", at=("preferences", index), code="placement")
            continue
        spread.append(
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": service.selector},
            }
        )
        if name.startswith("node.labels.") and "/" not in key:
            yield Approximated(
                f"pods are spread over nodes by the label `{key}`, which nodes of a cluster do not carry by themselves",
                "zones are `node.labels.topology.kubernetes.io/zone` in Kubernetes",
                ("preferences", index),
                "placement",
                Severity.INFO,
            )
    if spread:
        yield service.put_pod("topologySpreadConstraints", value=spread)
