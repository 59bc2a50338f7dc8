"""Which workloads wait for a volume before they are made: those that have one that no other may have beside them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from longshore.program.handover import handovers


def workload(name: str, *claims: str, kind: str = "Deployment") -> dict[str, Any]:
    volumes = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in claims]
    spec = {"volumes": [*volumes, {"name": "scratch", "emptyDir": {}}]}
    return {"kind": kind, "metadata": {"name": name}, "spec": {"template": {"spec": spec}}}


def claim(name: str, mode: str) -> dict[str, Any]:
    return {"kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": {"accessModes": [mode]}}


@pytest.mark.parametrize(
    ("manifests", "waiting"),
    [
        ([claim("data", "ReadWriteOnce"), workload("db", "data")], {"deployment/db"}),
        ([claim("data", "ReadWriteOnce"), workload("db", "data", kind="StatefulSet")], {"statefulset/db"}),
        ([claim("data", "ReadWriteMany"), workload("db", "data")], set()),
        # Of others: what is in it is theirs, and so is who has it.
        ([workload("db", "external")], set()),
        # By consent, on one node: the second would wait for the first for ever.
        ([claim("data", "ReadWriteOnce"), workload("a", "data"), workload("b", "data")], set()),
        ([claim("data", "ReadWriteOnce"), workload("a"), workload("b", "data")], {"deployment/b"}),
    ],
)
def test_what_waits(manifests: list[dict[str, Any]], waiting: set[str]) -> None:
    login = SimpleNamespace(apply=lambda _: None)
    found = handovers(SimpleNamespace(manifests=manifests), "web", login)  # type: ignore[arg-type]
    assert {str(key) for key in found} == waiting
    assert all(isinstance(binding, pulumi.ResourceHookBinding) for binding in found.values())
