"""The test cluster itself: what the other tests of this folder rely on is shown here on manifests of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tools.cluster import workloads
from tools.cluster.api import Api, ApiError, Manifest
from tools.cluster.fixtures import provided
from tools.cluster.processes import ProcessFailedError, free_ports, start, stop, wait_until
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.cluster.fixtures import Target


def deployment(name: str, replicas: int = 1, **strategy: Any) -> Manifest:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1, **strategy}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "example.org/main:1"}]},
            },
        },
    }


def claim(name: str, storage_class: str | None, mode: str) -> Manifest:
    spec: Manifest = {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}}
    if storage_class:
        spec["storageClassName"] = storage_class
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def mounting(manifest: Manifest, volume: str) -> Manifest:
    pod = manifest["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": volume}}]
    pod["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    return manifest


JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "migrate"},
    "spec": {
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.org/migrate:1"}]}
        }
    },
}


def test_strict_dry_run_refuses_what_a_lenient_server_would_drop(api: Api, namespace: str) -> None:
    misspelt = deployment("web")
    misspelt["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    (refusal,) = workloads.refusals(api, [deployment("fine"), misspelt], namespace)
    assert "livenesProbe" in refusal
    assert workloads.contents(api, namespace) == []


@pytest.mark.usefixtures("simulated")
def test_workloads_come_up_and_leave_nothing(api: Api, namespace: str, say: Callable[[str], None]) -> None:
    manifests = [claim("data", None, "ReadWriteOnce"), mounting(deployment("web", 3), "data"), JOB]
    workloads.apply_all(api, manifests, namespace)
    say(f"three workloads up in {workloads.wait_until_up(api, namespace):.1f} s")
    assert {"Deployment/web", "Job/migrate", "PersistentVolumeClaim/data"} <= set(workloads.contents(api, namespace))
    workloads.delete_all(api, manifests, namespace)
    api.wait(lambda: workloads.contents(api, namespace) == [], "an empty namespace")


@pytest.mark.usefixtures("simulated")
def test_pods_spread_over_nodes_in_three_zones(
    api: Api,
) -> None:
    zones = {x["metadata"]["labels"]["topology.kubernetes.io/zone"] for x in api.list("v1", "Node")}
    assert len(zones) == 3


@pytest.mark.usefixtures("simulated")
def test_a_disk_cannot_be_shared_but_a_file_system_can(
    api: Api,
    namespace: str,
) -> None:
    shared, wrong = claim("shared", "efs", "ReadWriteMany"), claim("wrong", "gp3", "ReadWriteMany")
    on_shared, on_wrong = mounting(deployment("good", 2), "shared"), mounting(deployment("bad"), "wrong")
    workloads.apply_all(api, [shared, wrong, on_shared, on_wrong], namespace)
    with pytest.raises(TimeoutError, match=r"Deployment/bad") as raised:
        workloads.wait_until_up(api, namespace, seconds=5)
    assert "Deployment/good" not in str(raised.value)


@pytest.mark.usefixtures("simulated")
def test_what_does_not_fit_says_so(
    api: Api,
    namespace: str,
) -> None:
    huge = deployment("huge")
    huge["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1000"}}
    api.apply(huge, namespace)
    with pytest.raises(TimeoutError, match="Insufficient cpu"):
        workloads.wait_until_up(api, namespace, seconds=3)


def test_quota_and_pod_security_are_enforced(api: Api, namespace: str) -> None:
    label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    api.patch("v1", "Namespace", "", namespace, label)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}}
    pod["spec"] = deployment("web")["spec"]["template"]["spec"]
    with pytest.raises(ApiError, match="violates PodSecurity"):
        api.apply(pod, namespace)


@pytest.mark.parametrize(("strategy", "fewest"), [({}, 3), ({"maxUnavailable": 1, "maxSurge": 0}, 2)])
@pytest.mark.usefixtures("simulated")
def test_the_count_of_ready_pods_sees_a_dip(api: Api, namespace: str, strategy: dict[str, int], fewest: int) -> None:
    web = deployment("web", 3, **strategy)
    api.apply(web, namespace)
    workloads.wait_until_up(api, namespace)
    with workloads.counting_ready(api, namespace, [web]) as count:
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "example.org/main:2"
        api.apply(web, namespace)
        workloads.wait_until_up(api, namespace)
    assert count.fewest == {"web": fewest}


def test_a_program_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    script = "import sys; print('port 1 is taken'); sys.exit(3)"
    process = start([sys.executable, "-c", script], tmp_path / "log", name="sample")
    with pytest.raises(ProcessFailedError, match=r"sample ended with code 3\nport 1 is taken"):
        wait_until(lambda: False, [process], "sample")


def test_a_program_that_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.cluster.processes.SECONDS_TO_STOP", 0.2)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    process = start([sys.executable, "-c", script], tmp_path / "log", name="stubborn")
    wait_until(lambda: "up" in (tmp_path / "log").read_text(), [process], "stubborn")
    stop([process])
    assert process.handle.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tools.cluster.processes import start\n"
        f"print(start(['sleep', '60'], Path({str(tmp_path)!r}) / 'log', name='child').handle.pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    wait_until(lambda: not _runs(child), [], "the end of the child", seconds=5)


def _runs(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] not in {"", "Z"}


def test_two_processes_that_need_a_program_build_it_once(tmp_path: Path) -> None:
    """With a `go` that is slow and counts its builds, so that the second process must wait for the first."""
    version = read_table().tools["etcd"].version.removeprefix("v")
    (tmp_path / "go.mod").write_text("module example.org/tool\n\ngo 1.21\n")
    fake = tmp_path / "bin" / "go"
    fake.parent.mkdir()
    fake.write_text(
        "#!/bin/sh\n"
        'case "$1 $2" in\n'
        f'"mod download") echo \'{{"Dir": "{tmp_path}", "GoMod": "{tmp_path}/go.mod"}}\' ;;\n'
        """"mod edit") echo '{"Go": "1.21"}' ;;\n"""
        f"build*) echo build >> {tmp_path}/builds; sleep 1\n"
        '  while [ "$1" != -o ]; do shift; done\n'
        f'  printf "#!/bin/sh\\necho {version}\\n" > "$2"; chmod +x "$2" ;;\n'
        "esac\n"
    )
    fake.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{fake.parent}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    environment.pop("KUBEBUILDER_ASSETS", None)
    command = [sys.executable, "-m", "tools.cluster", "build", "etcd"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [each.communicate(timeout=60)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert answers[0] == answers[1] != ""
    assert (tmp_path / "builds").read_text().split() == ["build"]


def test_a_server_that_asks_to_come_again_is_asked_again(cluster: Target) -> None:
    answers = [httpx.Response(429, headers={"retry-after": "0"}), httpx.Response(200, json={"items": []})]
    with Api(cluster.kubeconfig) as api:
        api._http = httpx.Client(base_url=api.server, transport=httpx.MockTransport(lambda _: answers.pop(0)))
        assert api.request("GET", "/api/v1/pods") == {"items": []}
    assert not answers


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


def test_without_go_and_without_binaries_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    with pytest.raises(ToolsMissingError, match=r"^etcd: not built yet, and there is no `go`") as raised:
        provide(["etcd"])
    assert "\n" not in str(raised.value)


def test_binaries_that_are_given_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "etcd"
    given.touch(mode=0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert provide(["etcd"]) == {"etcd": given}


def test_every_tool_has_a_module_with_a_version() -> None:
    table = read_table()
    assert {tool.module for tool in table.tools.values()} == set(table.modules)


@pytest.mark.cluster
def test_up_and_down_by_hand_leave_no_process(tmp_path: Path, say: Callable[[str], None]) -> None:
    """Through the command line, as `make cluster` does, with a cache of its own that shares the built programs."""
    real = provided("etcd")["etcd"].parent.parent
    (tmp_path / "longshore").mkdir()
    (tmp_path / "longshore" / "tools").symlink_to(real)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}

    def run(*verb: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tools.cluster", *verb]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    up = run("up", "--nodes", "3")
    assert up.returncode == 0, up.stderr
    kubeconfig = up.stdout.strip()
    with Api(tmp_path / kubeconfig) as api:
        assert len(api.list("v1", "Node")) == 3
    assert run("up").stdout.strip() == kubeconfig, "a second `up` finds the first one's cluster"
    assert run("status").returncode == 0
    begun = time.monotonic()
    assert "kube-apiserver" in run("down").stderr
    say(f"stopped in {time.monotonic() - begun:.1f} s")
    assert run("status").returncode == 1
    left = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert not [x for x in left.splitlines() if f"{tmp_path}/longshore/clusters" in x]
