"""`TeamAccess`: the place of a team on a cluster, and who may do what there.

One team per namespace, because whoever may make pods in a namespace may mount every Secret of it.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict

import pulumi

from longshore.cluster.bound import MANAGED_BY, STACK, TEAM
from longshore.components.clusters.eks_access import access_entry, role_name
from longshore.components.component import Component
from longshore.components.kubernetes_object import KubernetesObject
from longshore.components.roles import READ, Rule, allow, group, let_read_logins

if TYPE_CHECKING:
    import pulumi_kubernetes as k8s

_WRITE: Final = [*READ, "create", "update", "patch", "delete"]

_KINDS: Final[Mapping[str, list[str]]] = {
    "": ["configmaps", "persistentvolumeclaims", "serviceaccounts", "services"],
    "apps": ["daemonsets", "deployments", "statefulsets"],
    "autoscaling": ["horizontalpodautoscalers"],
    "batch": ["jobs"],
    "external-secrets.io": ["externalsecrets", "secretstores"],
    "networking.k8s.io": ["ingresses", "networkpolicies"],
    "policy": ["poddisruptionbudgets"],
}
"""API group → kinds that a conversion makes; Secrets are none of them."""

_SEEN: Final[Mapping[str, list[str]]] = {
    **_KINDS,
    "": [*_KINDS[""], "endpoints", "events", "limitranges", "pods", "pods/log", "resourcequotas"],
    "apps": [*_KINDS["apps"], "controllerrevisions", "replicasets"],
    "batch": [*_KINDS["batch"], "cronjobs"],
    "discovery.k8s.io": ["endpointslices"],
    "events.k8s.io": ["events"],
    "metrics.k8s.io": ["pods"],
}


READINESS_GATES: Final[Mapping[str, str]] = {
    "eks.amazonaws.com/pod-readiness-gate-inject": "enabled",
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
}
"""Labels of a namespace: a new pod counts only when the load balancer sends to it, or a rollout would lose requests.

The first is Auto Mode's, the other that of the AWS Load Balancer Controller.
Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
"""


class PodSecurity(StrEnum):
    """A level of the Pod Security Standards: https://kubernetes.io/docs/concepts/security/pod-security-standards/."""

    PRIVILEGED = "privileged"
    BASELINE = "baseline"
    RESTRICTED = "restricted"


class QuotaArgs(TypedDict):
    """What a team may take of the cluster at most; what is left out is unlimited. Texts are Kubernetes quantities."""

    cpu: NotRequired[str]
    """Requests of processor, `40`."""
    memory: NotRequired[str]
    """Requests and limits of memory, `80Gi`."""
    pods: NotRequired[int]
    """Pods."""
    volumes: NotRequired[int]
    """Volume claims."""
    storage: NotRequired[str]
    """What all volumes together ask for, `500Gi`."""
    load_balancers: NotRequired[int]
    """Services of type LoadBalancer."""
    container_memory: NotRequired[str]
    """Memory limit of one container."""


class TeamAccessArgs(TypedDict):
    """Whose namespace it is, what may run there, and who may enter."""

    team: str
    """Name of the team, for labels and groups."""
    environment: str
    """Name of the environment, for labels."""
    namespace: NotRequired[str]
    """Name of the namespace. Default: the team's."""
    group: NotRequired[str]
    """The Kubernetes group of people; that of deployers ends in `:deploy`. Default: `team:` and the team's name."""
    people: NotRequired[Sequence[str]]
    """ARNs of IAM roles of people, who read all but Secrets. They need `cluster_name`."""
    deployers: NotRequired[Sequence[str]]
    """ARNs of IAM roles that deploy. They need `cluster_name`."""
    cluster_name: NotRequired[pulumi.Input[str]]
    """Name of the EKS cluster, which is to let those roles in."""
    view_namespaces: NotRequired[Sequence[str]]
    """Where those roles have EKS's `AmazonEKSViewPolicy`, of a team with several namespaces. Default: in this one."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    shell: NotRequired[bool]
    """Whether people may open a shell in a pod. Default: outside production."""
    pod_security: NotRequired[PodSecurity]
    """What pods must keep to. Default: `baseline`."""
    network_policies: NotRequired[bool]
    """Whether nothing reaches a pod that no policy allows. Default: so it is."""
    memory: NotRequired[str]
    """Request and limit of a container that names none. Default: `256Mi`."""
    cpu: NotRequired[str]
    """Request of a container that names none. Default: `100m`."""
    quota: NotRequired[QuotaArgs]
    """What the team may take of the cluster. Default: all of it."""
    login_secrets: NotRequired[Sequence[str]]
    """Names of Secrets with which load balancers of AWS let people log in (OIDC); their controller may read them."""
    production: NotRequired[bool]
    """Whether the namespace is protected from deletion. Default: no."""
    several: NotRequired[bool]
    """Whether the program makes more than one of these: names of resources begin with the namespace. Default: no."""


class TeamAccess(Component):
    """Namespace, quota, limits, roles and, on EKS, access entries of a team.

    Resources are called as their objects are, where there are several of these behind the name of the namespace, for
    `longshore.components.clusters.connection` needs it so.
    """

    namespace: pulumi.Output[str]
    """Name of the namespace."""
    group: pulumi.Output[str]
    """The Kubernetes group of the team's people."""

    def __init__(
        self,
        name: str,
        args: TeamAccessArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        outside: "k8s.Provider | None" = None,
        resumed: bool = False,
    ) -> None:
        """Declare the place of a team.

        outside: the provider of the namespace itself, where that of the component takes over what is there already.
        resumed: whether this stack made the namespace before, and was perhaps interrupted before it wrote that down.
        """
        super().__init__(name, opts, formerly="longshore:kubernetes:TeamAccess")
        self._args = args
        self._namespace_name = args.get("namespace", args["team"])
        self._production = args.get("production", False)
        self._resources = f"{self._namespace_name}/" if args.get("several", False) else ""
        people = args.get("group", f"team:{args['team']}")
        deployers = f"{people}:deploy"
        namespace = self._namespace(outside, resumed=resumed)
        within = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[namespace]))
        self._limits(within)
        if args.get("network_policies", True):
            policy = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
            self._object("networking.k8s.io/v1", "NetworkPolicy", "default-deny", {"spec": policy}, within)
        shell = args.get("shell", not self._production)
        everything = deployer_rules(self._namespace_name)
        for role, who, rules in (("people", people, people_rules(shell=shell)), ("deployers", deployers, everything)):
            allow(f"team-{role}", self._namespace_name, rules, [group(who)], within, prefix=self._resources)
        if args.get("login_secrets"):
            let_read_logins(args["login_secrets"], self._namespace_name, within, prefix=self._resources)
        if "cluster_name" in args:
            for role, groups in self._let_in(people, deployers).items():
                access_entry(
                    role_name(role),
                    cluster_name=args["cluster_name"],
                    role=role,
                    policy="AmazonEKSViewPolicy",
                    partition=args.get("partition", "aws"),
                    groups=groups,
                    namespaces=args.get("view_namespaces", (self._namespace_name,)),
                    opts=within,
                )
        self.namespace = namespace.metadata["name"]
        self.group = pulumi.Output.from_input(people)
        self.register_outputs({"namespace": self.namespace, "group": self.group})

    def _let_in(self, people: str, deployers: str) -> dict[str, list[str]]:
        """IAM role → its groups: EKS takes one entry per role, whatever it is listed for."""
        groups: dict[str, list[str]] = {}
        listed = ((people, self._args.get("people", ())), (deployers, self._args.get("deployers", ())))
        for name, roles in listed:
            for role in dict.fromkeys(roles):
                groups.setdefault(role, []).append(name)
        return groups

    def _object(
        self, api_version: str, kind: str, name: str, content: Mapping[str, Any], opts: pulumi.ResourceOptions
    ) -> KubernetesObject:
        """Declare an object in the namespace, called as it is."""
        metadata = {"name": name, "namespace": self._namespace_name}
        manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
        return KubernetesObject(f"{self._resources}{name}", manifest, opts)

    def _namespace(self, provider: "k8s.Provider | None", *, resumed: bool) -> KubernetesObject:
        level = PodSecurity(self._args.get("pod_security", PodSecurity.BASELINE))
        stricter = PodSecurity.BASELINE if level is PodSecurity.PRIVILEGED else PodSecurity.RESTRICTED
        metadata = {
            "name": self._namespace_name,
            "annotations": {STACK: f"{pulumi.get_project()}/{pulumi.get_stack()}"},
            "labels": {
                MANAGED_BY: "longshore",
                "longshore.dev/environment": self._args["environment"],
                TEAM: self._args["team"],
                "pod-security.kubernetes.io/enforce": level.value,
                # What the next stricter level would say, said as a warning at every deployment.
                "pod-security.kubernetes.io/warn": stricter.value,
                **(READINESS_GATES if "cluster_name" in self._args else {}),
            },
        }
        return KubernetesObject(
            self._namespace_name,
            {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata},
            pulumi.ResourceOptions.merge(
                self._after,
                # A namespace that is there already is somebody else's, with things in it that are not ours to delete.
                # Unless this stack made it itself.
                pulumi.ResourceOptions(
                    provider=provider,
                    protect=self._production or None,
                    import_=self._namespace_name if resumed else None,
                ),
            ),
        )

    def _limits(self, opts: pulumi.ResourceOptions) -> None:
        args, quota = self._args, self._args.get("quota", QuotaArgs())
        memory = args.get("memory", "256Mi")
        container: dict[str, Any] = {
            "type": "Container",
            "default": {"memory": memory},
            "defaultRequest": {"cpu": args.get("cpu", "100m"), "memory": memory},
        }
        if quota.get("container_memory"):
            container["max"] = {"memory": quota["container_memory"]}
        self._object("v1", "LimitRange", "defaults", {"spec": {"limits": [container]}}, opts)
        hard = hard_limits(quota)
        if hard:
            self._object("v1", "ResourceQuota", "team", {"spec": {"hard": hard}}, opts)


