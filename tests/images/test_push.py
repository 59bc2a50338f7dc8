"""`images push` with a real registry: what is not there is built, once; and whom ECR takes a job for."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.images.ecr_login import Logins
from longshore.images.registry import RegistryError
from tests.images.played_docker import DIARY
from tests.images.real_registry import push, registry
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
COMPOSE = """\
services:
  api: {image: "shop-api:dev", build: ./api, mem_limit: 64m}
  web: {build: ./web, mem_limit: 64m}
"""
STACK = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: kubeconfig}
  longshore:secrets: {backend: fake}
  longshore:compose: {files: [compose.yaml]}
IMAGES
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """A real registry."""
    try:
        provide(("registry",))
    except ToolsMissingError as missing:
        pytest.skip(str(missing))
    (tmp_path / "registry").mkdir()
    with registry(tmp_path / "registry") as found:
        yield found.replace("127.0.0.1", "localhost")  # a stack takes no address for the repository of its builds


def project(folder: Path, images: str) -> Path:
    """A project with two builds, and a `docker` that is played."""
    files = {
        "Pulumi.yaml": "name: estate\nruntime: python\n",
        "stacks/Pulumi.shop.dev.yaml": STACK.replace("IMAGES", images),
        "compose.yaml": COMPOSE,
        "api/Dockerfile": "FROM scratch\n",
        "web/Dockerfile": "FROM scratch\n",
        "bin/docker": f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m tests.images.played_docker "$@"\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "bin/docker").chmod(0o755)
    return folder


def said(folder: Path, *words: str, expect: int = 0) -> str:
    out, err = io.StringIO(), io.StringIO()
    environment = {"HOME": str(folder), "PATH": f"{folder}/bin"}
    code = run(words, Shell(out, err, io.BytesIO(), environment, str(folder)))
    assert code == expect, err.getvalue()
    return " ".join((out.getvalue() + err.getvalue()).split())


def diary(folder: Path) -> list[dict[str, Any]]:
    file = folder / DIARY
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def locked(folder: Path) -> dict[str, Any]:
    built: dict[str, Any] = json.loads((folder / "images.lock.json").read_text("utf-8"))["built"]
    return built


@pytest.mark.cluster
def test_what_is_not_there_is_built_and_what_is_there_is_not(host: str, tmp_path: Path) -> None:
    folder = project(tmp_path, f'  longshore:images: {{repository: "{host}/shop"}}')
    assert "built api, web; images.lock.json holds 2 images" in said(folder, "images", "push", "-s", "shop.dev")
    first = locked(folder)
    assert all(one["image"].startswith(f"{host}/shop/{name}:") for name, one in first.items())
    assert "nothing had to be built" in said(folder, "images", "push", "-s", "shop.dev")
    assert len(diary(folder)) == 1
    # Another machine, or the next job: there is no lock, and the registry says what is there.
    (folder / "images.lock.json").unlink()
    assert "nothing had to be built" in said(folder, "images", "push", "-s", "shop.dev")
    assert locked(folder) == first
    (folder / "web/index.html").write_text("new\n")
    assert "built web; " in said(folder, "images", "push", "-s", "shop.dev")
    assert locked(folder)["api"] == first["api"]
    assert locked(folder)["web"] != first["web"]
    assert len(diary(folder)) == 2
    assert {each["folder"] for each in diary(folder)} == {str(folder)}, "where the paths of the Bake file start"


@pytest.mark.cluster
def test_a_look_locks_what_is_there_and_builds_nothing(host: str, tmp_path: Path) -> None:
    folder = project(tmp_path, f'  longshore:images: {{repository: "{host}/shop"}}')
    look = ("images", "lock", "-s", "shop.dev", "--resolve", "--if-named")
    assert "holds 0 images" in said(folder, *look)
    said(folder, "images", "push", "-s", "shop.dev")
    first = locked(folder)
    (folder / "images.lock.json").unlink()
    assert "holds 2 images" in said(folder, *look)
    assert locked(folder) == first
    assert len(diary(folder)) == 1


@pytest.mark.cluster
def test_a_build_that_fails_ends_it_and_what_is_there_stays_locked(host: str, tmp_path: Path) -> None:
    folder = project(tmp_path, f'  longshore:images: {{repository: "{host}/shop"}}')
    said(folder, "images", "push", "-s", "shop.dev")
    (folder / "web/index.html").write_text("new\n")
    (folder / "broken").touch()
    told = said(folder, "images", "push", "-s", "shop.dev", expect=2)
    assert "`docker buildx bake` ended with 17" in told
    (folder / "broken").unlink()
    (folder / "bin/docker").unlink()
    assert "`docker` can't be run" in said(folder, "images", "push", "-s", "shop.dev", expect=2)


@pytest.mark.cluster
def test_what_lacks_a_build_is_looked_at_and_not_applied(host: str, tmp_path: Path) -> None:
    folder = project(tmp_path, f'  longshore:images: {{repository: "{host}/shop"}}')
    (folder / "compose.yaml").write_text("services:\n  web: {image: 'x', build: ./web, mem_limit: 64m}\n")
    push(host, "unrelated", "1")
    stack = folder / "stacks/Pulumi.shop.dev.yaml"
    stack.write_text(stack.read_text().replace(f"{host}/shop", "registry.example.com/shop"))
    assert "warning[not-locked]" in said(folder, "check", "-s", "shop.dev", "--output", "concise")
    assert "error[not-locked]" in said(folder, "render", "-s", "shop.dev", "--output-format", "concise", expect=1)


def test_a_stack_that_runs_no_image_by_a_lock_is_left_as_it_is(tmp_path: Path) -> None:
    folder = project(tmp_path, "")
    assert "there is nothing to push" in said(folder, "images", "push", "-s", "shop.dev")
    assert said(folder, "images", "lock", "-s", "shop.dev", "--resolve", "--if-named") == ""
    assert not (folder / "images.lock.json").exists()
    assert diary(folder) == []
    assert "name one with `-s STACK`" in said(folder, "images", "push", expect=2)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.mark.usefixtures("account")
def test_aws_says_who_one_is_at_ecr_and_docker_before_it(tmp_path: Path) -> None:
    logins = Logins({"HOME": str(tmp_path)})
    found = logins(HOST)
    assert found
    assert found.user == "AWS"
    assert found.password
    assert found.password not in repr(found)
    assert logins("registry.example.com") is None
    assert logins(f"{HOST}.example.com") is None
    (tmp_path / ".docker").mkdir()
    auths = {"auths": {HOST: {"auth": "bWU6cGFzcw=="}}}
    (tmp_path / ".docker/config.json").write_text(json.dumps(auths), "utf-8")
    mine = Logins({"HOME": str(tmp_path)})(HOST)
    assert mine
    assert mine.user == "me"


def test_without_credentials_the_account_is_named_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(RegistryError, match=rf"AWS gives no password for {HOST} \(NoCredentialsError\)"):
        Logins({"HOME": str(tmp_path)})(HOST)


@pytest.mark.usefixtures("account")
def test_docker_is_logged_in_by_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ECR itself answers is played: the registry has no image yet, and the builder then fails."""
    monkeypatch.setattr("longshore.images.registry.Registries.digest", lambda *_: None)
    folder = project(tmp_path, f"  longshore:images: {{repository: {HOST}/shop}}")
    (folder / "broken").touch()
    told = said(folder, "images", "push", "-s", "shop.dev", expect=2)
    login, build = diary(folder)
    password = login.pop("told")
    assert password
    assert login["words"] == ["login", "--username", "AWS", "--password-stdin", HOST]
    assert build["words"][:2] == ["buildx", "bake"]
    assert password not in told
