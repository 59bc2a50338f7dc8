"""The estate of `tests/inventory` on the node, with the limits that its inventory recommends, under the same load."""

import json
import re
import time
from copy import deepcopy
from datetime import datetime
from typing import NamedTuple

import pytest

from longshore.convert.kubernetes.quantity import bytes_in
from tests.cluster.estates import longshore
from tests.inventory import estate
from tests.inventory.conftest import watched
from tools.cluster import workloads
from tools.cluster.fixtures import new_namespace
from tools.docker.engine import EngineUnavailableError, compose_program
from tools.go_program import NotBuiltError, built

WATCHED = estate.ROUND + 5
"""Seconds on the machine, and on the node too: a day of the estate and some more."""
# What a user of these findings writes: no secret in the file, and a volume for what was a folder of the machine.
MOVED = (
    re.sub(r", -token, canary-command|, canary-health|  environment: .*\n|  labels: .*\n", "", estate.COMPOSE)
    .replace("./files:", "files:")
    .replace("volumes: {db-data: {}}", "volumes: {db-data: {}, files: {}}")
)
STACK = {
    "longshore:environment": "node",
    "longshore:cluster": {"kind": "kubeconfig", "networkPolicies": True},
    "longshore:team": "shop",
    "longshore:compose": {"files": ["compose.yaml"]},
    "longshore:inventory": "vm.json",
    "longshore:secrets": {"backend": "fake"},
    "longshore:storage": {"size": "64Mi"},
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The inventory of the estate on a Docker Engine, what is recommended from it, and the folder of the move."""
    try:
        compose_program()
        built(estate.PROGRAM, "allocator")
    except (EngineUnavailableError, NotBuiltError) as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("move")
    collected = watched(folder / "machine", WATCHED)
    (folder / "stacks").mkdir()
    for name, text in {
        "Pulumi.yaml": "name: shop\nruntime: python\nconfig:\n  pulumi:disable-default-providers: [aws, kubernetes]\n",
        "compose.yaml": MOVED,
        "vm.json": collected.text,
        "stacks/Pulumi.shop.node.yaml": json.dumps({"config": STACK}),
    }.items():
        (folder / name).write_text(text)
    cycle = f"{estate.ROUND}s"
    said = json.loads(longshore("size", folder, "vm.json", "-s", "shop.node", "--cycle", cycle, "-o", "json").out)
    sizes = {each["service"]: {"memory": each["memory"], "cpu": each["cpu"]} for each in said["services"]}
    # Also what is not sure: the one that was killed gets what is recommended, and so does the leaking one.
    settings = {**STACK, "longshore:services": sizes}
    (folder / "stacks/Pulumi.shop.node.yaml").write_text(json.dumps({"config": settings}))
    return collected.document, said["services"], folder


@pytest.fixture(scope="module")
def moved(node, seen, say_once):
    """What became of each service on the node, of the worker also as it was before."""
    _, recommended, folder = seen
    run = longshore("render", folder, "-s", "shop.node")
    assert run.code == 0, run.err
    for image in estate.images(folder / "layers"):
        node.add_image(image)
    with new_namespace(node.api) as namespace:
        node.apply(run.manifests, namespace)
        workloads.wait_until_up(node.api, namespace)
        node.apply([as_before(next(each for each in run.manifests if named(each, "worker")))], namespace)
        time.sleep(WATCHED)
        found = dict(ends(node.api.list("v1", "Pod", namespace)))
    used = {each["service"]: each["peak"] >> 20 for each in recommended}
    for name, end in sorted(found.items()):
        before = f"used {used[name]} MiB on the machine" if name in used else "as on the machine"
        why = f" {' '.join(end.reasons)} after {end.seconds:.0f} s" if end.restarts else ""
        say_once(f"{name}: {before}, limit {end.limit}, {end.restarts} restarts{why}")
    return found


def named(manifest, name):
    return manifest["kind"] == "Deployment" and manifest["metadata"]["name"] == name


def as_before(worker):
    """The worker with the limit that it had on the machine."""
    other = deepcopy(worker)
    other["metadata"]["name"] = "worker-as-before"
    for labels in (other["spec"]["selector"]["matchLabels"], other["spec"]["template"]["metadata"]["labels"]):
        labels["app.kubernetes.io/name"] = "worker-as-before"
    resources = other["spec"]["template"]["spec"]["containers"][0]["resources"]
    resources["limits"]["memory"] = resources["requests"]["memory"] = "64Mi"
    return other


class End(NamedTuple):
    """What became of a pod: the limit of its memory, how often it was started again, why, and how long it ran last."""

    limit: str
    restarts: int
    reasons: tuple[str, ...]
    seconds: float


def ends(pods):
    """(service, what became of it) of each pod."""
    for pod in pods:
        limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"]
        states = pod["status"].get("containerStatuses") or []
        last = [end for each in states if (end := each.get("lastState", {}).get("terminated"))]
        ran = [datetime.fromisoformat(x["finishedAt"]) - datetime.fromisoformat(x["startedAt"]) for x in last]
        seconds = max((each.total_seconds() for each in ran), default=0.0)
        reasons = tuple(sorted({end["reason"] for end in last}))
        name = pod["metadata"]["labels"]["app.kubernetes.io/name"]
        yield name, End(limit, sum(each["restartCount"] for each in states), reasons, seconds)


def test_every_service_has_the_limit_that_is_recommended(seen, moved):
    wanted = {each["service"]: bytes_in(each["memory"]) for each in seen[1]}
    assert {name: bytes_in(end.limit) for name, end in moved.items() if name in wanted} == wanted
    assert set(wanted) == set(estate.NEEDS)


def test_nothing_is_killed_that_was_not_killed_on_the_machine(seen, moved):
    """But the leaking one, when it has run longer than it was watched: no limit is enough for it, and that was said."""
    killed = {each["name"] for each in seen[0]["usage"]["events"] if each["event"] == "oom"}
    assert killed == {"shop-worker-1"}
    again = {name for name, end in moved.items() if end.restarts}
    assert again - {"leaky"} == {"worker-as-before"}
    assert not moved["leaky"].restarts or moved["leaky"].seconds > WATCHED
    (leaky,) = (each for each in seen[1] if each["service"] == "leaky")
    assert any("a leak" in warning for warning in leaky["warnings"])


def test_the_one_that_was_killed_is_killed_again_only_with_the_limit_of_before(moved):
    assert not moved["worker"].restarts
    before = moved["worker-as-before"]
    assert (before.limit, before.reasons) == ("64Mi", ("OOMKilled",))
    assert before.restarts
