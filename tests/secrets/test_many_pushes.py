"""Pushes that meet, are killed, are refused: every secret is whole, from one of them, and nothing else is left."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import botocore.client
import pytest

from tests.secrets.conftest import COMPOSE
from tools.cluster.services import aws_environment, moto

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.secrets.conftest import Project

AT_ONCE = 20
POINTS = 20
FORK = multiprocessing.get_context("fork")
WRITES = {"CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "TagResource"}
NAMES = ("API_TOKEN", "CHAT_WEBHOOK_URL", "ADMIN_PASSWORD", "DB_PASSWORD")


class Server(NamedTuple):
    """moto in a process of its own, which all pushes speak with."""

    client: Any

    def current(self) -> dict[str, dict[str, str]]:
        found = {}
        for secret in self.client.list_secrets(MaxResults=100)["SecretList"]:
            text = self.client.get_secret_value(SecretId=secret["Name"], VersionStage="AWSCURRENT")["SecretString"]
            found[secret["Name"]] = json.loads(text)
        return found

    def forget(self) -> None:
        for name in self.current():
            self.client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def server(tmp_path_factory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with moto(tmp_path_factory.mktemp("moto")) as url:
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        for name, value in {**aws_environment(url), **keys}.items():
            monkeypatch.setenv(name, value)
        yield Server(boto3.client("secretsmanager"))


def values(mark: str) -> str:
    return "".join(f"{name}=value-of-{mark}-for-{name.lower()}\n" for name in NAMES)


def mark_of(key: str, value: str) -> str:
    """Which push a value is from; `-` for what is the same in all of them."""
    return value.partition("value-of-")[2].partition("-for-")[0] if "value-of-" in value else "-"


def pushing(project: Project, mark: str, results: Any, die: Any = None) -> None:
    """Be a process that pushes."""
    project.write(f"{mark}.env", values(mark))
    if die:
        die()
    results.put((mark, project.push("--from", f"{mark}.env", "--yes").code))


def whole(secrets: dict[str, dict[str, str]], needed: dict[str, set[str]]) -> list[str]:
    """What is wrong: a key that lacks, or values of several pushes in one secret."""
    wrong = []
    for name, content in secrets.items():
        marks = {mark_of(key, value) for key, value in content.items()} - {"-"}
        wrong += [f"{name}: {marks}"] * (len(marks) > 1) + [f"{name}: {set(content)}"] * (set(content) != needed[name])
    return wrong


@pytest.fixture
def needed(project: Project, server: Server) -> dict[str, set[str]]:
    """Secret → its keys, after a first push."""
    project.write("first.env", values("first"))
    assert project.push("--from", "first.env", "--yes").code == 0
    return {name: set(content) for name, content in server.current().items()}


def test_twenty_at_once(project, server, needed):
    results = FORK.SimpleQueue()
    running = [FORK.Process(target=pushing, args=(project, f"p{n}", results)) for n in range(AT_ONCE)]
    for each in running:
        each.start()
    for each in running:
        each.join(120)
    codes = dict(results.get() for _ in running)
    assert len(codes) == AT_ONCE
    assert set(codes.values()) <= {0, 1}
    found = server.current()
    assert whole(found, needed) == []
    for name, content in found.items():
        # Each push may lose one of its secrets to another, so that all say 1: but each secret was won by one of them.
        assert {mark_of(key, value) for key, value in content.items()} - {"-"} <= set(codes), name
    project.write("last.env", values("last"))
    assert project.push("--from", "last.env", "--yes").code == 0
    assert {mark_of(key, value) for content in server.current().values() for key, value in content.items()} <= {
        "last",
        "-",
    }


def killer(point: int) -> Any:
    """Kill this process at its n-th write: before the request for an odd one, after the answer for an even one."""

    def arm() -> None:
        real, seen = botocore.client.BaseClient._make_api_call, [0]

        def call(client: Any, name: str, arguments: Any) -> Any:
            seen[0] += name in WRITES
            if name in WRITES and 2 * seen[0] - 1 == point:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(client, name, arguments)
            if name in WRITES and 2 * seen[0] == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        botocore.client.BaseClient._make_api_call = call

    return arm


@pytest.mark.parametrize("fresh", [True, False], ids=["nothing there yet", "other values there"])
def test_killed_at_twenty_points(project, server, needed, fresh):
    killed = 0
    for point in range(1, POINTS + 1):
        if fresh:
            server.forget()
        results = FORK.SimpleQueue()
        process = FORK.Process(target=pushing, args=(project, f"k{point}", results, killer(point)))
        process.start()
        process.join(60)
        killed += process.exitcode == -signal.SIGKILL
        assert whole(server.current(), needed) == [], point
        project.write("next.env", values(f"n{point}"))
        assert project.push("--from", "next.env", "--yes").code == 0, point
        found = server.current()
        assert set(found) == set(needed)
        assert whole(found, needed) == [], point
        assert {mark_of(k, v) for content in found.values() for k, v in content.items()} <= {f"n{point}", "-"}, point
    assert killed >= POINTS // 2


REFUSALS = {
    "a line that is none": {".env": values("a") + "MAIL PASSWORD=x\n"},
    "NUL": {".env": values("a").replace("value-of", "\0")},
    "too large": {".env": values("a").replace("value-of", "x" * 70_000)},
    "a dollar that cuts": {".env": 'DB_PASSWORD="ab$CANARYrest"\nADMIN_PASSWORD=x\nCHAT_WEBHOOK_URL=https://a/b\n'},
    "another account": {"stacks/Pulumi.shop.dev.yaml": "123456789012"},
    "a broken compose file": {"compose.yaml": COMPOSE + "  broken: ["},
    "a file of a secret outside": {"compose.yaml": COMPOSE.replace("./tls.key", "../tls.key")},
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refused_push_leaves_nothing_behind(project, aws, why):
    for name, text in REFUSALS[why].items():
        before = (project.folder / name).read_text()
        project.write(name, before.replace(text, "999999999999") if text in before else text)
    files = listed(project.folder)
    answer = project.push("--from", ".env", "--yes")
    assert answer.code in {1, 2}, answer
    assert "wrote" not in answer.err
    assert aws.names() == []
    assert listed(project.folder) == files


def listed(folder: Path) -> dict[str, tuple[int, bytes]]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in paths}
