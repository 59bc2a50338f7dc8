"""What the node itself promises: that it is real, that it is alone, that it is quick, and that it leaves nothing."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.node.pods import claim, pod, run, state, wait_for
from tools.cluster.api import access
from tools.node.execute import ExecuteError, execute
from tools.node.images import Image, make_layer, write_archive
from tools.node.node import CommandFailedError, running

WARM_SECONDS = 20


def test_it_starts_in_time(node, say):
    seconds = dict(node.seconds)
    programs, whole, crowd = (seconds.pop(x) for x in ("programs", "whole start", "crowd"))
    stages = ", ".join(f"{what} after {x:.1f} s" for what, x in seconds.items())
    say(f"programs and images in {programs:.1f} s, then the node in {whole:.1f} s ({stages}; {crowd:.1f} want a core)")
    assert whole <= WARM_SECONDS * crowd


def test_nothing_of_it_is_seen_outside_and_nothing_leaves(node):
    assert node.run("ip", "link", "show", "eth0").code != 0, "the machine's wire is not there"
    assert node.run("ping", "-c", "1", "-W", "1", "1.1.1.1").code != 0
    assert "/run/containerd" in node.run("cat", "/proc/mounts").out
    assert str(node.layout.folder) not in Path("/proc/mounts").read_text()
    assert "node0" not in subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout


def test_an_image_is_pulled_a_wrong_one_is_not_and_a_replaced_one_is_new(node, namespace, tmp_path):
    def image(text):
        return Image("own/motd:1", (make_layer({"standin": b"", "motd": text}, tmp_path / "layers"),), {})

    node.apply([pod("absent", "own/absent:1")], namespace)
    wait_for(node, namespace, "absent", lambda x: state(x).get("waiting", {}).get("reason") == "ErrImagePull")
    busybox = node.store
    assert busybox.find("docker.io/library/busybox", "1.36")
    assert node.import_image(write_archive([image(b"one")], tmp_path / "own.tar")) == ["docker.io/own/motd:1"]
    node.apply([pod("broken", "own/motd:1", ["/standin"])], namespace)
    wait_for(node, namespace, "broken", lambda x: "StartError" in str(state(x)) or "RunContainerError" in str(state(x)))


def test_an_image_that_was_lent_is_gone_and_its_name_means_what_it_meant(node, namespace, tmp_path):
    """Else whoever comes later would run it: a pod does not pull what its node has already."""

    def other(name):
        return Image(name, (make_layer({"motd": b"lent"}, tmp_path / "layers"),), {"Cmd": ["/absent"]})

    with node.lent(write_archive([other("busybox:1.36"), other("own/lent:1")], tmp_path / "lent.tar")):
        node.apply([pod("lent", "busybox:1.36"), pod("lent-too", "own/lent:1")], namespace)
        for name in ("lent", "lent-too"):
            wait_for(node, namespace, name, lambda x: "/absent" in str(x["status"].get("containerStatuses")))
    node.apply([pod("absent", "own/lent:1")], namespace)
    run(node, namespace, pod("own", "busybox:1.36", ["sh", "-c", "exec sleep 1000"]))
    wait_for(node, namespace, "absent", lambda x: state(x).get("waiting", {}).get("reason") == "ErrImagePull")


def test_a_wait_that_ends_in_vain_says_what_the_node_is_doing(node, namespace):
    node.apply([pod("stuck", "own/absent:1")], namespace)
    wait_for(node, namespace, "stuck", lambda x: state(x).get("waiting", {}).get("reason") == "ErrImagePull")
    with pytest.raises(TimeoutError, match=f"{namespace}/stuck Pending .*ErrImagePull") as raised:
        node.api.wait(lambda: False, "what never comes", 0)
    assert "own/absent:1: not found" in str(raised.value).partition("its last warnings:")[2]


def test_commands_logs_and_codes_come_through(node, namespace):
    run(node, namespace, pod("web", "busybox:1.36", ["sh", "-c", "echo hello; exec sleep 1000"]))
    quick = execute(access(node.kubeconfig), namespace, "web", "main", ["sh", "-c", "echo out; echo told >&2; exit 3"])
    assert quick == (3, "out\n", "told\n")
    with pytest.raises(ExecuteError, match="not found"):
        execute(access(node.kubeconfig), namespace, "absent", "main", ["true"])
    done = node.exec("web", ["sh", "-c", "cat; echo told >&2; exit 3"], namespace=namespace, stdin="given")
    assert (done.code, done.out) == (3, "given")
    assert "told" in done.err
    assert node.logs("web", namespace=namespace) == "hello\n"
    with pytest.raises(CommandFailedError, match="not found"):
        node.kubectl("get", "pod", "nobody", "--namespace", namespace)


def test_a_disk_is_as_ebs_gives_it_and_outlives_its_pod(node, namespace):
    look = "ls -ldn /data; ls /data; touch /data/mine; ls -ln /data/mine"
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    first = pod("first", "busybox", ["sh", "-c", look], volumes=volumes, restartPolicy="Never", **mount)
    node.apply([claim("data", "gp3"), first], namespace)
    wait_for(node, namespace, "first", lambda x: x["status"]["phase"] == "Succeeded")
    lines = node.logs("first", namespace=namespace).splitlines()
    assert lines[0].split()[0] == "drwxr-xr-x"
    assert lines[0].split()[2:4] == ["0", "0"]
    assert lines[1] == "lost+found"
    group = {"securityContext": {"fsGroup": 2000, "runAsUser": 1000}}
    second = pod("second", "busybox", ["sh", "-c", look], volumes=volumes, restartPolicy="Never", **mount, **group)
    node.apply([second], namespace)
    wait_for(node, namespace, "second", lambda x: x["status"]["phase"] == "Succeeded")
    lines = node.logs("second", namespace=namespace).splitlines()
    assert lines[0].split()[0] == "drwxrwsr-x"
    assert lines[0].split()[3] == "2000"
    assert "mine" in lines, "what the first pod wrote"


def test_a_shared_folder_is_written_by_everybody(node, namespace):
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "files"}}]
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    writers = [
        pod(
            f"writer-{uid}",
            "busybox",
            ["sh", "-c", f"echo x > /data/{uid}; exec sleep 1000"],
            volumes=volumes,
            securityContext={"runAsUser": uid},
            **mount,
        )
        for uid in (1000, 2000)
    ]
    run(node, namespace, claim("files", "efs", "ReadWriteMany"), *writers)
    assert node.exec("writer-2000", ["ls", "/data"], namespace=namespace).out.split() == ["1000", "2000"]


def test_names_are_resolved_and_policies_are_enforced(node, namespace, say):
    web = pod("web", "busybox", ["sh", "-c", "mkdir /w; echo served > /w/index.html; exec busybox httpd -f -h /w"])
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    asking = ["sh", "-c", "exec sleep 1000"]
    run(node, namespace, web, service, pod("friend", "busybox", asking), pod("stranger", "busybox", asking))

    def served(client):
        return node.exec(client, ["curl", "-sS", "-m", "1", "http://web"], namespace=namespace).out == "served\n"

    node.api.wait(lambda: served("friend") and served("stranger"), "the service")
    assert node.exec("friend", ["nslookup", "example.com"], namespace=namespace).code != 0, "no name of the outside"
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web"},
        "spec": {
            "podSelector": {"matchLabels": {"app": "web"}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "friend"}}}]}],
        },
    }
    node.apply([policy], namespace)
    seconds = node.api.wait(lambda: not served("stranger"), "the policy")
    assert served("friend")
    say(f"a network policy was in force after {seconds:.1f} s")


def test_it_ends_by_one_kill_and_leaves_nothing(tmp_path, node):
    """A second node beside the first, whose processes are found by its folder in their command lines."""

    def processes():
        found = []
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if str(tmp_path) in each.read_text():
                    found.append(each.parent.name)
        return found

    with running(tmp_path / "node") as other:
        assert len(processes()) >= 8
        group = other.layout.cgroup
        assert list(Path("/sys/fs/cgroup").rglob(f"{group}/*/cgroup.procs"))
        begun = time.monotonic()
        os.kill(other.pid, signal.SIGKILL)
        node.api.wait(lambda: not processes(), "the end of its processes", seconds=10)
        assert time.monotonic() - begun < 5
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{group}"))
    loops = subprocess.run(["losetup", "--list", "--output", "BACK-FILE"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in loops.stdout
    assert node.api.serving(), "the one beside it goes on"
