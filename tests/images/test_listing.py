"""`longshore images` lists each image with where it comes from, and `images bake` writes no secret."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """\
name: shop
services:
  api:
    image: shop-api:dev
    platform: linux/arm64
    build: {context: ./api, dockerfile: docker/Dockerfile, target: prod}
  worker:
    build: {context: "https://github.com/x/worker.git#main", platforms: [linux/amd64, linux/arm64]}
  web:
    image: registry.example.com:5000/team/web:1.0@sha256:%s
    pre_start: [{image: "ghcr.io/x/migrate:2"}, {command: ["true"]}]
    volumes: [{type: image, source: quay.io/x/data, target: /data}]
  cache: {image: redis}
  local: {image: "localhost:5000/x:1"}
  never: {image: "team/never:1", pull_policy: never}
""" % ("0" * 64)
LISTED = """\
to be built and pushed:
  api     api, with docker/Dockerfile, target prod, for linux/arm64                           shop-api:dev
  worker  https://github.com/x/worker.git#main, with Dockerfile, for linux/amd64 linux/arm64  -
pulled:
  cache  Docker Hub; names another one tomorrow            redis
  local  localhost:5000                                    localhost:5000/x:1
  never  Docker Hub                                        team/never:1
  web    registry.example.com:5000                         registry.example.com:5000/team/web:1.0@sha256:%s
  web    pre_start; ghcr.io                                ghcr.io/x/migrate:2
  web    as a volume; quay.io; names another one tomorrow  quay.io/x/data
""" % ("0" * 64)
TROUBLES = """\
no cluster can pull shop-api:dev: on Docker Hub nobody may push a name without an owner; it tags what is built where \
compose runs
no cluster can pull localhost:5000/x:1: `localhost:5000` is the machine that asks, and each node asks itself
no cluster can pull team/never:1: it is never pulled, so it is only on the machine that built it
no cluster can pull the image of worker: nothing names it but the machine that builds it
"""
STACK = """\
config:
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: kubeconfig}
  longshore:secrets: {backend: fake}
  longshore:compose: {files: [compose.yaml]}
  longshore:services:
    api: {image: "registry.example.com/shop/api:7@sha256:%s"}
""" % ("1" * 64)
PROJECT = "name: estate\nruntime: python\nconfig:\n  pulumi:disable-default-providers: [aws, kubernetes]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(COMPOSE, "utf-8")
    return tmp_path


def said(folder: Path, *words: str, expect: int = 0) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(words, Shell(out, err, io.BytesIO(), {"NPM_TOKEN": "canary-of-a-variable"}, str(folder)))
    assert code == expect, err.getvalue()
    return out.getvalue(), err.getvalue()


def test_the_list(folder: Path) -> None:
    assert said(folder, "images")[0] == LISTED + TROUBLES


def test_the_list_for_programs(folder: Path) -> None:
    images = json.loads(said(folder, "images", "-o", "json")[0])["images"]
    first, second = images[:2]
    assert first == {
        "service": "api",
        "use": "container",
        "image": "shop-api:dev",
        "setting": "",
        "registry": "docker.io",
        "repository": "library/shop-api",
        "tag": "dev",
        "digest": "",
        "build": {"context": "api", "dockerfile": "docker/Dockerfile", "target": "prod", "platforms": ["linux/arm64"]},
        "trouble": TROUBLES.splitlines()[0].partition(": ")[2],
    }
    assert (second["registry"], second["repository"]) == ("docker.io", "library/redis")
    web = next(each for each in images if each["service"] == "web" and each["use"] == "container")
    assert (web["registry"], web["repository"], web["tag"]) == ("registry.example.com:5000", "team/web", "1.0")
    assert web["digest"] == f"sha256:{'0' * 64}"


def test_what_a_stack_names_is_pushed_under_its_tag(folder: Path) -> None:
    (folder / "stacks").mkdir()
    (folder / "stacks" / "Pulumi.shop.dev.yaml").write_text(STACK, "utf-8")
    (folder / "Pulumi.yaml").write_text(PROJECT, "utf-8")
    (api, *_) = json.loads(said(folder, "images", "-s", "shop.dev", "-o", "json")[0])["images"]
    assert (api["setting"], api["digest"], api["trouble"]) == ("services.api.image", f"sha256:{'1' * 64}", "")
    targets = json.loads(said(folder, "images", "bake", "-s", "shop.dev")[0])["target"]
    assert targets["api"]["tags"] == ["registry.example.com/shop/api:7"]
    assert targets["worker"]["tags"] == ["shop-worker"]


SECRET = """\
services:
  web:
    image: x/web:1
    build:
      context: "https://user:canary-of-a-login-4f9a8b7c@git.example.com/web.git"
      args:
        NPM_TOKEN: ${NPM_TOKEN}
        REGISTRY_PASSWORD: canary-4f9a8b7c6d5e
      labels: {index: "https://user:canary-4f9a8b7c6d5e@pypi.example.com/simple"}
"""


def test_no_secret_is_written(folder: Path) -> None:
    (folder / "compose.yaml").write_text(SECRET, "utf-8")
    out, err = said(folder, "images", "bake")
    assert "canary" not in out + err
    made = json.loads(out)
    assert made["target"]["web"]["args"] == {
        "NPM_TOKEN": "${NPM_TOKEN}",
        "REGISTRY_PASSWORD": "${WEB_REGISTRY_PASSWORD}",
    }
    assert set(made["variable"]) == {"NPM_TOKEN", "WEB_CONTEXT", "WEB_LABELS_INDEX", "WEB_REGISTRY_PASSWORD"}
    assert err.count("warning[secret-in-bake]") == 3
    assert "canary" not in "".join(said(folder, "images"))


def test_what_bake_cannot_do_is_refused_and_nothing_written(folder: Path) -> None:
    (folder / "compose.yaml").write_text(
        "services:\n"
        "  web: {image: x/web:1, build: {context: ., secrets: [key], isolation: hyperv}}\n"
        "secrets: {key: {external: true}}\n",
        "utf-8",
    )
    out, err = said(folder, "images", "bake", expect=1)
    assert not out
    assert "compose.yaml:2:55" in err
    assert "the secret `key` is kept outside of compose" in err
    assert "Bake has no word for `isolation`" in err


def test_nothing_to_build_is_said(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: {web: {image: 'x/web:1'}}\n", "utf-8")
    assert "no service has a `build`" in said(folder, "images", "bake", expect=2)[1]
