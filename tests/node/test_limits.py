"""What a pod may use is held by the kernel: by control groups of version 1 or 2, whichever the node has."""

import pytest

from tests.node.pods import pod, run, wait_for
from tools.node import cgroups

FILES = {
    1: ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
    2: ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cpu.max"),
}
ASLEEP = ["sh", "-c", "exec sleep 1000"]


@pytest.fixture
def limits():
    """The files in which a container finds its memory and its processor time."""
    return FILES[2 if cgroups.unified() else 1]


def test_a_container_finds_the_limits_of_its_pod(node, namespace, limits):
    asked = {"limits": {"memory": "100Mi", "cpu": "500m"}}
    run(node, namespace, pod("web", "busybox", ASLEEP, resources=asked))
    done = node.exec("web", ["cat", *limits], namespace=namespace)
    assert done.out.split()[:2] == [str(100 << 20), "50000"], done.err


def test_who_takes_more_memory_is_killed_and_started_again_alone(node, namespace):
    run(node, namespace, pod("beside", "busybox", ASLEEP))
    hungry = ["sh", "-c", "tail /dev/zero"]
    node.apply([pod("hungry", "busybox", hungry, resources={"limits": {"memory": "32Mi"}})], namespace)

    def again(found):
        return (found["status"].get("containerStatuses") or [{}])[0].get("restartCount")

    wait_for(node, namespace, "hungry", again)
    end = node.api.get("v1", "Pod", namespace, "hungry")["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (end["reason"], end["exitCode"]) == ("OOMKilled", 137)
    assert not again(node.api.get("v1", "Pod", namespace, "beside"))
