"""The page of the first hour, command by command, and what the roles that it makes are good for.

The state lies in a bucket and under a key of moto, through Pulumi's own drivers. What moto and the AWS that is played
were asked for is held against the policies of the role that would have asked.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from tests.engine.conftest import ACCOUNT, STUB
from tests.engine.project import REPOSITORY
from tests.rights.calls import refused_by_state
from tools.cluster.services import aws_environment, moto

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (REPOSITORY / "docs/first-hour.md").read_text("utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
COMPOSE = "services:\n  web: {image: 'nginx:1.27.3', mem_limit: 64m}\n"
INSTALLS = "python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt\n"
BOOTSTRAP = f"bootstrap.{ACCOUNT}"
GH = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$GH_LOG"\n'


class Hour:
    """A folder in which the page is followed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder / "shop", url
        self.log = folder / "aws.jsonl"
        programs = folder / "programs"
        programs.mkdir()
        (programs / "gh").write_text(GH)
        (programs / "gh").chmod(0o755)
        self.folder.mkdir()
        (self.folder / "compose.yaml").write_text(COMPOSE)
        subprocess.run(["git", "init", "--quiet", "--bare", folder / "origin.git"], check=True)
        subprocess.run(["git", "init", "--quiet"], cwd=self.folder, check=True)
        subprocess.run(["git", "remote", "add", "origin", folder / "origin.git"], cwd=self.folder, check=True)
        own = str(Path(sys.executable).parent)
        self.environment = {
            **os.environ,
            **aws_environment(url),
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "test",
            "PATH": os.pathsep.join((str(programs), own, str(STUB / "cli"), os.environ["PATH"])),
            "GH_LOG": str(folder / "gh.txt"),
            "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@example.com",
            "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": "x@example.com",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "STUB_AWS_PYTHON": sys.executable,
            "STUB_AWS_ACCOUNT": ACCOUNT,
            "STUB_AWS_LOG": str(self.log),
            # It takes `s3.BucketVersioning` for the setting of a bucket that is called the same.
            "STUB_AWS_LAX": "1",
        }

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def follow(self, block: str) -> None:
        """Run one block of the page, with what those before it have set."""
        kept = self.folder.parent / "variables.sh"
        before = f". {kept}\n" if kept.exists() else ""
        script = f"set -e\n{before}{block}\nexport -p > {kept}; declare -p KEY >> {kept} 2>/dev/null || true\n"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"

    def arrange(self, block: str) -> str:
        """What the world has to do between two blocks, and what of a block it does itself."""
        if "ACCOUNT=" in block:
            return block.replace("111122223333", ACCOUNT)
        if INSTALLS in block:  # our own checkout is what would be installed
            (self.folder / ".venv").symlink_to(REPOSITORY / ".venv")
            return block.replace(INSTALLS, "")
        if "stack select --create" in block:
            definition = self.folder / "Pulumi.yaml"
            plugin = {"plugins": {"providers": [{"name": "aws", "path": str(STUB)}]}}
            definition.write_text(definition.read_text() + yaml.safe_dump(plugin))
        if "stack init" in block:
            self.make()
        return block

    def make(self) -> None:
        """Make at moto what the AWS that is played said that it made: the bucket, the key and its alias."""
        created = {one["type"]: one["inputs"] for one in self.calls() if one["op"] == "create" and not one["preview"]}
        place = {"LocationConstraint": "eu-west-1"}
        bucket = created["aws:s3/bucket:Bucket"]["bucket"]
        self.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        key = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.client("kms").create_alias(AliasName=created["aws:kms/alias:Alias"]["name"], TargetKeyId=key)

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def pulumi(self, *words: str) -> str:
        """What the engine says, as somebody who has followed the page asks it."""
        script = f'. {self.folder.parent / "variables.sh"}\nexec pulumi "$@"'
        done = subprocess.run(
            ["bash", "-c", script, "pulumi", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[Hour]:
    """The page, followed to its end."""
    if not STUB.is_dir():
        pytest.skip("no AWS provider to play with: it is not beside this checkout")
    assert engine
    folder = tmp_path_factory.mktemp("hour")
    with moto(folder) as url:
        found = Hour(folder, url)
        for block in BLOCKS:
            found.follow(found.arrange(block))
        yield found


def policies(hour: Hour, role: str) -> list[dict[str, Any]]:
    """The policies of a role, as AWS was asked to make them."""
    found = [
        json.loads(one["inputs"]["policy"])
        for one in hour.calls()
        if one["op"] == "create" and one["type"] == "aws:iam/policy:Policy" and not one["preview"]
        if re.fullmatch(rf"{role}-[a-z]+", one["name"])
    ]
    assert found
    return found


def test_every_command_of_the_page_is_followed(hour: Hour) -> None:
    outputs = json.loads(hour.pulumi("stack", "output", "--stack", BOOTSTRAP, "--json"))
    assert outputs["backend"] == f"s3://longshore-state-{ACCOUNT}-eu-west-1?region=eu-west-1&awssdk=v2"
    assert {"preview", "drift", "deploy-dev", "deploy-dev-shop", "boundary-dev"} <= outputs.keys()
    asked = (hour.folder.parent / "gh.txt").read_text().splitlines()
    assert asked[0] == f"variable set PULUMI_BACKEND_URL --repo example/shop --body {outputs['backend']}"
    assert [line.split()[3] for line in asked[1:]] == [
        "repos/example/shop/environments/dev",
        "repos/example/shop/environments/dev-shop",
    ]
    text = (hour.folder / f"stacks/Pulumi.{BOOTSTRAP}.yaml").read_text()
    assert "secretsprovider: awskms://alias/longshore-state?region=eu-west-1" in text
    pushed = ["git", "--git-dir", hour.folder.parent / "origin.git", "ls-tree", "-r", "--name-only", "main"]
    named = subprocess.run(pushed, capture_output=True, text=True, check=True).stdout.splitlines()
    assert ".github/workflows/longshore-deploy-dev.yml" in named
    assert not [name for name in named if name.startswith((".pulumi/", ".venv/"))]


def test_state_is_written_where_the_role_may_write_it(hour: Hour) -> None:
    """Pulumi's own driver of S3 is heard by moto: each request is one that a deployment of this stack may make."""
    name = "platform.dev"
    before = (hour.folder.parent / "moto.log").stat().st_size
    hour.pulumi("stack", "init", name, "--secrets-provider", "awskms://alias/longshore-state?region=eu-west-1")
    hour.pulumi("config", "set", "--stack", name, "pulumi:x", "y")
    hour.pulumi("stack", "export", "--stack", name)
    hour.pulumi("refresh", "--stack", name, "--yes", "--skip-preview")
    heard = (hour.folder.parent / "moto.log").read_bytes()[before:].decode()
    bucket = f"longshore-state-{ACCOUNT}-eu-west-1"
    own, other = (policies(hour, f"longshore-deploy-{who}") for who in ("dev", "dev-shop"))
    requests = re.findall(rf'"([A-Z]+) /{bucket}(\S*) HTTP', heard)
    assert {"PUT", "GET", "HEAD"} <= {method for method, _ in requests}
    assert any("/locks/" in path for _, path in requests)
    assert refused_by_state(requests, bucket, own) == []
    assert any("PUT" in told for told in refused_by_state(requests, bucket, other))
