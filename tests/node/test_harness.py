"""What the node itself promises: that it is real, that it is alone, that it is quick, and that it leaves nothing."""

import subprocess
from pathlib import Path

WARM_SECONDS = 20


def pod(name, image, command=None, **spec):
    container = {"name": "main", "image": image, **({"command": command} if command else {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1, **spec},
    }


def phase(node, namespace, name):
    return node.api.get("v1", "Pod", namespace, name)["status"].get("phase")


def test_it_starts_in_time(node, say):
    stages = ", ".join(f"{what} after {seconds:.1f} s" for what, seconds in node.seconds.items())
    say(f"the node was up in {node.seconds['whole start']:.1f} s; {stages}")
    assert node.seconds["whole start"] <= WARM_SECONDS


def test_nothing_of_it_is_seen_outside_and_nothing_leaves(node):
    assert node.run("ip", "-brief", "link", "show", "eth0").code != 0, "the machine's wire is not there"
    assert node.run("ping", "-c", "1", "-W", "1", "1.1.1.1").code != 0
    inside = node.run("cat", "/proc/mounts").out
    outside = Path("/proc/mounts").read_text()
    assert "/run/containerd" in inside
    assert str(node.layout.folder) not in outside
    assert "kubelet" not in subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout
