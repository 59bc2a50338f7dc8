"""The programs that read charts, and a cluster to install them on."""

from __future__ import annotations

import pytest

from tests.charts.programs import Programs
from tools.cluster.fixtures import api, cluster, external_secrets_kinds, namespace, provided, say, simulated
from tools.cluster.versions import locate, read_table

__all__ = ["api", "cluster", "external_secrets_kinds", "namespace", "say", "simulated"]

NEXT = locate(read_table().tools["helm4"])
"""Helm 4, where somebody has built it (`python -m tools.cluster build helm4`): then all is asked of it as well."""


@pytest.fixture(scope="session", params=["helm", *(["helm4"] if NEXT else [])])
def programs(request: pytest.FixtureRequest) -> Programs:
    """Helm and Kustomize; where they can't be had, the test skips and says why."""
    found = provided(request.param, "kustomize")
    return Programs(found[request.param], found["kustomize"])
