"""`longshore stacks`: the order of need, and which stacks a change touches."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.cli.test_opens import TRACER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLATFORM = """\
config:
  longshore:environment: dev
  longshore:aws: {region: eu-west-1, accountId: "111122223333"}
  longshore:network: {cidr: 10.40.0.0/16}
  longshore:cluster:
    kind: eks
    version: "1.35"
    endpoint: {public: true, cidrs: [203.0.113.0/24]}
    admins: ["arn:aws:iam::111122223333:role/platform-engineers"]
"""
TEAM = """\
config:
  longshore:environment: dev
  longshore:team: TEAM
  longshore:cluster: {kind: stack, stack: platform.dev}
  longshore:compose: {files: [FOLDER/compose.yaml]}
"""
SHOP = """\
include: [more.yaml]
services:
  web:
    extends: {file: base.yaml, service: web}
    image: registry.example.com/web:1.0
    build: {context: source, additional_contexts: {shared: ../shared}}
    env_file: [web.env, {path: later.env, required: false}]
    label_file: web.labels
    configs: [settings]
    volumes: [./folder:/etc/folder:ro, ./link.conf:/etc/link.conf:ro]
configs:
  settings: {file: settings.ini}
"""
FILES = {
    "Pulumi.yaml": "name: estate\nruntime: python\nconfig:\n  pulumi:disable-default-providers: [aws, kubernetes]\n",
    "__main__.py": "import parts.network\n",
    "parts/__init__.py": "",
    "parts/network.py": "def late():\n    import helper\n",
    "helper.py": "",
    "scripts/unrelated.py": "",
    "requirements.txt": "longshore\n",
    "README.md": "",
    "stacks/Pulumi.platform.dev.yaml": PLATFORM,
    "stacks/Pulumi.shop.dev.yaml": TEAM.replace("TEAM", "shop").replace("FOLDER", "shop"),
    "stacks/Pulumi.books.dev.yaml": TEAM.replace("TEAM", "books").replace("FOLDER", "books"),
    "shop/compose.yaml": SHOP,
    "shop/more.yaml": "services:\n  worker: {image: registry.example.com/worker:1.0}\n",
    "shop/base.yaml": "services:\n  web: {mem_limit: 64m}\n",
    "shop/.env": "A=1\n",
    "shop/web.env": "B=1\n",
    "shop/web.labels": "c=1\n",
    "shop/settings.ini": "d=1\n",
    "shop/source/main.c": "",
    "shop/notes.txt": "",
    "shop/folder/a.conf": "a\n",
    "shop/folder/deep/b.conf": "b\n",
    "shared/lib.c": "",
    "shop/real/real.conf": "x\n",
    "books/compose.yaml": "services:\n  books: {image: registry.example.com/books:1.0, mem_limit: 64m}\n",
}
SHOP_ALONE, BOOKS_ALONE = ["shop.dev"], ["books.dev"]
ALL = ["platform.dev", "books.dev", "shop.dev"]
CHANGES = {
    "shop/compose.yaml": SHOP_ALONE,
    "shop/more.yaml": SHOP_ALONE,
    "shop/base.yaml": SHOP_ALONE,
    "shop/.env": SHOP_ALONE,
    "shop/web.env": SHOP_ALONE,
    "shop/later.env": SHOP_ALONE,
    "shop/web.labels": SHOP_ALONE,
    "shop/settings.ini": SHOP_ALONE,
    "shop/folder/a.conf": SHOP_ALONE,
    "shop/folder/deep/b.conf": SHOP_ALONE,
    "shop/folder/new/c.conf": SHOP_ALONE,
    "shop/link.conf": SHOP_ALONE,
    "shop/real/real.conf": SHOP_ALONE,
    "shop/source/main.c": SHOP_ALONE,
    "shared/lib.c": SHOP_ALONE,
    "books/compose.yaml": BOOKS_ALONE,
    "books/.env": BOOKS_ALONE,
    "stacks/Pulumi.shop.dev.yaml": SHOP_ALONE,
    "stacks/Pulumi.platform.dev.yaml": ALL,
    "Pulumi.yaml": ALL,
    "__main__.py": ALL,
    "parts/network.py": ALL,
    "parts/data.json": ALL,
    "helper.py": ALL,
    "requirements.txt": ALL,
    "scripts/unrelated.py": [],
    "README.md": [],
    "shop/notes.txt": [],
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "shop/link.conf").symlink_to("real/real.conf")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return folder


@pytest.fixture
def project(repository: Path) -> Iterator[Path]:
    """A platform and two teams in a Git repository, with everything committed."""
    yield repository
    git(repository, "reset", "-q", "--hard")
    git(repository, "clean", "-qfd")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments], cwd=folder, check=True)


def listed(folder: Path, *words: str) -> list[str]:
    """The stacks that are listed, in order."""
    code, out, err = stacks(folder, *words, "-o", "json")
    assert code == 0, err
    return [row["stack"] for row in json.loads(out)["stacks"]]


def stacks(folder: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = ("stacks", *words)
    code = run(arguments, Shell(out, err, io.BytesIO(), {}, str(folder), arguments))
    return code, out.getvalue(), err.getvalue()


def rewritten(file: Path) -> None:
    before = "" if file.is_symlink() or not file.exists() else file.read_text()
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{before}\n# changed\n")


def removed(file: Path) -> None:
    if file.exists() or file.is_symlink():
        file.unlink()
    else:
        rewritten(file)


def test_a_platform_comes_before_its_teams(project: Path) -> None:
    code, out, _ = stacks(project)
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["platform.dev", "dev", "platform"],
        ["books.dev", "dev", "team", "books", "after", "platform.dev"],
        ["shop.dev", "dev", "team", "shop", "after", "platform.dev"],
    ]
    assert json.loads(stacks(project, "-o", "json")[1])["waves"] == [["platform.dev"], ["books.dev", "shop.dev"]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (name, change)
        for name in CHANGES
        for change in (rewritten, removed)
        if change is rewritten or name not in {"Pulumi.yaml", "__main__.py"}  # without them it is no project
    ],
)
def test_a_change_selects_what_is_made_from_it(project: Path, name: str, change: Callable[[Path], None]) -> None:
    change(project / name)
    present = [stack for stack in CHANGES[name] if (project / f"stacks/Pulumi.{stack}.yaml").exists()]
    assert listed(project, "--changed", "HEAD") == present


def test_what_was_committed_since_counts_and_what_was_before_does_not(project: Path) -> None:
    git(project, "tag", "before")
    rewritten(project / "shop/web.env")
    git(project, "commit", "-qam", "y")
    assert listed(project, "--changed", "before") == SHOP_ALONE
    assert listed(project, "--changed", "HEAD") == []
    git(project, "reset", "-q", "--hard", "before")


def test_every_file_that_is_opened_for_a_stack_selects_it(project: Path) -> None:
    command = json.dumps(["", ["render", "-s", "shop.dev"]])
    traced = subprocess.run(
        [sys.executable, "-c", TRACER, str(project), str(project)],
        input=command,
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, paths, _ = json.loads(traced.stdout)
    ours = [path for path in paths if Path(path).is_relative_to(project) and Path(path).is_file()]
    # Other teams' stack files are read for what two stacks may not share; they say nothing about this one.
    ours = [path for path in ours if not path.endswith("books.dev.yaml")]
    assert len(ours) >= 12
    for path in ours:
        before = Path(path).read_text()
        Path(path).write_text(before + "\n")
        assert "shop.dev" in listed(project, "--changed", "HEAD"), path
        Path(path).write_text(before)


def test_a_stack_that_cannot_be_read_is_listed_and_told(project: Path) -> None:
    (project / "books/compose.yaml").write_text("services: [\n")
    (project / "shop/notes.txt").write_text("changed\n")
    git(project, "update-index", "--assume-unchanged", "books/compose.yaml")
    assert listed(project, "--changed", "HEAD") == ["books.dev"]
    git(project, "update-index", "--no-assume-unchanged", "books/compose.yaml")
    (project / "stacks/Pulumi.shop.dev.yaml").write_text("config: {longshore:environment: dev}\n")
    code, out, err = stacks(project)
    assert code == 0
    assert "shop.dev" in out
    assert "stack shop.dev can't be read" in err


def test_only_those_of_an_environment(project: Path) -> None:
    assert listed(project, "--environment", "dev") == ALL
    assert listed(project, "--environment", "prod") == []


def test_what_git_cannot_say_is_refused(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    code, _, err = stacks(project, "--changed", "nope")
    assert code == 2
    assert "there is no revision `nope`" in err
    code, _, err = stacks(project, "--changed=--output=/tmp/x")
    assert code == 2
    assert not os.path.exists("/tmp/x/nope")
    alone = tmp_path_factory.mktemp("alone")
    (alone / "Pulumi.yaml").write_text("name: x\n")
    code, _, err = stacks(alone, "--changed", "HEAD")
    assert code == 2
    assert "in no Git repository" in err
