"""`DomainRecords`: a record in Route 53 for every host name that an Ingress or a Service of the cluster has.

ExternalDNS makes them and takes them away again; what it has not marked as its own it leaves alone, and it may write to
one zone only.
Source: https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.helm import installed
from longshore.components.pod_identity import PodAccount, pod_identity
from longshore.stack.charts import EXTERNAL_DNS
from longshore.stack.iam_policies import change_records

NAMESPACE: Final = "external-dns"
"""Also the name of the release and of its ServiceAccount."""
_RESOURCES: Final = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}


class DomainRecordsArgs(TypedDict):
    """Whose records are whose."""

    zone: str
    """The domain, `example.com`."""
    zone_id: pulumi.Input[str]
    """Id of its hosted zone in Route 53."""
    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster, which marks its records with it."""
    region: str
    """Region of the cluster."""
    partition: NotRequired[str]
    """The first part of every ARN: `aws-cn` in China. Default: `aws`."""
    version: NotRequired[str]
    """Version of the chart. Default: `1.21.1`."""
    chart: NotRequired[str]
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    values: NotRequired[Mapping[str, Any]]
    """Helm values over ours."""
    release_readers: NotRequired[Sequence[str]]
    """Kubernetes groups that read the release, which Helm keeps in Secrets: `longshore:viewers` of an `EksCluster`."""


class DomainRecords(Component):
    """ExternalDNS in a namespace of its own, with a role that may change the records of one zone.

    What has a host name depends on it, so that no record outlives what it leads to.
    """

    namespace: pulumi.Output[str]
    """Where it runs."""

    def __init__(self, name: str, args: DomainRecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:domain:Records")
        identity = pod_identity(
            f"{name}-dns",
            f"Records of {args['zone']}",
            pulumi.Output.from_input(args["zone_id"]).apply(
                lambda zone: json.dumps(change_records(zone, args.get("partition", "aws")))
            ),
            PodAccount(args["cluster_name"], NAMESPACE, NAMESPACE),
            self._child,
        )
        # A pod has the rights that were given before it started.
        after = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[identity]))
        readers = args.get("release_readers", ())
        where, _ = installed(f"{name}-dns", EXTERNAL_DNS, NAMESPACE, _values(args), args, after, readers=readers)
        self.namespace = where.metadata["name"]
        self.register_outputs({"namespace": self.namespace})


def _values(args: DomainRecordsArgs) -> dict[str, Any]:
    return {
        "provider": {"name": "aws"},
        "domainFilters": [args["zone"]],
        "extraArgs": [pulumi.Output.concat("--zone-id-filter=", args["zone_id"])],
        "sources": ["ingress", "service"],
        # A record goes with the exposure that it was for; what others made is not touched.
        "policy": "sync",
        "registry": "txt",
        "txtOwnerId": args["cluster_name"],
        "serviceAccount": {"name": NAMESPACE},
        "env": [{"name": "AWS_DEFAULT_REGION", "value": args["region"]}],
        "resources": _RESOURCES,
    }
