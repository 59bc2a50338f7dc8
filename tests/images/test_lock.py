"""The lock: what is built again, what comes of a builder's answer, and what a stack runs by it."""

from __future__ import annotations

import io
import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
COMPOSE = """\
name: shop
services:
  api:
    image: registry.example.com/shop/api:1.0
    mem_limit: 64m
    build:
      context: ./api
      args: {NPM_TOKEN: "${NPM_TOKEN}", MODE: prod}
      additional_contexts: {base: "service:base", shared: ../shared}
  base:
    image: registry.example.com/shop/base:1.0
    mem_limit: 64m
    build: {context: ./base, dockerfile: ../docker/Base}
  db: {image: "example/db:16", mem_limit: 64m}
"""
STACK = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: kubeconfig}
  longshore:secrets: {backend: fake}
  longshore:compose: {files: [shop/compose.yaml], allowOutside: true}
  longshore:images: {lock: shop/images.lock.json}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    texts = {
        "Pulumi.yaml": "name: estate\nruntime: python\n",
        "stacks/Pulumi.shop.dev.yaml": STACK,
        "shop/compose.yaml": COMPOSE,
        "shop/api/Dockerfile": "FROM base\nCOPY . .\n",
        "shop/api/.dockerignore": "*.md\nnode_modules\n!node_modules/kept.js\n",
        "shop/api/main.py": "print(1)\n",
        "shop/api/notes.md": "",
        "shop/api/node_modules/left.js": "",
        "shop/api/node_modules/kept.js": "",
        "shop/base/file": "",
        "shop/docker/Base": "FROM scratch\n",
        "shared/library.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def said(project: Path, *words: str, expect: int = 0) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    environment = {"NPM_TOKEN": "canary-4f9a8b7c6d5e", "HOME": str(project)}
    code = run(words, Shell(out, err, io.BytesIO(), environment, str(project)))
    assert code == expect, err.getvalue()
    assert "canary" not in out.getvalue() + err.getvalue()
    return out.getvalue(), err.getvalue()


def metadata(project: Path, **digests: str) -> None:
    made = {
        target: {
            "buildx.build.provenance": {"invocation": {"parameters": {"args": {"NPM_TOKEN": "canary-4f9a8b7c6d5e"}}}},
            "containerimage.digest": digest,
            "image.name": f"registry.example.com/shop/{target}:1.0",
        }
        for target, digest in digests.items()
    }
    (project / "made.json").write_text(json.dumps(made), "utf-8")


def lock_builds(project: Path, **digests: str) -> None:
    metadata(project, **digests)
    said(project, "images", "lock", "-s", "shop.dev", "--from", "made.json")


def changed(project: Path) -> list[str]:
    images = json.loads(said(project, "images", "-s", "shop.dev", "--changed", "-o", "json")[0])["images"]
    return [each["service"] for each in images]


def runs(project: Path) -> dict[str, str]:
    images = json.loads(said(project, "images", "-s", "shop.dev", "-o", "json")[0])["images"]
    return {each["service"]: each["image"] for each in images}


def test_what_is_built_is_what_the_lock_does_not_hold(project: Path) -> None:
    assert changed(project) == ["api", "base"]
    lock_builds(project, api=ONE, base=TWO)
    assert not changed(project)
    assert "canary" not in (project / "shop" / "images.lock.json").read_text("utf-8")


def write(name: str, text: str = "other\n") -> Callable[[Path], None]:
    return lambda project: (project / name).write_text(text, "utf-8") and None


def executable(project: Path) -> None:
    (project / "shop/api/main.py").chmod(0o755)


def renamed(project: Path) -> None:
    os.rename(project / "shop/api/main.py", project / "shop/api/start.py")


def linked(project: Path) -> None:
    (project / "shop/api/link").symlink_to("main.py")


@pytest.mark.parametrize(
    ("change", "built"),
    [
        (write("shop/api/main.py"), ["api"]),
        (write("shop/api/new.py"), ["api"]),
        (write("shop/api/Dockerfile"), ["api"]),
        (write("shop/api/.dockerignore", "*.md\n"), ["api"]),
        (write("shop/api/node_modules/kept.js"), ["api"]),
        (executable, ["api"]),
        (renamed, ["api"]),
        (linked, ["api"]),
        (write("shared/library.py"), ["api"]),
        (write("shop/base/file"), ["api", "base"]),
        (write("shop/docker/Base"), ["api", "base"]),
        (write("shop/compose.yaml", COMPOSE.replace("MODE: prod", "MODE: test")), ["api"]),
        (write("shop/compose.yaml", COMPOSE.replace("api:1.0", "api:1.1")), ["api"]),
        (write("shop/api/notes.md"), []),
        (write("shop/api/node_modules/left.js"), []),
        (write("shop/other"), []),
        (write("shop/compose.yaml", COMPOSE.replace("64m", "65m")), []),
        (write("shop/compose.yaml", COMPOSE.replace("./api\n", "./api\n      cache_from: [type=gha]\n")), []),
    ],
)
def test_what_a_change_has_built(project: Path, change: Callable[[Path], None], built: list[str]) -> None:
    lock_builds(project, api=ONE, base=TWO)
    change(project)
    assert changed(project) == built
    if built:
        targets = json.loads(said(project, "images", "bake", "-s", "shop.dev", "--changed")[0])
        assert targets["group"]["default"]["targets"] == built
    else:
        nothing = json.loads(said(project, "images", "bake", "-s", "shop.dev", "--changed")[0])
        assert nothing == {"group": {"default": {"targets": []}}}


def test_the_folder_of_the_project_is_no_input(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    lock_builds(project, api=ONE, base=TWO)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "checkout"
    os.rename(project, elsewhere)
    assert not changed(elsewhere)


def test_a_stack_runs_what_the_lock_holds(project: Path) -> None:
    lock = {"version": 1, "pulled": {"example/db:16": TWO}}
    (project / "shop" / "images.lock.json").write_text(json.dumps(lock), "utf-8")
    lock_builds(project, api=ONE)
    assert runs(project) == {
        "api": f"registry.example.com/shop/api:1.0@{ONE}",
        "base": "registry.example.com/shop/base:1.0",
        "db": f"example/db:16@{TWO}",
    }
    manifests, told = said(project, "render", "-s", "shop.dev")
    assert manifests.count(f"@{ONE}") == 1
    assert told.count("not-locked]") == 1
    assert "does not say which build is to run" in " ".join(told.split())
    lock_builds(project, api=TWO)
    assert runs(project)["api"] == f"registry.example.com/shop/api:1.0@{TWO}"
    assert "images.lock" in said(project, "explain", "-s", "shop.dev", "deployment/api")[0]


def test_a_touched_lock_touches_its_stack(project: Path) -> None:
    from longshore.stack.files_read import files_read  # noqa: PLC0415
    from longshore.stack.reading import read_stack  # noqa: PLC0415

    read = files_read(read_stack("shop.dev", str(project)), {})
    assert read.touched([str(project / "shop" / "images.lock.json")])


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is no mapping"),
        ('{"api": {"image.name": "x"}}', "it names no image"),
        (
            json.dumps({"apy": {"containerimage.digest": ONE, "image.name": "x"}}),
            "names `apy`, which no service builds",
        ),
        (json.dumps({"api": {"containerimage.digest": ONE, "image.name": "x/y:1"}}), "the builder named it x/y:1"),
    ],
)
def test_what_is_no_answer_of_a_builder_is_refused(project: Path, made: str, message: str) -> None:
    (project / "made.json").write_text(made, "utf-8")
    assert message in said(project, "images", "lock", "-s", "shop.dev", "--from", "made.json", expect=2)[1]
    assert not (project / "shop" / "images.lock.json").exists()


