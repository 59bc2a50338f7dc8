"""Plans written by hand, to be estimated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from longshore.cost.estimate import estimate
from longshore.cost.subject import Subject, Surroundings, Usage
from longshore.prices.table import Prices
from longshore.rehearsal.plan import Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from longshore.cost.estimate import Estimate
    from longshore.model import Manifest

REGION = "eu-west-1"
DAY = date(2026, 11, 1)
CLASSES = frozenset({"alb", "alb-internal"})
AUTO = Surroundings("", "auto", shares=True, ingress_classes=CLASSES)
EACH = Surroundings("", "auto", shares=False, ingress_classes=CLASSES)
MANAGED = Surroundings("", "managed", shares=False, ingress_classes=CLASSES)
TEAM = Surroundings("platform.dev", "auto", shares=True, ingress_classes=CLASSES)


def node(type_: str, called: str = "one", /, **inputs: Any) -> Node:
    """A resource of a plan."""
    return Node(f"urn:{type_}::{called}", type_, called, "", inputs=inputs)


def cluster(version: str = "1.35", support: str = "STANDARD") -> Node:
    """An EKS cluster."""
    return node("eks:index:Cluster", version=version, upgradePolicy={"supportType": support})


def placed(*manifests: Manifest) -> list[Node]:
    """Objects in a cluster, as resources of a plan."""
    return [
        Node(
            f"urn:{each['kind']}::{number}", f"kubernetes:v1:{each['kind']}", each["metadata"]["name"], "", inputs=each
        )
        for number, each in enumerate(manifests)
    ]


def deployment(name: str = "web", replicas: int | None = 1, memory: str = "256Mi", cpu: str = "100m") -> Manifest:
    """A Deployment whose pods ask for so much."""
    spec: dict[str, Any] = {
        "template": {"spec": {"containers": [{"resources": {"requests": {"memory": memory, "cpu": cpu}}}]}},
        "strategy": {"rollingUpdate": {"maxSurge": 1}},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {"kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def claim(name: str, size: str, class_: str = "") -> Manifest:
    """A claim for a volume."""
    spec: dict[str, Any] = {"resources": {"requests": {"storage": size}}}
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {**spec, **({"storageClassName": class_} if class_ else {})},
    }


def estimated(
    nodes: Sequence[Node],
    around: Surroundings = AUTO,
    *,
    others: Mapping[str, Sequence[Manifest]] | None = None,
    usage: Usage | None = None,
    region: str = REGION,
    production: bool = False,
    day: date = DAY,
    own: Mapping[str, Decimal] | None = None,
) -> Estimate:
    """The estimate of a plan."""
    subject = Subject("it", nodes, region, day, around, others or {}, usage or Usage(), production)
    return estimate(subject, Prices(region, own or {}))


def monthly(found: Estimate) -> dict[str, str]:
    """What → amount."""
    return {line.what: str(line.monthly) for line in found.lines}
