"""Programs that end, and dial at once: none loses its first call, whether all is there already or nothing is."""

import time

import pytest
import yaml

from longshore.convert.kubernetes.stable import stable_name
from tests.cluster.estates import longshore
from tools.cluster import workloads

JOBS = 10
DATABASE = {
    "image": "redis:7",
    "command": "redis-server --protected-mode no",
    "mem_limit": "64m",
    "restart": "always",
    "tmpfs": "/data",
}
MIGRATION = {
    "image": "redis:7",
    "mem_limit": "64m",
    "restart": "no",
    "entrypoint": ["redis-cli"],
    "command": ["-e", "-h", "database", "incr", "migrations"],
    "depends_on": {"database": {"condition": "service_started"}},
}


@pytest.fixture
def manifests(tmp_path):
    services = {"database": DATABASE, **{f"migrate-{number}": MIGRATION for number in range(JOBS)}}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump({"name": "jobs", "services": services}))
    run = longshore("render", tmp_path, "-f", "compose.yaml")
    assert run.code == 0, run.err
    return run.manifests


def results(node, namespace):
    """Job → how often its program was started again, of those that are complete; a failed one fails the test."""
    found = {}
    for job in node.api.list("batch/v1", "Job", namespace):
        conditions = {x["type"] for x in job["status"].get("conditions", ()) if x["status"] == "True"}
        name = stable_name({**job, "kind": "Job"})
        assert "Failed" not in conditions, f"{name}: {job['status']}"
        if "Complete" in conditions:
            pods = workloads.pods_of(node.api, namespace, job)
            found[name] = sum(x["restartCount"] for pod in pods for x in pod["status"]["containerStatuses"])
    return found


def completed(node, namespace):
    begun = time.monotonic()
    node.api.wait(lambda: len(results(node, namespace)) == JOBS, "the end of all Jobs")
    found = results(node, namespace)
    again = sum(count > 0 for count in found.values())
    return f"{len(found)} of {JOBS} Jobs succeeded after {time.monotonic() - begun:.1f} s, {again} of them not at once"


def test_all_get_their_first_call_through_to_what_is_there(node, namespace, manifests, say):
    node.apply([x for x in manifests if x["kind"] != "Job"], namespace)
    workloads.wait_until_up(node.api, namespace)
    node.apply([x for x in manifests if x["kind"] == "Job"], namespace)
    say(f"beside a database that is up: {completed(node, namespace)}")


def test_all_come_up_by_themselves_where_everything_is_applied_at_once(node, namespace, manifests, say):
    node.apply(manifests, namespace)
    say(f"together with their database: {completed(node, namespace)}")
