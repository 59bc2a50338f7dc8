"""`SecretsOperator`: the External Secrets Operator with the settings of a production cluster.

Its own defaults are those of a first try: one replica without leader election, no probes, and rights that let every
editor of a namespace write a store. What each of ours prevents stands beside it.
Source: https://github.com/external-secrets/external-secrets/tree/main/deploy/charts/external-secrets
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.helm import installed
from longshore.components.roles import Rule, allow, let_read_release
from longshore.stack.charts import EXTERNAL_SECRETS

NAMESPACE: Final = "external-secrets"
"""Where the operator runs by default, as its chart has it."""

RELEASE: Final = EXTERNAL_SECRETS.name
"""Name of the release, and by it of the operator's ServiceAccount."""

ACCOUNT: Final = "longshore-secrets"
"""The ServiceAccount of the store that a conversion makes, where nobody calls the store otherwise."""

_RESOURCES: Final = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
_WAYS_OUT: Final = [
    {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
    # The backend (Vault by itself listens on 8200), and the API server under either of its ports.
    {"ports": [{"protocol": "TCP", "port": port} for port in (443, 6443, 8200)]},
]
_GUARDED: Final = {"enabled": True, "egress": _WAYS_OUT}


class SecretsOperatorArgs(TypedDict):
    """Which operator runs where."""

    version: NotRequired[str]
    """Version of the chart. Default: `2.9.0`."""
    chart: NotRequired[str]
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    namespace: NotRequired[str]
    """The namespace, which is made. Default: `external-secrets`."""
    replicas: NotRequired[int]
    """How many run; one of them leads. Default: 2."""
    values: NotRequired[Mapping[str, Any]]
    """Helm values over ours, for tolerations, mirrors and the like."""
    production: NotRequired[bool]
    """Whether it is protected from deletion, with which all ExternalSecrets would go. Default: no."""
    release_readers: NotRequired[Sequence[str]]
    """Kubernetes groups that read the release, which Helm keeps in Secrets: `longshore:viewers` of an `EksCluster`."""


class SecretsOperator(Component):
    """The operator in its namespace. Stores and ExternalSecrets depend on it, so that it outlives their finalizers."""

    namespace: pulumi.Output[str]
    """Where the operator runs."""

    def __init__(self, name: str, args: SecretsOperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:secrets:Operator")
        where = args.get("namespace", NAMESPACE)
        namespace, _ = installed(
            f"{name}-operator",
            EXTERNAL_SECRETS,
            where,
            values(int(args.get("replicas", 2))),
            args,
            self._after,
            # With its CRDs go all ExternalSecrets of all teams, and with those their Secrets.
            protect=args.get("production", False),
        )
        readers = args.get("release_readers", ())
        if readers:
            within = pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[namespace]))
            let_read_release(name, where, readers, within)
        self.namespace = namespace.metadata["name"]
        self.register_outputs({"namespace": self.namespace})


def let_operator_act_as(
    account: str,
    namespace: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    operator: pulumi.Input[str] = NAMESPACE,
    *,
    prefix: str = "",
) -> None:
    """Let the operator ask for tokens of the ServiceAccount `account`, and of no other in the namespace.

    It is what a team's SecretStore relies on; store and account are manifests of the conversion.
    operator: its namespace. prefix: of the names of resources.
    Source: https://external-secrets.io/latest/guides/security-best-practices/
    """
    tokens: Rule = {
        "apiGroups": [""],
        "resources": ["serviceaccounts/token"],
        "resourceNames": [account],
        "verbs": ["create"],
    }
    subject = {"kind": "ServiceAccount", "name": RELEASE, "namespace": operator}
    allow(f"{account}-tokens", namespace, [tokens], [subject], opts, prefix=prefix)


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
            # Each team's identity lets the operator act as one ServiceAccount: `let_operator_act_as`.
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
