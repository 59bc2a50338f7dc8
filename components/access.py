"""`TeamAccess`: the place of a team on a cluster, and who may do what there.

One team per namespace, because whoever may make pods in a namespace may mount every Secret of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_kubernetes as k8s

from longshore.components.clusters.eks_access import access_entry, role_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.components.clusters.interface import Cluster
    from longshore.stack.settings import Quota, Settings

Rule = dict[str, list[str]]

_READ: Final = ["get", "list", "watch"]
_WRITE: Final = ["get", "list", "watch", "create", "update", "patch", "delete"]

_KINDS: Final[Mapping[str, list[str]]] = {
    "": ["configmaps", "persistentvolumeclaims", "serviceaccounts", "services"],
    "apps": ["daemonsets", "deployments", "statefulsets"],
    "batch": ["jobs"],
    "external-secrets.io": ["externalsecrets", "secretstores"],
    "networking.k8s.io": ["ingresses", "networkpolicies"],
    "policy": ["poddisruptionbudgets"],
}
"""API group → kinds that a conversion makes; Secrets are none of them."""

_SEEN: Final[Mapping[str, list[str]]] = {
    **_KINDS,
    "": [*_KINDS[""], "endpoints", "events", "limitranges", "pods", "pods/log", "resourcequotas"],
    "apps": [*_KINDS["apps"], "replicasets"],
    "events.k8s.io": ["events"],
    "metrics.k8s.io": ["pods"],
}


class TeamAccess(pulumi.ComponentResource):
    """Namespace, quota, limits, roles and, on EKS, access entries of a team.

    Resources are called as their objects are, for `longshore.components.clusters.connection` needs it so.

    Attributes:
        namespace: the namespace itself, for what must wait for it.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        cluster: Cluster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("longshore:kubernetes:TeamAccess", name, None, opts)
        self._settings = settings
        self.namespace = self._namespace(cluster)
        within = pulumi.ResourceOptions(parent=self, depends_on=[self.namespace])
        self._limits(within)
        if settings.workloads.network_policies:
            k8s.networking.v1.NetworkPolicy(
                "default-deny",
                metadata=self._metadata("default-deny"),
                spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
                opts=within,
            )
        deployers = f"{settings.team_group}:deploy"
        self._role("people", settings.team_group, people_rules(settings), within)
        self._role("deployers", deployers, [*_rules(_KINDS, _WRITE), *_rules(_SEEN, _READ)], within)
        if cluster.name is not None and settings.aws:
            for role, groups in self._let_in(deployers).items():
                access_entry(
                    role_name(role),
                    cluster_name=cluster.name,
                    role=role,
                    policy="AmazonEKSViewPolicy",
                    partition=settings.aws.partition,
                    groups=groups,
                    namespace=settings.team_namespace,
                    opts=within,
                )
        self.register_outputs({"namespace": settings.team_namespace, "group": settings.team_group})

    def _let_in(self, deployers: str) -> dict[str, list[str]]:
        """IAM role → its groups: EKS takes one entry per role, whatever it is listed for."""
        access = self._settings.access
        groups: dict[str, list[str]] = {}
        for group, roles in ((self._settings.team_group, access.people), (deployers, access.deployers)):
            for role in dict.fromkeys(roles):
                groups.setdefault(role, []).append(group)
        return groups

    def _metadata(self, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": self._settings.team_namespace}

    def _namespace(self, cluster: Cluster) -> k8s.core.v1.Namespace:
        settings = self._settings
        level = settings.workloads.pod_security
        return k8s.core.v1.Namespace(
            settings.team_namespace,
            metadata={
                "name": settings.team_namespace,
                "labels": {
                    "app.kubernetes.io/managed-by": "longshore",
                    "longshore.dev/environment": settings.environment,
                    "longshore.dev/team": settings.team,
                    "pod-security.kubernetes.io/enforce": level,
                    # What the next stricter level would say, said as a warning at every deployment.
                    "pod-security.kubernetes.io/warn": "baseline" if level == "privileged" else "restricted",
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                # A namespace that is there already is somebody else's, with things in it that are not ours to delete.
                provider=cluster.connection.outside,
                protect=settings.in_production or None,
            ),
        )

    def _limits(self, opts: pulumi.ResourceOptions) -> None:
        settings = self._settings
        quota, workloads = settings.quota, settings.workloads
        container: dict[str, Any] = {
            "type": "Container",
            "default": {"memory": workloads.memory},
            "default_request": {"cpu": workloads.cpu, "memory": workloads.memory},
        }
        if quota.container_memory:
            container["max"] = {"memory": quota.container_memory}
        k8s.core.v1.LimitRange("defaults", metadata=self._metadata("defaults"), spec={"limits": [container]}, opts=opts)
        hard = hard_limits(quota)
        if hard:
            k8s.core.v1.ResourceQuota("team", metadata=self._metadata("team"), spec={"hard": hard}, opts=opts)

    def _role(self, role: str, group: str, rules: list[Rule], opts: pulumi.ResourceOptions) -> None:
        made = k8s.rbac.v1.Role(
            f"team-{role}",
            metadata=self._metadata(f"team-{role}"),
            rules=rules,
            opts=opts,
        )
        k8s.rbac.v1.RoleBinding(
            f"team-{role}",
            metadata=self._metadata(f"team-{role}"),
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": f"team-{role}"},
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[made])),
        )


def people_rules(settings: Settings) -> list[Rule]:
    """What people of the team may do: read all but Secrets, reach a port, and open a shell outside production."""
    rules = _rules(_SEEN, _READ)
    doors = ["pods/portforward"]
    may_exec = not settings.in_production if settings.access.exec is None else settings.access.exec
    if may_exec:
        doors.append("pods/exec")
    rules.append({"api_groups": [""], "resources": doors, "verbs": ["create", "get"]})
    return rules


def hard_limits(quota: Quota) -> dict[str, str]:
    """The quota in Kubernetes' own words. No limit on CPU limits: nobody sets those, and then nothing would start."""
    wanted = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        "limits.memory": quota.memory,
        "pods": quota.pods,
        "persistentvolumeclaims": quota.volumes,
        "requests.storage": quota.storage,
        "services.loadbalancers": quota.load_balancers,
    }
    return {name: str(value) for name, value in wanted.items() if value not in ("", None)}


def _rules(kinds: Mapping[str, list[str]], verbs: list[str]) -> list[Rule]:
    return [{"api_groups": [group], "resources": sorted(names), "verbs": verbs} for group, names in kinds.items()]
