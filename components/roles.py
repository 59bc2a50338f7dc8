"""What somebody may do in a namespace: a Role, and the RoleBinding that gives it to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from longshore.components.kubernetes_object import KubernetesObject
from longshore.stack.charts import LOAD_BALANCER_CONTROLLER

API_GROUP: Final = "rbac.authorization.k8s.io"
READ: Final = ["get", "list", "watch"]

BALANCERS: Final[Sequence[Mapping[str, str]]] = (
    {"apiGroup": API_GROUP, "kind": "Group", "name": "eks:managed"},
    *(
        {"kind": "ServiceAccount", "name": LOAD_BALANCER_CONTROLLER.name, "namespace": namespace}
        for namespace in (LOAD_BALANCER_CONTROLLER.name, "kube-system")
    ),
)
"""Who makes load balancers: Auto Mode's controllers, or the AWS Load Balancer Controller, ours or where others have it.

Source: https://docs.aws.amazon.com/eks/latest/userguide/auto-managed-rbac.html
and https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/examples/secrets_access/
"""

Rule = Mapping[str, Sequence[str]]


def allow(
    name: str,
    namespace: pulumi.Input[str],
    rules: Sequence[Rule],
    subjects: Sequence[Mapping[str, pulumi.Input[str]]],
    opts: pulumi.ResourceOptions,
    *,
    prefix: str = "",
) -> None:
    """Let subjects do what the rules say; both objects are called `name`, their resources with a prefix."""
    common: dict[str, Any] = {"apiVersion": f"{API_GROUP}/v1", "metadata": {"name": name, "namespace": namespace}}
    role = KubernetesObject(f"{prefix}{name}", {**common, "kind": "Role", "rules": rules}, opts)
    reference = {"apiGroup": API_GROUP, "kind": "Role", "name": name}
    KubernetesObject(
        f"{prefix}{name}",
        {**common, "kind": "RoleBinding", "roleRef": reference, "subjects": subjects},
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )


def let_read_logins(secrets: Sequence[str], namespace: str, opts: pulumi.ResourceOptions, *, prefix: str = "") -> None:
    """Let the controllers of load balancers read the Secrets by which people log in (OIDC), and no other.

    prefix: of the names of resources.
    """
    rule: Rule = {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": secrets,
        "verbs": READ,
    }
    allow("load-balancers", namespace, [rule], BALANCERS, opts, prefix=prefix)


def let_read_release(
    name: str, namespace: pulumi.Input[str], groups: Sequence[str], opts: pulumi.ResourceOptions
) -> None:
    """Let groups read the Helm releases of a namespace, which Helm keeps in Secrets; none of these is an application's.

    Rights go by names, and a release is looked for by its labels: so all Secrets of that namespace are read, which is
    for charts alone.
    """
    secrets = {"apiGroups": [""], "resources": ["secrets"], "verbs": READ}
    allow("release-readers", namespace, [secrets], [group(reader) for reader in groups], opts, prefix=f"{name}-")


def group(name: str) -> dict[str, str]:
    """A group of Kubernetes, as a binding has it."""
    return {"apiGroup": API_GROUP, "kind": "Group", "name": name}
