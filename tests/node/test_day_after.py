"""`status`, `logs` and `rollback` where containers really run: planted faults, a release under `logs -f`, and back."""

import json
import os
import subprocess
import time

import pytest

from tests.cluster.estates import KEPT, LONGSHORE
from tests.cluster.small import STACK, Small
from tools.cluster.fixtures import new_namespace
from tools.cluster.workloads import is_ready, wait_until_up

COUNTS = 'n=0; while :; do n=$$((n+1)); echo "$$VERSION says $$n"; sleep 0.2; done'
FAULTS = f"""\
name: small
services:
  web: {{image: "debian:12", mem_limit: 64m, command: ["sh", "-c", '{COUNTS}'], environment: {{VERSION: one}}}}
  ghost: {{image: "own/ghost:1", mem_limit: 64m}}
  hungry: {{image: "debian:12", mem_limit: 32m, command: ["tail", "/dev/zero"]}}
  crash: {{image: "debian:12", mem_limit: 32m, command: ["sh", "-c", "echo hunter2-CANARY; exit 3"]}}
  absent: {{image: "debian:12", mem_limit: 32m, command: ["no-such-program"]}}
  sick:
    image: debian:12
    mem_limit: 64m
    command: ["sleep", "infinity"]
    healthcheck: {{test: "echo not today; exit 1", interval: 1s, retries: 3, start_period: 600s}}
  lacking: {{image: "debian:12", mem_limit: 64m, command: ["sleep", "infinity"], environment: {{TOKEN: "${{TOKEN}}"}}}}
  huge: {{image: "debian:12", mem_limit: 900g, command: ["sleep", "infinity"]}}
"""
WEB = f"""\
name: small
services:
  web:
    image: debian:12
    mem_limit: 64m
    command: ["sh", "-c", '{COUNTS}']
    environment: {{VERSION: one}}
    stop_grace_period: 1s
    deploy: {{replicas: 2}}
"""
WANTED = {
    "ghost": {"image-not-found"},
    "hungry": {"out-of-memory"},
    "crash": {"crash-loop"},
    "absent": {"does-not-start"},
    "sick": {"probe-startup", "probe-readiness"},
    "lacking": {"secret-missing"},
    "huge": {"not-scheduled"},
}


@pytest.fixture
def small(node, tmp_path):
    with new_namespace(node.api) as namespace:
        yield Small(tmp_path, node.kubeconfig, namespace, FAULTS)


def test_each_planted_fault_is_named_with_its_cause(node, operator, small, say):
    run = small.run("render", "--fail-on", "never", TOKEN="unused")
    assert run.code == 0, run.err
    for each in run.manifests:
        if each["kind"] == "SecretStore":
            each["spec"]["provider"]["fake"]["data"] = [{"key": "elsewhere", "value": "{}"}]
        node.api.apply(each, small.namespace)
    begun = time.monotonic()
    told = {}

    def all_told():
        lines = small.status()
        told.update({name: {x["code"]: x for x in lines[name]["causes"] if not x["past"]} for name in WANTED})
        return lines["web"]["state"] == "up" and all(WANTED[name] & told[name].keys() for name in WANTED)

    node.api.wait(all_told, "every fault to be told", pause=2)
    say(f"{len(WANTED)} faults were told after {time.monotonic() - begun:.0f} s")
    shown = small.run("status")
    say(shown.out)
    assert shown.code == 1
    assert "hunter2" not in shown.out, "a log is never part of it"
    assert "own/ghost:1 is not there" in told["ghost"]["image-not-found"]["what"]
    assert "its limit of 32Mi" in told["hungry"]["out-of-memory"]["what"]
    assert "exit code 3" in told["crash"]["crash-loop"]["what"]
    assert "no-such-program" in told["absent"]["does-not-start"]["what"]
    assert "not today" in next(iter(told["sick"].values()))["what"]
    assert "`TOKEN` of `local/small/lacking`" in told["lacking"]["secret-missing"]["what"]
    assert "Insufficient memory" in told["huge"]["not-scheduled"]["what"]
    before = small.run("logs", "crash", "--previous", "--no-log-prefix")
    assert set(before.out.splitlines()) == {"hunter2-CANARY"}, before.err


def pods(node, namespace):
    found = node.api.list("v1", "Pod", namespace, labelSelector="app.kubernetes.io/name=web")
    return {x["metadata"]["name"] for x in found if is_ready(x)}


def test_logs_go_on_over_a_release_and_rollback_brings_the_old_pods_back(node, small, say):
    small.write(WEB)
    small.apply(node.api)
    wait_until_up(node.api, small.namespace)
    first = pods(node, small.namespace)
    out = small.folder / "out"
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment["KUBECONFIG"] = str(small.kubeconfig)
    with out.open("w") as stream:
        following = subprocess.Popen(
            [LONGSHORE, "logs", "-s", STACK, "-f", "web"], cwd=small.folder, env=environment, stdout=stream
        )
        try:
            node.api.wait(lambda: "web-2 | one says" in out.read_text(), "two pods in one log")
            small.write(WEB.replace("VERSION: one", "VERSION: two"))
            small.apply(node.api)
            wait_until_up(node.api, small.namespace)
            node.api.wait(lambda: "web-4 | two says 10\n" in out.read_text(), "the new pods in the log")
            done = small.run("rollback", "web", "--context", "longshore-test", "--yes")
            assert done.code == 0, done.out + done.err
            assert "VERSION" in done.out
            node.api.wait(lambda: "\nweb-6 | one says 3\n" in out.read_text(), "the old release again")
        finally:
            following.terminate()
            following.wait()
    said: dict[str, list[int]] = {}
    for line in out.read_text().splitlines():
        who, _, text = line.partition(" | ")
        said.setdefault(who.strip(), []).append(int(text.split()[-1]))
    assert set(said) == {f"web-{number}" for number in range(1, 7)}
    for who, numbers in said.items():
        assert numbers == list(range(1, len(numbers) + 1)), f"{who} lost a line, or has one twice"
    say(f"followed {len(said)} pods over a release and back: {sum(map(len, said.values()))} lines, none lost or twice")
    say(done.err.strip())
    assert pods(node, small.namespace).isdisjoint(first)
    variables = [
        x["spec"]["containers"][0]["env"]
        for x in node.api.list("v1", "Pod", small.namespace, labelSelector="app.kubernetes.io/name=web")
        if is_ready(x)
    ]
    assert {json.dumps(each) for each in variables} == {json.dumps([{"name": "VERSION", "value": "one"}])}
