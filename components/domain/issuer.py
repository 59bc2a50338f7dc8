"""`CertificateIssuer`: cert-manager and an issuer by ACME, for clusters whose load balancers are not AWS's.

An Ingress with a host in the zone gets a certificate of its own, proved by a request to that host.
Source: https://cert-manager.io/docs/configuration/acme/
"""

from collections.abc import Mapping
from typing import Any, Final, NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.helm import installed
from longshore.components.kubernetes_object import KubernetesObject
from longshore.stack.charts import CERT_MANAGER

NAMESPACE: Final = "cert-manager"
"""Also the name of the release."""
SERVER: Final = "https://acme-v02.api.letsencrypt.org/directory"


class CertificateIssuerArgs(TypedDict):
    """Who is asked for certificates, and by whom."""

    email: str
    """Where the authority writes to."""
    issuer: NotRequired[str]
    """Name of the ClusterIssuer. Default: `letsencrypt`."""
    server: NotRequired[str]
    """URL of the authority, which speaks ACME. Default: Let's Encrypt."""
    ingress_class: NotRequired[str]
    """The ingress class by which the authority reaches a host. Default: the cluster's own."""
    version: NotRequired[str]
    """Version of the chart. Default: `v1.19.1`."""
    chart: NotRequired[str]
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    values: NotRequired[Mapping[str, Any]]
    """Helm values over ours."""


class CertificateIssuer(Component):
    """cert-manager in a namespace of its own, and a ClusterIssuer."""

    issuer: pulumi.Output[str]
    """Name of the ClusterIssuer, for the annotation `cert-manager.io/cluster-issuer` of an Ingress."""

    def __init__(self, name: str, args: CertificateIssuerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:domain:Issuer")
        # Uninstalling the release must not take every certificate with it.
        values = {"crds": {"enabled": True, "keep": True}}
        _, release = installed(f"{name}-certificates", CERT_MANAGER, NAMESPACE, values, args, self._after)
        called, kind = args.get("issuer", "letsencrypt"), args.get("ingress_class", "")
        solver = {"http01": {"ingress": {"ingressClassName": kind} if kind else {}}}
        acme = {
            "server": args.get("server", SERVER),
            "email": args["email"],
            "privateKeySecretRef": {"name": f"{called}-account"},
            "solvers": [solver],
        }
        made = KubernetesObject(
            f"{name}-issuer",
            {
                "apiVersion": "cert-manager.io/v1",
                "kind": "ClusterIssuer",
                "metadata": {"name": called, "annotations": {"pulumi.com/waitFor": "condition=Ready"}},
                "spec": {"acme": acme},
            },
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[release])),
        )
        self.issuer = made.metadata["name"]
        self.register_outputs({"issuer": self.issuer})
