"""Kinds that AWS brings into a cluster, as far as our fields go: what is not written here is refused there.

None of the first three is published as a definition; their fields are those of AWS's documents. Sources:
https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html, .../create-node-class.html,
.../create-node-pool.html and https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tools.cluster.api import condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.cluster.api import Api

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
NAMED: Final[Schema] = {"type": "object", "additionalProperties": TEXT}


def fields(required: Iterable[str] = (), /, **known: Schema) -> Schema:
    return {"type": "object", "properties": known, **({"required": list(required)} if required else {})}


def many(**known: Schema) -> Schema:
    return {"type": "array", "items": fields(**known)}


def choice(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _definition(group: str, version: str, kind: str, plural: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": fields(spec=dict(spec))},
                }
            ],
        },
    }


def _balancers(certificates: str) -> Schema:
    """Parameters of an IngressClass; certificates: what the field for them is called."""
    common = fields(
        scheme=choice("internal", "internet-facing"),
        group=fields(("name",), name=TEXT),
        subnets=fields(ids=TEXTS),
        tags=many(key=TEXT, value=TEXT),
    )
    return {**common, "properties": {**common["properties"], certificates: TEXTS}}


_NODES: Final = fields(
    ("role", "subnetSelectorTerms", "securityGroupSelectorTerms"),
    role=TEXT,
    subnetSelectorTerms=many(id=TEXT),
    securityGroupSelectorTerms=many(id=TEXT),
    networkPolicy=choice("DefaultAllow", "DefaultDeny"),
    ephemeralStorage=fields(size={"type": "string", "pattern": "^[0-9]+Gi$"}),
    tags=NAMED,
)
_REQUIREMENTS: Final = many(
    key=TEXT, operator=choice("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"), values=TEXTS
)
_POOL: Final = fields(
    ("template",),
    weight={"type": "integer", "minimum": 1, "maximum": 100},
    limits={"type": "object", "additionalProperties": {"x-kubernetes-int-or-string": True}},
    disruption=fields(consolidateAfter=TEXT, consolidationPolicy=choice("WhenEmpty", "WhenEmptyOrUnderutilized")),
    template=fields(
        ("spec",),
        metadata=fields(labels=NAMED),
        spec=fields(
            ("nodeClassRef", "requirements"),
            nodeClassRef=fields(("group", "kind", "name"), group=TEXT, kind=TEXT, name=TEXT),
            requirements=_REQUIREMENTS,
            taints=many(key=TEXT, value=TEXT, effect=choice("NoSchedule", "PreferNoSchedule", "NoExecute")),
            expireAfter={"type": "string", "pattern": "^([0-9]+(s|m|h))+$|^Never$"},
        ),
    ),
)

AUTO_MODE: Final = (
    _definition("eks.amazonaws.com", "v1", "IngressClassParams", "ingressclassparams", _balancers("certificateARNs")),
    _definition("eks.amazonaws.com", "v1", "NodeClass", "nodeclasses", _NODES),
    _definition("karpenter.sh", "v1", "NodePool", "nodepools", _POOL),
)
"""What every cluster in Auto Mode has from the start."""

LOAD_BALANCER_CONTROLLER: Final = (
    _definition("elbv2.k8s.aws", "v1beta1", "IngressClassParams", "ingressclassparams", _balancers("certificateArn")),
)
"""What comes with the chart of the AWS Load Balancer Controller, and no sooner."""


def install(api: Api, definitions: Iterable[dict[str, Any]]) -> None:
    """Let the cluster have these kinds, and wait until it serves them."""
    names = set()
    for definition in definitions:
        api.apply(definition)
        names.add(definition["metadata"]["name"])

    def served() -> bool:
        found = api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        return names <= {each["metadata"]["name"] for each in found if condition(each, "Established")}

    api.wait(served, "kinds of AWS", pause=0.2)


def remove(api: Api, definitions: Iterable[dict[str, Any]]) -> None:
    """Let the cluster not have these kinds."""
    for definition in definitions:
        place = (definition["apiVersion"], definition["kind"], "", definition["metadata"]["name"])
        api.delete(*place)
        api.wait(lambda place=place: not api.exists(*place), f"{place[3]} removed", pause=0.2)  # type: ignore[misc]
