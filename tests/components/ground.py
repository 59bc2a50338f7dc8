"""What each kind of resource stands on while it exists: what the order of making and of taking down must keep.

Two tables say it for every kind there is. What *completes* another makes that whole: a subnet leads nowhere before it
has a route table, and a table before it has its routes. What *works*, a cluster, a pod, a volume, needs all that it
stands on to be whole. A kind that no table has is unknown, so nobody adds one without saying what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from longshore.rehearsal.plan import Node

Graph = dict[str, "Node"]

COMPLETES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:AccessEntry": ("kubernetes:Namespace", "eks:Cluster"),
    "aws:AccessPolicyAssociation": ("aws:AccessEntry",),
    "aws:BucketLifecycleConfiguration": ("aws:Bucket",),
    "aws:BucketPolicy": ("aws:Bucket",),
    "aws:BucketPublicAccessBlock": ("aws:Bucket",),
    "aws:BucketServerSideEncryptionConfiguration": ("aws:Bucket",),
    "aws:DefaultNetworkAcl": ("aws:Vpc",),
    "aws:DefaultSecurityGroup": ("aws:Vpc",),
    "aws:FileSystemPolicy": ("aws:FileSystem",),
    "aws:InternetGateway": ("aws:Vpc",),
    "aws:MountTarget": ("aws:FileSystem",),
    "aws:NodeGroup": ("eks:Cluster",),
    "aws:OpenIdConnectProvider": ("eks:Cluster",),
    "aws:RolePolicy": ("aws:Role",),
    "aws:RolePolicyAttachment": ("aws:Role",),
    "aws:Route": ("aws:RouteTable",),
    "aws:RouteTableAssociation": ("aws:Subnet",),
    "aws:SecurityGroupIngressRule": ("aws:SecurityGroup",),
    "aws:VpcEndpoint": ("aws:Vpc",),
    "kubernetes:ClusterRoleBinding": ("kubernetes:ClusterRole",),
    "kubernetes:LimitRange": ("kubernetes:Namespace",),
    "kubernetes:ResourceQuota": ("kubernetes:Namespace",),
    "kubernetes:RoleBinding": ("kubernetes:Role",),
}
"""Kind → what it completes, of which it refers to one at least; the first of these that it does refer to is meant."""

NETWORK: Final = frozenset({"aws:Vpc", "aws:Subnet", "aws:RouteTable", "aws:SecurityGroup"})
CLUSTER: Final = NETWORK | {"aws:Role", "aws:AccessEntry", "eks:Cluster"}
POD: Final = CLUSTER | {"kubernetes:Namespace", "kubernetes:Role", "kubernetes:ClusterRole"}

WORKS: Final[Mapping[str, frozenset[str]]] = {
    "aws:Addon": CLUSTER - {"eks:Cluster", "aws:AccessEntry"},
    "aws:FlowLog": frozenset({"aws:Role", "aws:Bucket"}),
    "aws:Selection": frozenset({"aws:Role"}),
    "aws:NatGateway": frozenset({"aws:Subnet", "aws:RouteTable"}),
    "aws:PodIdentityAssociation": frozenset({"aws:Role"}),
    "aws:Project": NETWORK | {"aws:Role"},
    "aws:NodeGroup": NETWORK | {"aws:Role"},
    "eks:Cluster": NETWORK | {"aws:Role"},
    "kubernetes:ConfigMap": CLUSTER,
    "kubernetes:DaemonSet": POD,
    "kubernetes:Deployment": POD,
    "kubernetes:ExternalSecret": POD,
    "kubernetes:Ingress": POD,
    "kubernetes:Job": POD,
    "kubernetes:Namespace": CLUSTER,
    "kubernetes:PersistentVolumeClaim": POD | {"aws:FileSystem"},
    "kubernetes:PersistentVolume": CLUSTER,
    "kubernetes:PodDisruptionBudget": CLUSTER,
    "kubernetes:Release": CLUSTER,
    "kubernetes:SecretStore": POD,
    "kubernetes:Service": CLUSTER,
    "kubernetes:ServiceAccount": CLUSTER,
    "kubernetes:StatefulSet": POD,
    "kubernetes:StorageClass": CLUSTER | {"aws:FileSystem"},
    **dict.fromkeys(
        (
            "kubernetes:ClusterRole",
            "kubernetes:ClusterRoleBinding",
            "kubernetes:IngressClass",
            "kubernetes:IngressClassParams",
            "kubernetes:LimitRange",
            "kubernetes:NetworkPolicy",
            "kubernetes:NodeClass",
            "kubernetes:NodePool",
            "kubernetes:ResourceQuota",
            "kubernetes:Role",
            "kubernetes:RoleBinding",
        ),
        CLUSTER,
    ),
}
"""Kind → the kinds below it that must be whole while it exists."""

RECORDS: Final = frozenset(
    {
        "aws:Alias",
        "aws:BackupPolicy",
        "aws:Bucket",
        "aws:BucketVersioning",
        "aws:Budget",
        "aws:Connection",
        "aws:Eip",
        "aws:FileSystem",
        "aws:Key",
        "aws:LaunchTemplate",
        "aws:LifecyclePolicy",
        "aws:LogGroup",
        "aws:Plan",
        "aws:PullThroughCacheRule",
        "aws:Policy",
        "aws:Repository",
        "aws:RepositoryCreationTemplate",
        "aws:RepositoryPolicy",
        "aws:Role",
        "aws:RouteTable",
        "aws:SecurityGroup",
        "aws:Subnet",
        "aws:Vault",
        "aws:Vpc",
        "aws:Webhook",
    }
)
"""Kinds that need nothing but what their own properties refer to, which Pulumi keeps by itself."""

ADDONS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("coredns", "eks-pod-identity-agent"), frozenset({"Release", "Deployment", "StatefulSet", "Job"})),
    **dict.fromkeys(("aws-ebs-csi-driver", "aws-efs-csi-driver"), frozenset({"PersistentVolumeClaim"})),
    # While its part of the API does not answer, no namespace is ever gone:
    # https://github.com/kubernetes/kubernetes/issues/60807
    "metrics-server": frozenset({"Namespace"}),
}
"""Add-on of EKS → the kinds of Kubernetes that need it."""


BALANCERS: Final = "aws-load-balancer-controller"
"""The release whose program makes load balancers on managed nodes, and takes them away."""


def kind_of(node: Node) -> str:
    """`aws:ec2/natGateway:NatGateway` is `aws:NatGateway`."""
    package, *_, last = node.type.split(":")
    return f"{package}:{last}"


def made(graph: Graph) -> list[Node]:
    """Resources that something outside Pulumi is made for: all but components, providers and what is only read."""
    return [
        node
        for node in graph.values()
        if (node.custom or node.remote) and not (node.expected or node.read or node.type.startswith("pulumi:"))
    ]


def before(graph: Graph, urn: str) -> set[str]:
    """All that is there before a resource is made: what it needs, its provider, and what those need.

    A component that its provider unfolds stands for all that it unfolds into.
    """
    found: set[str] = set()
    waiting = [urn]
    while waiting:
        node = graph[waiting.pop()]
        for earlier in (*node.needs, *([node.provider] if node.provider else [])):
            if earlier in graph and earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return found


def missing(graph: Graph) -> list[str]:
    """What stands on something that may go before it, each in words."""
    completing = _completing(graph)
    return [
        f"{kind_of(node)} {node.name} stands on {kind_of(needed)} {needed.name}, which may go first"
        for node in made(graph)
        for needed in _needed(node, graph, completing)
    ]


def _needed(node: Node, graph: Graph, completing: Mapping[str, list[Node]]) -> Iterator[Node]:
    earlier = before(graph, node.urn)
    below = WORKS.get(kind_of(node), frozenset())
    whole = [one for urn in earlier if kind_of(graph[urn]) in below for one in completing.get(urn, ())]
    for needed in {one.urn: one for one in (*whole, *_by_name(node, graph))}.values():
        # What stands on the node itself is no part of its ground: a private route leads to the NAT gateway.
        if needed.urn not in earlier and needed.urn != node.urn and node.urn not in before(graph, needed.urn):
            yield needed


def _completing(graph: Graph) -> dict[str, list[Node]]:
    """URN → what completes that resource."""
    found: dict[str, list[Node]] = {}
    for node in made(graph):
        hosts = COMPLETES.get(kind_of(node), ())
        meant = next((host for host in hosts if any(kind_of(graph[urn]) == host for urn in _direct(node, graph))), "")
        for urn in _direct(node, graph):
            if kind_of(graph[urn]) == meant:
                found.setdefault(urn, []).append(node)
    return found


def _direct(node: Node, graph: Graph) -> list[str]:
    return [urn for urn in dict.fromkeys(node.needs) if urn in graph]


def _by_name(node: Node, graph: Graph) -> Iterator[Node]:
    """What a node needs that no reference of Pulumi leads to, because Kubernetes and AWS know it by its name."""
    package, kind = kind_of(node).split(":")
    if package != "kubernetes":
        return
    content: Mapping[str, Any] = node.inputs
    spec: Mapping[str, Any] = content.get("spec") or {}
    others = [other for other in made(graph) if other is not node]
    for other in others:
        if kind_of(other) == "aws:Addon" and kind in ADDONS.get(str(other.inputs.get("addonName")), ()):
            yield other
        # Who takes away what it has made does so with the rights by which it made it.
        rights = kind == "Release" and kind_of(other) == "aws:PodIdentityAssociation"
        if rights and other.inputs.get("namespace") == content.get("namespace"):
            yield other
    for other in others:
        if kind_of(other).startswith("kubernetes:") and _serves(other, kind, content, spec):
            yield other


def _serves(other: Node, kind: str, content: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """Whether an object of another is what `content` cannot do without; the order of Services is in test_order.py."""
    theirs = kind_of(other).split(":")[1]
    name = other.inputs.get("metadata", {}).get("name")
    called = {
        # A claim that names no class takes the default one.
        ("PersistentVolumeClaim", "StorageClass"): spec.get("storageClassName", name),
        ("Ingress", "IngressClass"): spec.get("ingressClassName"),
        ("IngressClass", "IngressClassParams"): (spec.get("parameters") or {}).get("name"),
        ("NodePool", "NodeClass"): _node_class(kind, spec),
    }
    if (kind, theirs) in called:
        return bool(called[kind, theirs] == name)
    if theirs == "Release":
        balances = other.inputs.get("name") == BALANCERS and _balanced(kind, content, spec)
        return kind in {"ExternalSecret", "SecretStore"} or balances
    if theirs == "NodePool":
        # Whatever has pods may have them there.
        return isinstance(spec.get("template"), dict) and kind != "NodePool"
    if not _same_namespace(other, content):
        return False
    if kind == "ExternalSecret":
        return theirs == "SecretStore"
    template = spec.get("template")
    return isinstance(template, dict) and _serves_pods(other, theirs, template)


def _node_class(kind: str, spec: Mapping[str, Any]) -> object:
    return spec["template"]["spec"]["nodeClassRef"]["name"] if kind == "NodePool" else None


def _balanced(kind: str, content: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """Is an object, or its kind, of the controller of load balancers?"""
    if kind == "IngressClassParams":
        return str(content["apiVersion"]).startswith("elbv2.k8s.aws/")
    of_classes = (spec.get("controller"), spec.get("loadBalancerClass"))
    return "ingress.k8s.aws/alb" in of_classes or "service.k8s.aws/nlb" in of_classes


def _same_namespace(other: Node, content: Mapping[str, Any]) -> bool:
    here = content.get("metadata", {}).get("namespace")
    return bool(here) and here == other.inputs.get("metadata", {}).get("namespace")


def _serves_pods(other: Node, theirs: str, template: Mapping[str, Any]) -> bool:
    name = other.inputs["metadata"]["name"]
    labels = template.get("metadata", {}).get("labels", {})
    pod = template["spec"]
    if theirs == "NetworkPolicy":
        return bool(other.inputs["spec"]["podSelector"].get("matchLabels", {}).items() <= labels.items())
    if theirs == "ServiceAccount":
        return bool(pod.get("serviceAccountName") == name)
    if theirs == "ExternalSecret":
        return other.inputs["spec"]["target"]["name"] in set(_texts(pod))
    return theirs in {"ConfigMap", "PersistentVolumeClaim"} and name in set(_texts(pod.get("volumes", [])))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
