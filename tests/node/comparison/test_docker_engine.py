"""What the Docker Engine of these tests promises, and that the witness tells the truth about a container."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.node.comparison import docker_world, standins
from tests.node.comparison.observe import facts
from tests.node.comparison.project import Case, prepare
from tools.node.images import write_archive

COMPOSE = """
services:
  app:
    image: registry.example.com/app:1
    user: "1000:1001"
    group_add: ["1002"]
    entrypoint: [/bin/prog, "a b"]
    command: ["$$HOME", ""]
    working_dir: /somewhere
    environment: {TEXT: "a=b\\nc", EMPTY: ""}
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    read_only: true
    tmpfs: ["/scratch:size=4m,mode=700,uid=1000"]
    shm_size: 16m
    mem_limit: 40m
    cpus: 0.5
    pids_limit: 99
    ulimits: {nofile: {soft: 100, hard: 200}}
    sysctls: {net.core.somaxconn: 77}
    hostname: here
    domainname: example.org
    extra_hosts: ["other:10.1.2.3"]
    tty: true
    volumes: ["./file:/etc/file:ro", "data:/data"]
    healthcheck: {test: [CMD, check, "it"], interval: 1s}
    ports: ["8080:80"]
  peer:
    image: registry.example.com/peer:1
    init: true
volumes: {data: {}}
"""


@pytest.fixture(scope="module")
def project(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "file").write_text("hello")
    (folder / "file").chmod(0o640)
    prepared = prepare(Case("known", folder))
    images = standins.for_projects([prepared], standins.Builder(folder / "layers"))
    engine.load(write_archive(images, folder / "images.tar"))
    docker_world.up(engine, prepared)
    yield prepared
    docker_world.down(engine, prepared)


@pytest.fixture(scope="module")
def told(engine, project):
    reports = docker_world.observe(engine, project, ["app:80", "peer", "nobody"])
    return {name: facts(name, reports) for name in reports}


def test_nothing_of_the_engine_is_seen_outside(engine):
    assert "docker0" not in subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout
    assert str(engine.folder / "data") not in Path("/proc/mounts").read_text()


def test_the_witness_tells_what_the_compose_file_says(told):
    wanted = {
        "arguments": "['/bin/prog', 'a b', '$HOME', '']",
        "directory": "/somewhere",
        "environment.TEXT": "a=b\nc",
        "environment.EMPTY": "",
        "user": "1000",
        "group": "1001",
        "groups.1002": "member",
        "capability.bounding of user.NET_BIND_SERVICE": "yes",
        "mount./.read only": "yes",
        "mount./scratch.size": str(4 << 20),
        "file./scratch.mode": "0700",
        "file./scratch.user": "1000",
        "mount./dev/shm.size": str(16 << 20),
        "memory limit": str(40 << 20),
        "processor limit": "0.500",
        "process limit": "99",
        "limit.open files": "100 200",
        "sysctl.net.core.somaxconn": "77",
        "host name": "here",
        "domain": "example.org",
        "hosts.other": "10.1.2.3",
        "terminal": "yes",
        "file./etc/file.mode": "0640",
        "mount./etc/file.read only": "yes",
        "writable./data": "no",
        "process 1": "this one",
        "port.app:80": "answered by app",
        "name.peer": "known",
        "name.nobody": "unknown",
    }
    app = told["app"]
    assert {key: app.get(key) for key in wanted} == wanted
    assert "capability.bounding of user.CHOWN" not in app
    assert told["peer"]["process 1"] == "an init"


def test_a_probe_is_known_by_what_it_was_called_with(engine, project):
    container = docker_world.containers(engine, project)["app"]
    deadline = time.monotonic() + 10
    said = {}
    while not said.get("calls") and time.monotonic() < deadline:
        time.sleep(0.2)
        said = docker_world.ask(engine, container, "report")
    assert [call["args"] for call in said["calls"]] == [["check", "it"]]
    assert said["calls"][0]["uid"] == 1000


def test_a_service_does_as_it_is_told(engine, project):
    container = docker_world.containers(engine, project)["peer"]
    engine.exec(container, [standins.WITNESS, "end", "3"])
    engine.api.post(f"containers/{container}/wait")
    assert engine.inspect(container)["State"]["ExitCode"] == 3
