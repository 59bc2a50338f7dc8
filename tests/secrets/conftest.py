"""A small stack with secrets of every kind, `longshore` in this process, and AWS by moto."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from moto import mock_aws

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tools.cluster.fixtures import api, cluster, namespace, say, simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


__all__ = ["api", "cluster", "namespace", "say", "simulated"]

ACCOUNT = "123456789012"
"""The account that moto plays."""

PROGRAM = (Path(__file__).resolve().parents[2] / "__main__.py").read_text("utf-8")

STACK = f"""\
config:
  longshore:environment: dev
  longshore:cluster: {{kind: kubeconfig}}
  longshore:aws: {{region: eu-west-1, accountId: "{ACCOUNT}"}}
  longshore:team: shop
  longshore:compose:
    files: [compose.yaml]
"""

COMPOSE = """\
services:
  web:
    image: registry.example.com/web:1.0
    mem_limit: 64m
    env_file: web.env
    environment:
      DATABASE_URL: postgres://app:${DB_PASSWORD}@db/shop
      API_TOKEN: ${API_TOKEN:-dev-token}
      LEGACY_PASSWORD: in-the-compose-file
    secrets: [tls_key, admin]
    configs: [{source: chat, target: /etc/chat.yaml}]
  db:
    image: postgres:16
    mem_limit: 64m
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
configs:
  chat: {content: "hook: ${CHAT_WEBHOOK_URL}"}
secrets:
  tls_key: {file: ./tls.key}
  admin: {environment: ADMIN_PASSWORD}
"""

ENV = """\
DB_PASSWORD=db-one
CHAT_WEBHOOK_URL=https://chat.example.com/one
ADMIN_PASSWORD="admin one"
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


class Terminal(io.BytesIO):
    """Standard input with somebody at it, who types these lines."""

    def isatty(self) -> bool:
        return True


class Project(NamedTuple):
    """A folder with a stack, and `longshore` to call in it."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def longshore(self, *words: str, typed: str | None = None, piped: str = "", **environment: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        stdin = io.BytesIO(piped.encode()) if typed is None else Terminal(typed.encode())
        shell = Shell(out, err, stdin, environment, str(self.folder), words)
        return Answer(run(words, shell), out.getvalue(), err.getvalue())

    def push(self, *words: str, **more: str) -> Answer:
        return self.longshore("secrets", "push", "-s", "shop.dev", *words, **more)


@pytest.fixture(scope="session", autouse=True)
def _descriptions_once() -> Iterator[None]:
    """Let botocore read the descriptions of AWS once, 2 MB of JSON, and not for each push of a test."""
    real = JSONFileLoader.load_file
    kept = cache(lambda path: real(JSONFileLoader(), path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _self, path: kept(path))
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write(
        "Pulumi.yaml", "name: longshore\nconfig:\n  pulumi:disable-default-providers: {value: [aws, kubernetes]}\n"
    )
    made.write("__main__.py", PROGRAM)
    made.write("stacks/Pulumi.shop.dev.yaml", STACK)
    made.write("compose.yaml", COMPOSE)
    made.write(".env", ENV)
    made.write("web.env", "MAIL_PASSWORD=mail-one\nZONE=UTC\n")
    made.write("tls.key", "one key\n")
    return made


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield Store(boto3.client("secretsmanager", region_name="eu-west-1"))


class Store(NamedTuple):
    """What is in Secrets Manager, seen past our own code."""

    client: object

    def values(self, path: str, stage: str = "AWSCURRENT") -> dict[str, str]:
        return json.loads(self.client.get_secret_value(SecretId=path, VersionStage=stage)["SecretString"])

    def names(self) -> list[str]:
        return sorted(secret["Name"] for secret in self.client.list_secrets()["SecretList"])

    def everything(self) -> dict[str, dict[str, str]]:
        return {name: self.values(name) for name in self.names()}

    def version(self, path: str) -> str:
        stages = self.client.describe_secret(SecretId=path)["VersionIdsToStages"]
        return next(version for version, labels in stages.items() if "AWSCURRENT" in labels)

    def versions(self, path: str) -> int:
        return len(self.client.describe_secret(SecretId=path)["VersionIdsToStages"])

    def edit(self, path: str, **values: str) -> str:
        """What somebody else does in the console."""
        return self.client.put_secret_value(SecretId=path, SecretString=json.dumps(values))["VersionId"]


@pytest.fixture
def pushed(project: Project, aws: Store) -> Callable[[], None]:
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 0, answer
    return project
