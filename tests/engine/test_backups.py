"""A restore through a real engine: a volume that was made from a backup is what the claim gets, not an empty one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.project import operations, resources
from tests.engine.test_platform import PLATFORM

if TYPE_CHECKING:
    from tests.engine.project import Project
    from tools.cluster.api import Api

VOLUME = {"volume": "vol-0123456789abcdef0", "zone": "eu-west-1a", "size": "20Gi"}
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "restored"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
}
"""As a conversion makes one that names no class: the default one is that of the platform."""


def kept(config: dict[str, Any]) -> None:
    config["longshore:backup"] = {"restore": {"restored/data": VOLUME}}


@pytest.mark.usefixtures("like_eks", "chart")
def test_a_claim_gets_the_volume_that_was_restored_for_it(aws: Project, api: Api) -> None:
    aws.settings(PLATFORM, kept)
    stack = aws.stack(PLATFORM)
    stack.up()
    assert set(operations(stack.up())) == {"same"}
    volume = api.get("v1", "PersistentVolume", "", "restored-restored-data")
    assert volume["spec"]["csi"]["volumeHandle"] == VOLUME["volume"]

    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "restored"}})
    api.create(CLAIM)

    def bound() -> bool:
        claim = api.get("v1", "PersistentVolumeClaim", "restored", "data")
        return bool(claim["status"].get("phase") == "Bound" and claim["spec"]["volumeName"] == "restored-restored-data")

    api.wait(bound, "the claim to be bound to what was restored")
    assert set(operations(stack.up())) == {"same"}, "what the controllers wrote is theirs"

    api.delete("v1", "Namespace", "", "restored")
    api.wait(lambda: not api.exists("v1", "Namespace", "", "restored"), "the namespace to be gone")
    stack.destroy()
    assert resources(stack) == []
    assert not api.exists("v1", "PersistentVolume", "", "restored-restored-data")
