"""The cluster that the tests of this folder share."""

from tools.cluster.fixtures import api, cluster, external_secrets_kinds, namespace, say, simulated

__all__ = ["api", "cluster", "external_secrets_kinds", "namespace", "say", "simulated"]
