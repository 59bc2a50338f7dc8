"""`SecretsOperator`: the External Secrets Operator with the settings of a production cluster.

Its own defaults are those of a first try: one replica without leader election, no probes, and rights that let every
editor of a namespace write a store. What each of ours prevents stands beside it.
Source: https://github.com/external-secrets/external-secrets/tree/main/deploy/charts/external-secrets
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_kubernetes as k8s

if TYPE_CHECKING:
    from longshore.stack.settings import Operator, Settings

RELEASE: Final = "external-secrets"
"""Name of the release, and by it of the operator's ServiceAccount."""

REPOSITORY: Final = "https://charts.external-secrets.io"

_RESOURCES: Final = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
_WAYS_OUT: Final = [
    {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
    # The backend (Vault by itself listens on 8200), and the API server under either of its ports.
    {"ports": [{"protocol": "TCP", "port": port} for port in (443, 6443, 8200)]},
]
_GUARDED: Final = {"enabled": True, "egress": _WAYS_OUT}


class SecretsOperator(pulumi.ComponentResource):
    """The operator in its namespace. Stores and ExternalSecrets depend on it, so that it outlives their finalizers."""

    def __init__(
        self, name: str, settings: Operator, *, production: bool, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("longshore:secrets:Operator", name, None, opts)
        namespace = k8s.core.v1.Namespace(
            f"{name}-operator",
            metadata={
                "name": settings.namespace,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        local = bool(settings.chart)
        k8s.helm.v3.Release(
            f"{name}-operator",
            name=RELEASE,
            chart=settings.chart or "external-secrets",
            version=None if local and not settings.chart.startswith("oci://") else settings.version,
            repository_opts=None if local else k8s.helm.v3.RepositoryOptsArgs(repo=REPOSITORY),
            namespace=settings.namespace,
            create_namespace=False,
            values=merged(values(settings.replicas), settings.values),
            atomic=True,
            cleanup_on_fail=True,
            max_history=5,
            timeout=600,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[namespace],
                # With its CRDs go all ExternalSecrets of all teams, and with those their Secrets.
                protect=production,
            ),
        )
        self.register_outputs({"namespace": settings.namespace})

    @classmethod
    def of(cls, settings: Settings, opts: pulumi.ResourceOptions) -> SecretsOperator | None:
        """The operator of a stack; None where the cluster has one already."""
        if settings.operator is None:
            return None
        return cls(settings.environment, settings.operator, production=settings.in_production, opts=opts)


_ACROSS: Final = ("ClusterExternalSecret", "ClusterGenerator", "ClusterPushSecret", "PushSecret")
"""Kinds that reach across namespaces, or write to a backend."""


def values(replicas: int) -> dict[str, Any]:
    """Helm values of the chart, where its defaults are not ours."""
    common = {"resources": _RESOURCES, "networkPolicy": _GUARDED}
    # With one replica it would keep a node from ever being drained.
    disruptions = {"enabled": replicas > 1, "minAvailable": 1}
    return {
        "installCRDs": True,
        "crds": {
            # Uninstalling the release must not take every team's ExternalSecrets with it.
            "annotations": {"helm.sh/resource-policy": "keep"},
            "createClusterSecretStore": False,
            **{f"create{kind}": False for kind in _ACROSS},
        },
        "processClusterStore": False,
        **{f"process{kind}": False for kind in _ACROSS},
        # Two replicas without leader election are two writers.
        "replicaCount": replicas,
        "leaderElect": True,
        "concurrent": 5,
        "podDisruptionBudget": disruptions,
        "livenessProbe": {"enabled": True},
        "readinessProbe": {"enabled": True},
        "rbac": {
            # An editor of a namespace must not write a SecretStore that borrows somebody else's identity.
            "aggregateToView": False,
            "aggregateToEdit": False,
            "aggregateToAdmin": False,
            # Each team's identity lets the operator act as one ServiceAccount; see `interface.py`.
            "serviceAccountTokenCreate": False,
        },
        **common,
        "webhook": {
            "replicaCount": replicas,
            "failurePolicy": "Fail",
            "podDisruptionBudget": disruptions,
            **common,
        },
        "certController": {"replicaCount": 1, **common},
    }


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `theirs` over `ours`, mapping by mapping."""
    found = dict(ours)
    for key, value in theirs.items():
        before = found.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return found