def deployer_rules(namespace: str) -> list[Rule]:
    """What whoever deploys may do: write what a conversion makes, see what becomes of it, and find the namespace."""
    found: Rule = {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": [namespace], "verbs": ["get"]}
    return [*_rules(_KINDS, _WRITE), *_rules(_SEEN, READ), found]


def people_rules(*, shell: bool) -> list[Rule]:
    """What people of the team may do: read all but Secrets, reach a port, and where they may, open a shell."""
    rules = _rules(_SEEN, READ)
    doors = ["pods/portforward", *(["pods/exec"] if shell else [])]
    rules.append({"apiGroups": [""], "resources": doors, "verbs": ["create", "get"]})
    return rules


def hard_limits(quota: QuotaArgs) -> dict[str, str]:
    """The quota in Kubernetes' own words. No limit on CPU limits: nobody sets those, and then nothing would start."""
    memory = quota.get("memory", "")
    texts = {
        "requests.cpu": quota.get("cpu", ""),
        "requests.memory": memory,
        "limits.memory": memory,
        "requests.storage": quota.get("storage", ""),
    }
    counts = {
        "pods": quota.get("pods"),
        "persistentvolumeclaims": quota.get("volumes"),
        "services.loadbalancers": quota.get("load_balancers"),
    }
    numbers = {name: str(int(count)) for name, count in counts.items() if count is not None}
    return {name: text for name, text in texts.items() if text} | numbers


def _rules(kinds: Mapping[str, list[str]], verbs: list[str]) -> list[Rule]:
    return [{"apiGroups": [group], "resources": sorted(names), "verbs": verbs} for group, names in kinds.items()]
