"""The example estate on a real node: up from nothing, every service behind the gateway released, nothing lost."""

import time

import pytest
import yaml

from tests.node import marketplace
from tests.node.load import client, load
from tests.node.marketplace import EDGE, UPSTREAMS
from tests.node.pods import wait_until_old_ones_are_gone
from tools.cluster import workloads
from tools.cluster.fixtures import new_namespace

NEW = {
    "APP_VERSION": "2024.12.0",
    "PAYMENTS_VERSION": "2024.12.0",
    "SELLERS_VERSION": "2024.12.0",
}
# The gateway lets a client call `users` five times a second (config/nginx/nginx.conf).
LIMITED = {"clients": 1, "pause": "500ms"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return marketplace.project(tmp_path_factory.mktemp("marketplace"))


@pytest.fixture(scope="module")
def shop(node, operator, checkout, say_once):
    """The whole of it by one `kubectl apply`, in the order of the alphabet, and left to converge by itself."""
    manifests = marketplace.rendered(checkout)
    for image in marketplace.images(manifests):
        node.add_image(image)
    with new_namespace(node.api) as namespace:
        begun = time.monotonic()
        text = yaml.safe_dump_all(sorted(manifests, key=lambda x: x["metadata"]["name"]))
        node.kubectl("apply", "--namespace", namespace, "--filename", "-", stdin=text)
        workloads.wait_until_up(node.api, namespace)
        seconds = time.monotonic() - begun
        pods = node.api.list("v1", "Pod", namespace)
        again = sum(y["restartCount"] for x in pods for y in x["status"].get("containerStatuses", []))
        say_once(f"{len(manifests)} objects by one apply; {len(pods)} pods up after {seconds:.0f} s, {again} restarts")
        client(node, namespace, **EDGE)
        yield namespace


@pytest.fixture(scope="module")
def released(node, checkout):
    """The Deployments of the next version, whose images are there."""
    manifests = marketplace.rendered(checkout, **NEW)
    for image in marketplace.images(manifests):
        node.add_image(image)
    return {x["metadata"]["name"]: x for x in manifests if x["kind"] == "Deployment"}


def test_every_service_answers_through_the_gateway(node, shop):
    urls = [f"https://gateway{path}" for path in UPSTREAMS.values()]
    with load(node, shop, *urls, clients=1) as seen:
        node.api.wait(lambda: seen.kinds >= len(urls), "an answer of every service")
    assert seen.failed == {}


@pytest.mark.parametrize("service", UPSTREAMS)
def test_a_release_of_each_service_behind_the_gateway_loses_nothing(node, shop, released, say, service):
    new = released[service]
    new["spec"]["template"]["metadata"].setdefault("annotations", {})["test/release"] = "2"
    url = f"https://gateway{UPSTREAMS[service]}"
    pace = LIMITED if service == "users-api" else {}
    with load(node, shop, url, **pace) as fresh, load(node, shop, url, kept=True, **pace) as kept:
        node.apply([new], shop)
        seconds = workloads.wait_until_up(node.api, shop)
        wait_until_old_ones_are_gone(node, shop)
        node.api.wait(lambda: min(fresh.kinds, kept.kinds) > 1, "an answer of the new one on every kind of connection")
    say(
        f"{service}: rolled in {seconds:.1f} s; of {fresh.answered + fresh.lost} requests on new "
        f"connections {fresh.lost} lost, of {kept.answered + kept.lost} on kept ones {kept.lost}; "
        f"the slowest took {max(fresh.slowest, kept.slowest):.1f} s"
    )
    assert (fresh.failed, kept.failed) == ({}, {})