def test_a_name_that_nobody_can_push_is_not_locked(project: Path) -> None:
    (project / "shop" / "compose.yaml").write_text("name: shop\nservices: {web: {build: .}}\n", "utf-8")
    made = {"web": {"containerimage.digest": ONE, "image.name": "shop-web"}}
    (project / "made.json").write_text(json.dumps(made), "utf-8")
    assert "is called shop-web" in said(project, "images", "lock", "-s", "shop.dev", "--from", "made.json", expect=2)[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is no JSON"),
        ("[]", "this is no lock of version 1"),
        ('{"version": 2}', "this is no lock of version 1"),
        ('{"version": 1, "pulled": {"x": "canary-4f9a8b7c6d5e"}}', "`pulled.x` is not a digest"),
        ('{"version": 1, "built": {"x": {"image": "x:1"}}}', "`built.x"),
        ("\xff", "this is no JSON"),
    ],
)
def test_what_is_no_lock_is_told(project: Path, text: str, message: str) -> None:
    (project / "shop" / "images.lock.json").write_text(text, "latin-1")
    told = said(project, "check", "-s", "shop.dev", expect=2)[0]
    assert "image-lock" in told
    assert message in told
    assert message in said(project, "images", "-s", "shop.dev", expect=2)[1]


REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop"


@pytest.fixture
def pushing(project: Path) -> Path:
    """The same project, whose stack says where builds are pushed; two of its services have no name for a registry."""
    stack = STACK.replace("{lock: shop/", f"{{repository: {REPOSITORY}, lock: shop/")
    (project / "stacks" / "Pulumi.shop.dev.yaml").write_text(stack, "utf-8")
    text = COMPOSE.replace("registry.example.com/shop/api:1.0", "shop-api:dev")
    (project / "shop/compose.yaml").write_text(
        text.replace("    image: registry.example.com/shop/base:1.0\n", ""), "utf-8"
    )
    return project


def test_what_is_built_goes_where_the_stack_says(pushing: Path) -> None:
    targets = json.loads(said(pushing, "images", "bake", "-s", "shop.dev")[0])["target"]
    tags = {name: each["tags"] for name, each in targets.items()}
    assert all(re.fullmatch(rf"{REPOSITORY}/{name}:[0-9a-f]{{20}}", tag) for name, (tag,) in tags.items())
    told = " ".join(said(pushing, "check", "-s", "shop.dev")[0].split())
    assert told.count("warning[not-locked]") == 2, "it is built before a deployment, not before a review"
    applied = " ".join(said(pushing, "render", "-s", "shop.dev", expect=1)[1].split())
    assert applied.count("error[not-locked]") == 2
    assert "error[build]" not in told
    assert "mutable-tag" not in told
    made = {name: {"containerimage.digest": ONE, "image.name": tag} for name, (tag,) in tags.items()}
    (pushing / "made.json").write_text(json.dumps(made), "utf-8")
    said(pushing, "images", "lock", "-s", "shop.dev", "--from", "made.json")
    assert runs(pushing)["api"] == f"{tags['api'][0]}@{ONE}"
    assert not changed(pushing)
    assert "error" not in said(pushing, "check", "-s", "shop.dev")[0]
    (pushing / "shop/api/main.py").write_text("print(2)\n", "utf-8")
    assert changed(pushing) == ["api"]
    again = json.loads(said(pushing, "images", "bake", "-s", "shop.dev", "--changed")[0])["target"]
    assert again["api"]["tags"] != tags["api"]
    assert again["base"]["tags"] == tags["base"]


def test_the_stack_names_an_image_nevertheless(pushing: Path) -> None:
    path = pushing / "stacks" / "Pulumi.shop.dev.yaml"
    path.write_text(f"{path.read_text('utf-8')}  longshore:services: {{api: {{image: 'example/api:7'}}}}\n", "utf-8")
    assert runs(pushing)["api"] == "example/api:7"
    targets = json.loads(said(pushing, "images", "bake", "-s", "shop.dev")[0])["target"]
    assert targets["api"]["tags"] == ["example/api:7"]
