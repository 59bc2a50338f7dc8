"""What a team's SecretStore relies on in its cluster: the operator's right to act as one ServiceAccount.

The SecretStore and its ServiceAccount are manifests of the conversion (`longshore.convert.secrets`).
"""

import pulumi
import pulumi_kubernetes as k8s

from longshore.components.secret_stores.operator import NAMESPACE, RELEASE

ACCOUNT = "longshore-secrets"
"""The ServiceAccount of the store that a conversion makes, where nobody calls the store otherwise."""


def let_operator_act_as(
    account: str, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions, operator: pulumi.Input[str] = NAMESPACE
) -> None:
    """Let the operator ask for tokens of the ServiceAccount `account`, and of no other in the namespace.

    operator: its namespace. Source: https://external-secrets.io/latest/guides/security-best-practices/
    """
    name = f"{account}-tokens"
    metadata = {"name": name, "namespace": namespace}
    role = k8s.rbac.v1.Role(
        name,
        metadata=metadata,
        rules=[
            {
                "api_groups": [""],
                "resources": ["serviceaccounts/token"],
                "resource_names": [account],
                "verbs": ["create"],
            }
        ],
        opts=opts,
    )
    k8s.rbac.v1.RoleBinding(
        name,
        metadata=metadata,
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        subjects=[{"kind": "ServiceAccount", "name": RELEASE, "namespace": operator}],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )
