"""The External Secrets Operator as a pod of the node, with the kinds it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.cluster import workloads
from tools.cluster.services import install_external_secrets_crds
from tools.cluster.toolchain import provide
from tools.cluster.versions import read_table
from tools.node.images import Image, make_layer

if TYPE_CHECKING:
    from tools.cluster.api import Manifest
    from tools.node.node import Node

_NAME: Final = "external-secrets"


def install_external_secrets(node: Node) -> float:
    """Let the operator run on the node; answers the seconds until it was ready.

    It may do everything, so missing RBAC of its chart does not show, and its validating webhook does not run. Of its
    providers `fake` is the one that reaches its store from in here (https://external-secrets.io/v0.19.2/provider/fake/).

    Raises:
        ToolsMissingError: it is not built and cannot be.
    """
    (program,) = provide([_NAME]).values()
    layer = make_layer({"bin/external-secrets": program}, node.layout.folder / "layers")
    image = f"oci.external-secrets.io/external-secrets/external-secrets:{read_table().tools[_NAME].version}"
    node.add_image(Image(image, (layer,), {"Entrypoint": ["/bin/external-secrets"], "User": "65534"}))
    install_external_secrets_crds(node.api)
    node.apply(_manifests(image), _NAME)
    return workloads.wait_until_up(node.api, _NAME)


def _manifests(image: str) -> list[Manifest]:
    labels = {"app.kubernetes.io/name": _NAME}
    container = {
        "name": _NAME,
        "image": image,
        "args": ["--concurrent=4", "--client-qps=200", "--client-burst=400", "--metrics-addr=:8080"],
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
    }
    pod = {"serviceAccountName": _NAME, "containers": [container], "terminationGracePeriodSeconds": 1}
    template = {"metadata": {"labels": labels}, "spec": pod}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAME}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _NAME}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _NAME},
            "roleRef": role,
            "subjects": [{"kind": "ServiceAccount", "name": _NAME, "namespace": _NAME}],
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": _NAME},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
    ]
