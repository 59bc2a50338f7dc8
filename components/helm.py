"""Programs of others on a cluster, each a Helm release in a namespace of its own, whole or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from longshore.components.kubernetes_object import KubernetesObject
from longshore.components.roles import let_read_release
from longshore.stack.charts import Chart
from longshore.stack.overlay import laid_over


def installed(
    name: str,
    chart: Chart,
    namespace: str,
    values: Mapping[str, Any],
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    *,
    protect: bool = False,
    readers: Sequence[str] = (),
) -> "tuple[KubernetesObject, k8s.helm.v3.Release]":
    """Install a chart: the namespace, and the release in it.

    name: of both resources. values: ours. args: of a component, whose `version` and `chart` are taken before the
    chart's own, and whose `values` are laid over ours. opts: of both resources, with the parent and the provider.
    readers: Kubernetes groups that read the release, which Helm keeps in Secrets.
    """
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    where = KubernetesObject(
        name, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}, opts
    )
    elsewhere = args.get("chart", "")
    packed = elsewhere and not elsewhere.startswith("oci://")
    release = k8s.helm.v3.Release(
        name,
        name=chart.name,
        chart=elsewhere or chart.name,
        version=None if packed else args.get("version", chart.version),
        repository_opts=None if elsewhere else k8s.helm.v3.RepositoryOptsArgs(repo=chart.repository),
        namespace=namespace,
        create_namespace=False,
        values=laid_over(values, args.get("values", {})),
        atomic=True,
        cleanup_on_fail=True,
        max_history=5,
        timeout=600,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[where], protect=protect)),
    )
    if readers:
        within = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[where]))
        let_read_release(name, namespace, readers, within)
    return where, release
