"""The programs that read charts, and a cluster to install them on."""

from __future__ import annotations

import pytest

from tests.charts.programs import Programs
from tools.cluster.fixtures import api, cluster, external_secrets_kinds, namespace, provided, say, simulated

__all__ = ["api", "cluster", "external_secrets_kinds", "namespace", "say", "simulated"]


@pytest.fixture(scope="session")
def programs() -> Programs:
    """Helm and Kustomize; where they can't be had, the test skips and says why."""
    found = provided("helm", "kustomize")
    return Programs(found["helm"], found["kustomize"])
