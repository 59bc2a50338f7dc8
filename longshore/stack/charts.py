"""Helm charts of programs that a cluster is given, and the versions that are known to fit.

Pinned, as add-ons are: `make versions` compares them with what their repositories offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Chart(NamedTuple):
    """Where a program comes from.

    name: of the chart and of its release. repository: URL of the charts. version: pinned.
    """

    name: str
    repository: str
    version: str


AUTOSCALER: Final = Chart("cluster-autoscaler", "https://kubernetes.github.io/autoscaler", "9.59.0")
LOAD_BALANCER_CONTROLLER: Final = Chart("aws-load-balancer-controller", "https://aws.github.io/eks-charts", "3.5.0")
EXTERNAL_DNS: Final = Chart("external-dns", "https://kubernetes-sigs.github.io/external-dns/", "1.21.1")
CERT_MANAGER: Final = Chart("cert-manager", "https://charts.jetstack.io", "v1.19.1")
EXTERNAL_SECRETS: Final = Chart("external-secrets", "https://charts.external-secrets.io", "2.9.0")

PINNED: Final = (AUTOSCALER, LOAD_BALANCER_CONTROLLER, EXTERNAL_DNS, CERT_MANAGER, EXTERNAL_SECRETS)

AUTOSCALER_IMAGES: Final[Mapping[str, str]] = {
    "1.33": "v1.33.1",
    "1.34": "v1.34.2",
    "1.35": "v1.35.2",
    "1.36": "v1.36.1",
}
"""Kubernetes version → the image of the Cluster Autoscaler, which plays the scheduler of that version.

Source: https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler#releases
"""


def autoscaler_image(kubernetes: str) -> str:
    """The image for a Kubernetes version; of one that is not known here, its first."""
    return AUTOSCALER_IMAGES.get(kubernetes, f"v{kubernetes}.0")
