"""What Auto Mode has built in, and managed nodes have by Helm charts: a number of nodes that fits, and load balancers.

Each runs in a namespace of its own, with a role that may touch what is its cluster's. At destroy a controller goes
after what it manages: an Ingress whose controller is gone never is.
Source: https://docs.aws.amazon.com/eks/latest/best-practices/cas.html and .../load-balancing.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.helm import installed
from longshore.components.pod_identity import PodAccount, pod_identity
from longshore.stack.charts import AUTOSCALER, LOAD_BALANCER_CONTROLLER, Chart, autoscaler_image
from longshore.stack.controller_policies import balance_loads, scale_nodes

_UNPRIVILEGED: Final = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}
_CONFINED: Final = {"seccompProfile": {"type": "RuntimeDefault"}}
_NOBODY: Final = 65534


class ControllerArgs(TypedDict):
    """Which chart of a controller is installed, and how."""

    version: NotRequired[str]
    """Version of the chart. Default: the one that is pinned here."""
    chart: NotRequired[str]
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    values: NotRequired[Mapping[str, Any]]
    """Helm values over ours."""


class ControlledCluster(TypedDict):
    """The EKS cluster that a controller is for."""

    cluster_name: pulumi.Input[str]
    """Its name in AWS."""
    region: pulumi.Input[str]
    """Its region."""
    account_id: pulumi.Input[str]
    """Number of its account."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    release_readers: NotRequired[Sequence[str]]
    """Kubernetes groups that read the release, which Helm keeps in Secrets: `longshore:viewers` of an `EksCluster`."""


class ClusterAutoscalerArgs(TypedDict):
    """Whose nodes are scaled, and by what."""

    cluster: ControlledCluster
    """The cluster, whose node groups carry its tag as EKS puts it there."""
    version: str
    """Kubernetes version of the cluster: the autoscaler plays its scheduler."""
    controller: NotRequired[ControllerArgs]
    """Which chart is installed, and how. Default: the one that is pinned here."""


class LoadBalancerControllerArgs(TypedDict):
    """Whose load balancers are made, where, and by what."""

    cluster: ControlledCluster
    """The cluster, with whose name each load balancer is tagged."""
    vpc_id: pulumi.Input[str]
    """The VPC of the cluster."""
    cost_tags: NotRequired[Mapping[str, str]]
    """Tags of the load balancers."""
    controller: NotRequired[ControllerArgs]
    """Which chart is installed, and how. Default: the one that is pinned here."""


class ClusterAutoscaler(Component):
    """The Cluster Autoscaler, which keeps each group of managed nodes between its bounds, as pods need nodes."""

    def __init__(self, name: str, args: ClusterAutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        cluster = args["cluster"]
        identity = pod_identity(
            name, f"Nodes of {name}", _policy(scale_nodes, cluster), _account(AUTOSCALER, cluster), self._child
        )
        values = {
            "autoDiscovery": {"clusterName": cluster["cluster_name"]},
            "awsRegion": cluster["region"],
            "image": {"tag": autoscaler_image(args["version"])},
            "rbac": {"serviceAccount": {"name": AUTOSCALER.name}},
            "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "600Mi"}},
            "containerSecurityContext": _UNPRIVILEGED,
            "securityContext": {**_CONFINED, "runAsUser": _NOBODY, "runAsNonRoot": True},
            "extraArgs": {
                "balance-similar-node-groups": True,
                "expander": "least-waste",
                # As in Auto Mode: neither an emptyDir nor a pod of the cluster's own keeps a node that nobody needs.
                "skip-nodes-with-local-storage": False,
                "skip-nodes-with-system-pods": False,
            },
        }
        after = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[identity]))
        _install(name, AUTOSCALER, values, args.get("controller", ControllerArgs()), cluster, after)
        self.register_outputs({})


class LoadBalancerController(Component):
    """The AWS Load Balancer Controller, by which an Ingress or a Service is reached from outside.

    Its ingress classes are not the chart's: an `EksCluster` makes those of Auto Mode, by their names there.
    """

    def __init__(self, name: str, args: LoadBalancerControllerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        cluster = args["cluster"]
        identity = pod_identity(
            name,
            f"Load balancers of {name}",
            _policy(balance_loads, cluster, args["vpc_id"]),
            _account(LOAD_BALANCER_CONTROLLER, cluster),
            self._child,
        )
        values = {
            "clusterName": cluster["cluster_name"],
            # Pods are kept from the metadata of their node, which would say both.
            "region": cluster["region"],
            "vpcId": args["vpc_id"],
            "serviceAccount": {"name": LOAD_BALANCER_CONTROLLER.name},
            "createIngressClassResource": False,
            "ingressClassParams": {"create": False},
            # A Service says by its class who makes its load balancer, and no other Service waits for this webhook.
            "enableServiceMutatorWebhook": False,
            # Or each upgrade would make certificates anew, while the API server knows the last ones.
            "keepTLSSecret": True,
            "enableShield": False,
            "enableWaf": False,
            "enableWafv2": False,
            "defaultTags": dict(args.get("cost_tags", {})),
            "podDisruptionBudget": {"maxUnavailable": 1},
            "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "securityContext": _UNPRIVILEGED,
            "podSecurityContext": {**_CONFINED, "fsGroup": _NOBODY},
        }
        after = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[identity]))
        _install(name, LOAD_BALANCER_CONTROLLER, values, args.get("controller", ControllerArgs()), cluster, after)
        self.register_outputs({})


def _account(chart: Chart, cluster: ControlledCluster) -> PodAccount:
    """The ServiceAccount of a chart is called as the chart is, and so is its namespace."""
    return PodAccount(cluster["cluster_name"], chart.name, chart.name)


def _policy(
    document: Callable[..., Mapping[str, Any]], cluster: ControlledCluster, *more: pulumi.Input[str]
) -> pulumi.Output[str]:
    """A policy of the cluster's partition, region, account and name, and of `more`, as JSON."""
    known = (cluster.get("partition", "aws"), cluster["region"], cluster["account_id"], cluster["cluster_name"], *more)
    return pulumi.Output.all(*known).apply(lambda found: json.dumps(document(*map(str, found))))


def _install(
    name: str,
    chart: Chart,
    values: Mapping[str, Any],
    args: ControllerArgs,
    cluster: ControlledCluster,
    opts: pulumi.ResourceOptions,
) -> None:
    installed(name, chart, chart.name, values, args, opts, readers=cluster.get("release_readers", ()))
