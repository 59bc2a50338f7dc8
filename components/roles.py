"""What somebody may do in a namespace: a Role, and the RoleBinding that gives it to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from longshore.components.kubernetes_object import KubernetesObject

GROUP: Final = "rbac.authorization.k8s.io"

BALANCERS: Final[Sequence[Mapping[str, str]]] = (
    {"apiGroup": GROUP, "kind": "Group", "name": "eks:managed"},
    {"kind": "ServiceAccount", "name": "aws-load-balancer-controller", "namespace": "kube-system"},
)
"""Who makes load balancers: Auto Mode's controllers, or the AWS Load Balancer Controller.

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
    common: dict[str, Any] = {"apiVersion": f"{GROUP}/v1", "metadata": {"name": name, "namespace": namespace}}
    role = KubernetesObject(f"{prefix}{name}", {**common, "kind": "Role", "rules": rules}, opts)
    reference = {"apiGroup": GROUP, "kind": "Role", "name": name}
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
        "verbs": ["get", "list", "watch"],
    }
    allow("load-balancers", namespace, [rule], BALANCERS, opts, prefix=prefix)
