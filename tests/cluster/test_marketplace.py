"""The example estate on a real API: accepted, up, healed, rolled without a dip, and gone without a trace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from longshore.convert.kubernetes.stable import stable_name
from tests.cluster.estates import MARKETPLACE, ROOT, containers, dangling, incomplete, longshore, named
from tools.cluster import workloads
from tools.cluster.workloads import title

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.cluster.api import Api, Manifest


class Variant(NamedTuple):
    """A way to run the marketplace. services: how many its README, and so `docker compose config`, counts."""

    name: str
    folder: Path
    flags: tuple[str, ...]
    services: int
    clean: bool = True


FILES = ("compose.yaml", "compose.kubernetes.yaml")
ENV = ("--env-file", ".env.example")
LOCAL = Variant("shop.local", ROOT, ("-s", "shop.local"), 43)
VARIANTS = (
    LOCAL,
    Variant("shop.dev", ROOT, ("-s", "shop.dev"), 43),
    # cAdvisor and Promtail read the VM itself, which no cluster lets them: errors that say so.
    Variant("all profiles", MARKETPLACE, (*named(FILES), *ENV, "--profile", "*"), 55, clean=False),
    Variant(
        "production",
        MARKETPLACE,
        (*named((FILES[0], "compose.prod.yaml", FILES[1])), *ENV, "--profile", "observability", "--production"),
        49,
        clean=False,
    ),
)


def rendered(variant: Variant, **environment: str) -> list[Manifest]:
    run = longshore("render", variant.folder, *variant.flags, "--fail-on", "never", environment=environment)
    assert run.code == 0, run.err
    return run.manifests


@pytest.fixture(scope="module")
def shop() -> list[Manifest]:
    return rendered(LOCAL)


@pytest.mark.usefixtures("external_secrets_kinds")
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda x: x.name)
def test_the_api_takes_every_manifest_in_a_strict_dry_run(
    api: Api, namespace: str, say: Callable[[str], None], variant: Variant
) -> None:
    manifests = rendered(variant)
    check = longshore("check", variant.folder, *variant.flags, "--output", "json")
    errors = [x for x in check.findings if x["severity"] == "error"]
    say(f"{variant.name}: {variant.services} services, {len(manifests)} objects, {len(errors)} errors")
    assert workloads.refusals(api, manifests, namespace) == []
    assert workloads.contents(api, namespace) == [], "a dry run stores nothing"
    assert len(containers(manifests)) == variant.services
    assert dangling(manifests) == []
    assert incomplete(check.findings) == []
    assert (check.code, not errors) == ((0, True) if variant.clean else (1, False))


@pytest.mark.usefixtures("simulated", "external_secrets_kinds")
def test_a_life(api: Api, namespace: str, shop: list[Manifest], say: Callable[[str], None]) -> None:
    """One estate for the whole story, since bringing it up is what takes the time."""
    _the_findings_are_heeded(api)
    workloads.apply_all(api, shop, namespace)
    say(f"{len(shop)} objects applied; all workloads up after {workloads.wait_until_up(api, namespace):.1f} s")
    _a_deleted_pod_is_replaced(api, namespace, say)
    new = rendered(LOCAL, APP_VERSION="2024.12.0")
    _a_release_rolls_without_a_dip(api, namespace, shop, new, say)
    begun = time.monotonic()
    workloads.delete_all(api, new, namespace)
    api.wait(lambda: workloads.contents(api, namespace) == [], "an empty namespace", pause=0.5)
    say(f"all deleted, the namespace empty after {time.monotonic() - begun:.1f} s")


def _the_findings_are_heeded(api: Api) -> None:
    """The one thing that `check` asks of the cluster: ClickHouse wants a node with an SSD."""
    api.patch(
        "v1", "Node", "", api.list("v1", "Node")[0]["metadata"]["name"], {"metadata": {"labels": {"disk": "ssd"}}}
    )


def _a_deleted_pod_is_replaced(api: Api, namespace: str, say: Callable[[str], None]) -> None:
    storefront = api.get("apps/v1", "Deployment", namespace, "storefront")
    before = {x["metadata"]["uid"] for x in workloads.pods_of(api, namespace, storefront)}
    lost = workloads.pods_of(api, namespace, storefront)[0]["metadata"]
    begun = time.monotonic()
    api.delete("v1", "Pod", namespace, lost["name"])

    def replaced() -> bool:
        ready = [x for x in workloads.pods_of(api, namespace, storefront) if workloads.is_ready(x)]
        return len(ready) == len(before) and lost["uid"] not in {x["metadata"]["uid"] for x in ready}

    api.wait(replaced, "a new pod in place of the deleted one")
    say(f"a deleted pod was replaced and ready after {time.monotonic() - begun:.2f} s")


def _a_release_rolls_without_a_dip(
    api: Api, namespace: str, old: list[Manifest], new: list[Manifest], say: Callable[[str], None]
) -> None:
    """As Pulumi does it: what has changed is applied, and a Job is made anew when the one before it is gone."""
    before = {(x["kind"], stable_name(x)): x for x in old}
    changed = [x for x in new if x != before[x["kind"], stable_name(x)]]
    rolling = [x for x in changed if x["kind"] == "Deployment" and x["spec"]["strategy"]["type"] == "RollingUpdate"]
    assert len(rolling) >= 14, "the release is one of all own services that others call"
    assert {x["kind"] for x in changed} == {"Deployment", "Job"}
    wanted = {x["metadata"]["name"]: x["spec"]["replicas"] for x in rolling}
    with workloads.counting_ready(api, namespace, rolling) as count:
        for each in changed:
            if each["kind"] == "Job":
                _remove(api, namespace, before["Job", stable_name(each)])
            api.apply(each, namespace)
        seconds = workloads.wait_until_up(api, namespace)
    for each in rolling:
        image = each["spec"]["template"]["spec"]["containers"][0]["image"]
        pods = workloads.pods_of(api, namespace, each)
        assert {x["spec"]["containers"][0]["image"] for x in pods} == {image}
    dips = {name: f"{count.fewest[name]} of {number}" for name, number in wanted.items() if count.fewest[name] < number}
    assert dips == {}
    say(f"a release of {len(changed)} workloads rolled in {seconds:.1f} s; {count.changes} changes of pods, no dip")


def _remove(api: Api, namespace: str, manifest: Manifest) -> None:
    kind, name = (manifest["apiVersion"], manifest["kind"]), manifest["metadata"]["name"]
    api.delete(*kind, namespace, name)
    api.wait(lambda: not api.exists(*kind, namespace, name), f"the end of {title(manifest)}")
