"""The cluster that the tests of this folder share."""

from tools.cluster.fixtures import api, cluster, namespace, say, simulated

__all__ = ["api", "cluster", "namespace", "say", "simulated"]
