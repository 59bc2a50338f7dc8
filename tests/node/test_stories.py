"""What people are promised of a cluster, one by one, on a small project that `longshore render` has converted."""

import json
import shutil
import time
from pathlib import Path

import pytest

from tests.cluster.estates import ROOT, longshore
from tests.node.load import client, crowd, load
from tests.node.pods import wait_for, wait_until_old_ones_are_gone
from tools.cluster import workloads
from tools.cluster.api import ApiError
from tools.cluster.fixtures import new_namespace
from tools.node.standins import Role, program_image

WEB = "http://web:8080/"
ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
SECRET = "node/small/web"
INSIDE = {"network.longshore.dev/small_default": "true"}
SECONDS_TO_REPLACE = 12


class Project:
    """The small project with a stack for the node; `render` asks for a version of its secret and of its image."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copy(Path(__file__).parent / "stories" / "compose.yaml", folder)
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        (folder / "stacks").mkdir()

    def render(self, secret=ONE, **environment):
        config = {
            "longshore:environment": "node",
            "longshore:cluster": {"kind": "kubeconfig", "networkPolicies": True},
            "longshore:operator": {},
            "longshore:team": "small",
            "longshore:compose": {"files": ["compose.yaml"]},
            "longshore:secrets": {"backend": "fake", "versions": {SECRET: secret}},
        }
        (self.folder / "stacks" / "Pulumi.small.node.yaml").write_text(json.dumps({"config": config}))
        run = longshore("render", self.folder, "-s", "small.node", environment={"TOKEN": "unused", **environment})
        assert run.code == 0, run.err
        for each in run.manifests:
            if each["kind"] == "SecretStore":
                each["spec"]["provider"]["fake"]["data"] = [
                    {"key": SECRET, "version": version, "value": json.dumps({"TOKEN": value})}
                    for version, value in ((ONE, "one"), (TWO, "two"))
                ]
            yield each


def deployment(manifests, name):
    return next(x for x in manifests if (x["kind"], x["metadata"]["name"]) == ("Deployment", name))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def shop(node, operator, project, say_once):
    for version in ("1", "2"):
        node.add_image(program_image(f"own/web:{version}", Role({8080: "http"}), VERSION=version))
    node.add_image(program_image("own/web:broken", Role({9999: "http"}), VERSION="broken"))
    node.add_image(program_image("own/hungry:1", Role({8080: "http"})))
    manifests = list(project.render())
    with new_namespace(node.api) as namespace:
        node.apply(manifests, namespace)
        seconds = workloads.wait_until_up(node.api, namespace)
        say_once(f"{len(manifests)} objects of two services were up after {seconds:.1f} s")
        client(node, namespace, **INSIDE)
        yield namespace


def pods(node, namespace, name):
    return workloads.pods_of(node.api, namespace, node.api.get("apps/v1", "Deployment", namespace, name))


def told(seen):
    return f"{seen.lost} of {seen.answered + seen.lost} requests lost"


def test_a_container_over_its_limit_is_killed_and_comes_back_alone(node, shop, say):
    (hungry,) = pods(node, shop, "hungry")
    name = hungry["metadata"]["name"]
    before = {x["metadata"]["uid"] for x in pods(node, shop, "web")}
    with load(node, shop, WEB) as seen:
        begun = time.monotonic()
        node.exec("load-client", ["curl", "-s", "http://hungry:8080/standin/allocate?mib=200"], namespace=shop)

        def back(found):
            status = found["status"]["containerStatuses"][0]
            return status["restartCount"] == 1 and workloads.is_ready(found)

        wait_for(node, shop, name, back)
        seconds = time.monotonic() - begun
    end = node.api.get("v1", "Pod", shop, name)["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (end["reason"], end["exitCode"]) == ("OOMKilled", 137)
    after = pods(node, shop, "web")
    assert {x["metadata"]["uid"] for x in after} == before
    assert {x["status"]["containerStatuses"][0]["restartCount"] for x in after} == {0}
    say(f"over its limit: {end['reason']}, exit {end['exitCode']}, Ready after {seconds:.1f} s; {told(seen)} beside it")
    assert seen.failed == {}


def test_a_killed_pod_of_three_is_replaced_and_no_request_is_lost(node, shop, say):
    before = {x["metadata"]["uid"] for x in pods(node, shop, "web")}
    lost = pods(node, shop, "web")[0]["metadata"]["name"]

    def replaced():
        ready = {x["metadata"]["uid"] for x in pods(node, shop, "web") if workloads.is_ready(x)}
        return len(ready) == 3 and len(ready - before) == 1

    with load(node, shop, WEB) as fresh, load(node, shop, WEB, kept=True) as kept:
        time.sleep(0.5)
        node.api.delete("v1", "Pod", shop, lost)
        seconds = node.api.wait(replaced, "a new pod in place of the killed one", pause=0.1)
        wait_until_old_ones_are_gone(node, shop)
    say(f"one pod of three: a new one Ready after {seconds:.1f} s; new connections: {told(fresh)}, kept: {told(kept)}")
    assert (fresh.failed, kept.failed) == ({}, {})
    assert seconds <= SECONDS_TO_REPLACE * crowd()


def test_a_release_loses_no_request(node, shop, project, say):
    new = deployment(project.render(WEB_VERSION="2"), "web")
    with load(node, shop, WEB) as fresh, load(node, shop, WEB, kept=True) as kept:
        node.apply([new], shop)
        seconds = workloads.wait_until_up(node.api, shop)
        wait_until_old_ones_are_gone(node, shop)
    say(f"three pods released in {seconds:.1f} s; new connections: {told(fresh)}, kept: {told(kept)}")
    assert (fresh.failed, kept.failed) == ({}, {})
    assert set(fresh.versions()) == {"1", "2"}


def test_a_release_that_never_gets_healthy_stops_and_the_old_pods_serve_on(node, shop, project, say):
    before = {x["metadata"]["uid"] for x in pods(node, shop, "web")}
    broken = deployment(project.render(WEB_VERSION="broken"), "web")
    broken["spec"]["progressDeadlineSeconds"] = 15 + broken["spec"].get("minReadySeconds", 0)

    def stopped():
        found = node.api.get("apps/v1", "Deployment", shop, "web")["status"]["conditions"]
        return any(x["type"] == "Progressing" and x.get("reason") == "ProgressDeadlineExceeded" for x in found)

    with load(node, shop, WEB) as fresh, load(node, shop, WEB, kept=True) as kept:
        node.apply([broken], shop)
        seconds = node.api.wait(stopped, "the end of the release", pause=0.2)
        now = {x["metadata"]["uid"]: x for x in pods(node, shop, "web")}
        assert before <= set(now), "every old pod is there"
        assert all(workloads.is_ready(now[x]) for x in before)
        assert [workloads.is_ready(y) for x, y in now.items() if x not in before] == [False]
        node.apply([deployment(project.render(WEB_VERSION="2"), "web")], shop)
        workloads.wait_until_up(node.api, shop)
    assert {x["metadata"]["uid"] for x in pods(node, shop, "web")} == before
    say(
        f"a release without health was given up after {seconds:.0f} s; "
        f"{told(fresh)} on new connections, {told(kept)} on kept"
    )
    assert (fresh.failed, kept.failed) == ({}, {})
    assert "broken" not in fresh.versions()


def test_a_secret_is_rotated_rolled_out_and_rolled_back(node, shop, project, say):
    """Pinned to a version of it, as a deployment does by itself; the way back needs no value."""

    def seen_by_pods():
        names = [x["metadata"]["name"] for x in pods(node, shop, "web")]
        return {node.exec(x, ["sh", "-c", "echo $TOKEN"], namespace=shop).out.strip() for x in names}

    def release(version):
        node.apply(project.render(version, WEB_VERSION="2"), shop)
        return workloads.wait_until_up(node.api, shop)

    untouched = {x["metadata"]["uid"] for x in pods(node, shop, "hungry")}
    assert seen_by_pods() == {"one"}
    with load(node, shop, WEB) as fresh, load(node, shop, WEB, kept=True) as kept:
        there = release(TWO)
        assert seen_by_pods() == {"two"}
        back = release(ONE)
        assert seen_by_pods() == {"one"}
    assert {x["metadata"]["uid"] for x in pods(node, shop, "hungry")} == untouched, "who does not use it does not roll"
    say(
        f"a secret rotated and rolled out in {there:.1f} s, rolled back in {back:.1f} s; "
        f"{told(fresh)} on new connections, {told(kept)} on kept"
    )
    assert (fresh.failed, kept.failed) == ({}, {})


def test_a_drained_node_keeps_what_budgets_protect_and_takes_all_back(node, shop, say):
    """The only node: what is evicted has nowhere to go, so the budget must hold on to the rest."""
    evicted = {x["metadata"]["uid"] for name in ("web", "hungry") for x in pods(node, shop, name)}
    name = node.api.list("v1", "Node")[0]["metadata"]["name"]
    with load(node, shop, WEB) as fresh:
        node.kubectl("cordon", name)
        try:
            for each in sorted(evicted):
                _evict(node, shop, each)
            time.sleep(8)
            left = [x for x in pods(node, shop, "web") if workloads.is_ready(x)]
        finally:
            node.kubectl("uncordon", name)
        begun = time.monotonic()
        workloads.wait_until_up(node.api, shop)
        seconds = time.monotonic() - begun
    kept = len([x for x in pods(node, shop, "web") if x["metadata"]["uid"] in evicted])
    say(f"drained: {len(left)} of 3 pods were kept by their budget; all back {seconds:.1f} s after; {told(fresh)}")
    assert len(left) == 2
    assert kept == 2
    assert fresh.failed == {}


def _evict(node, namespace, uid):
    """As `kubectl drain` asks; where a budget is used up the answer is 429, and drain would ask again."""
    name = next(x for x in node.api.list("v1", "Pod", namespace) if x["metadata"]["uid"] == uid)["metadata"]["name"]
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    try:
        node.api.request("POST", f"{node.api.path('v1', 'Pod', namespace, name)}/eviction", json=body)
    except ApiError as error:
        if error.status != 429:
            raise
