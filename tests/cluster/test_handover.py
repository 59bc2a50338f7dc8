"""Who has a volume, on a real API server, and what is done before another workload gets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.cluster import kubeconfig
from longshore.cluster.credentials import shown
from longshore.cluster.volume_holders import holders
from longshore.model import ObjectKey
from longshore.program import handover

if TYPE_CHECKING:
    from tools.cluster.api import Api

NEW = ObjectKey("Deployment", "database")


def claim(name: str) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def pod(name: str) -> dict[str, Any]:
    volume = {"name": "x", "persistentVolumeClaim": {"claimName": name}}
    return {"containers": [{"name": "db", "image": "postgres:16"}], "volumes": [volume]}


def workload(api_version: str, kind: str, name: str, of: str) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": name}
    spec: dict[str, Any] = {"template": {"metadata": {"labels": labels}, "spec": pod(of)}}
    if kind == "Job":
        spec["template"]["spec"]["restartPolicy"] = "Never"
    else:
        spec["selector"] = {"matchLabels": labels}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def login(api: Api) -> str:
    return json.dumps(yaml.safe_load(api.kubeconfig.read_text("utf-8")))


def found(login: str, namespace: str, *claims: str) -> set[ObjectKey]:
    context = kubeconfig.of_text(login)
    return {each.workload for each in holders(context, shown(context, {}), namespace, claims, NEW)}


@pytest.mark.parametrize(
    ("api_version", "kind"), [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet")]
)
def test_what_goes_is_deleted_and_what_only_looks_on_is_left(
    api: Api, namespace: str, login: str, api_version: str, kind: str
) -> None:
    old = ObjectKey(kind, "db")
    for name in ("data", "other"):
        api.apply(claim(name), namespace)
    for manifest in (workload(api_version, kind, "db", "data"), workload("apps/v1", "Deployment", "cache", "other")):
        api.apply(manifest, namespace)
    api.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "by-hand"}, "spec": pod("data")}, namespace)
    api.wait(lambda: found(login, namespace, "data") == {old}, "its pods")
    handover._wait(handover._Place([login], namespace, frozenset({NEW})), NEW, frozenset({"data"}))
    assert found(login, namespace, "data") == set()
    assert found(login, namespace, "other") == {ObjectKey("Deployment", "cache")}
    assert not api.exists(api_version, kind, namespace, "db")
    assert api.exists("v1", "Pod", namespace, "by-hand")


def test_what_stays_is_not_deleted(api: Api, namespace: str, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own release takes the volume away from it; where none does, the deployment says who has it."""
    monkeypatch.setattr(handover, "PATIENCE", 3)
    api.apply(claim("data"), namespace)
    api.apply(workload("apps/v1", "Deployment", "db", "data"), namespace)
    stays = ObjectKey("Deployment", "db")
    api.wait(lambda: found(login, namespace, "data") == {stays}, "its pods")
    place = handover._Place([login], namespace, frozenset({NEW, stays}))
    with pytest.raises(
        ValueError, match=r"deployment/database gets a volume that pod db-.* of deployment/db still has"
    ):
        handover._wait(place, NEW, frozenset({"data"}))
    assert api.exists("apps/v1", "Deployment", namespace, "db")
