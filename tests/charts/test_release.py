"""A chart on a real API server: installed, changed, upgraded, rolled back, and gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.estates import ROOT, longshore
from tools.cluster.workloads import contents, wait_until_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.charts.programs import Programs
    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target


@pytest.mark.usefixtures("simulated", "external_secrets_kinds")
def test_the_life_of_a_release(
    programs: Programs, cluster: Target, api: Api, namespace: str, tmp_path: Path, say: Callable[[str], None]
) -> None:
    flags = ("-s", "shop.local", "-o", "helm", "--output-dir", str(tmp_path / "shop"))
    run = longshore("render", ROOT, *flags)
    assert run.code == 0, run.err
    helm = programs._replace(kubeconfig=str(cluster.kubeconfig)).run_helm
    at = ("--namespace", namespace)
    before = contents(api, namespace)

    notes = helm("install", "shop", tmp_path / "shop", *at)
    assert f"kubectl -n {namespace} get pods" in notes
    assert "kubectl -n " + namespace + " get externalsecrets" in notes
    seconds = wait_until_up(api, namespace)
    first = contents(api, namespace)

    changes = ("--set", "services.storefront.replicaCount=3", "--set", "services.catalog-migrate.image.tag=2.0")
    helm("upgrade", "shop", tmp_path / "shop", *at, *changes)
    wait_until_up(api, namespace)
    assert _replicas(api, namespace) == 3
    assert len(_jobs(api, namespace, "catalog-migrate")) == 1

    helm("rollback", "shop", *at)
    wait_until_up(api, namespace)
    assert _replicas(api, namespace) == 2
    assert _without_history(contents(api, namespace)) == _without_history(first)

    helm("uninstall", "shop", *at, "--wait")
    api.wait(lambda: contents(api, namespace) == before, "all of the release to be gone", 120)
    say(f"{len(first)} objects of a release up after {seconds:.1f} s, then upgraded, rolled back and gone")


def _replicas(api: Api, namespace: str) -> int:
    ready: int = api.get("apps/v1", "Deployment", namespace, "storefront")["status"]["readyReplicas"]
    return ready


def _jobs(api: Api, namespace: str, name: str) -> list[str]:
    jobs = api.list("batch/v1", "Job", namespace, labelSelector=f"app.kubernetes.io/name={name}")
    return [each["metadata"]["name"] for each in jobs]


def _without_history(found: list[str]) -> set[str]:
    """What a deployment keeps to go back to, and Helm, apart; and the pods, whose names are new."""
    kinds = ("ReplicaSet/", "Secret/sh.helm.", "Pod/", "Event/", "EndpointSlice/", "ControllerRevision/")
    return {each for each in found if not each.startswith(kinds)}
