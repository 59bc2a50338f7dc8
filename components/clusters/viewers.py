"""Viewers: a Kubernetes group that reads every kind that a stack makes, and no Secret of an application.

EKS's own `AmazonEKSViewPolicy` leaves out custom resources, classes of storage and of ingress, roles and bindings, so a
preview or a nightly comparison by a role that has nothing else ends at the first of them.
Source: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi

from longshore.components.kubernetes_object import KubernetesObject
from longshore.components.roles import API_GROUP, READ, group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP: Final = "longshore:viewers"
"""The group that the role is bound to; access entries of viewers name it."""

_READABLE: Final[Mapping[str, Sequence[str]]] = {
    "": (
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "namespaces",
        "nodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "pods/log",
        "resourcequotas",
        "serviceaccounts",
        "services",
    ),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "apps": ("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "cert-manager.io": ("certificates", "clusterissuers", "issuers"),
    "discovery.k8s.io": ("endpointslices",),
    "eks.amazonaws.com": ("ingressclassparams", "nodeclasses", "targetgroupbindings"),
    "elbv2.k8s.aws": ("ingressclassparams", "targetgroupbindings"),
    "events.k8s.io": ("events",),
    "external-secrets.io": ("clustersecretstores", "externalsecrets", "secretstores"),
    "karpenter.k8s.aws": ("ec2nodeclasses",),
    "karpenter.sh": ("nodeclaims", "nodepools"),
    "metrics.k8s.io": ("nodes", "pods"),
    "networking.k8s.io": ("ingressclasses", "ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
    API_GROUP: ("clusterrolebindings", "clusterroles", "rolebindings", "roles"),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": ("csidrivers", "storageclasses", "volumeattachments"),
}
"""API group → kinds: what a stack makes, what becomes of it, and what it stands on. Secrets are none of them."""


def viewers(name: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Bind the group to a role that reads all of these in every namespace."""
    common: dict[str, Any] = {"apiVersion": f"{API_GROUP}/v1", "metadata": {"name": GROUP}}
    rules = [{"apiGroups": [group], "resources": list(kinds), "verbs": READ} for group, kinds in _READABLE.items()]
    role = KubernetesObject(f"{name}-viewers", {**common, "kind": "ClusterRole", "rules": rules}, opts)
    reference = {"apiGroup": API_GROUP, "kind": "ClusterRole", "name": GROUP}
    binding = KubernetesObject(
        f"{name}-viewers",
        {**common, "kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [group(GROUP)]},
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )
    return [role, binding]
