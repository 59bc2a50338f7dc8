"""The pre-commit hook, the GitHub Action and the Dockerfile, each carried out here as far as this machine can.

The hook is run by pre-commit itself from a repository of Git. The steps of the action run in bash with its inputs as
their environment, as a runner has them. No base image can be pulled where only package registries are reached, so the
instructions of the Dockerfile run in folders and a virtual environment: what is not shown is the base image itself.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cli.conftest import COMPOSE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
CLEAN = COMPOSE.replace("    devices: [/dev/snd]\n", "").replace("hunter2-CANARY", "${DB_PASSWORD}")
INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "LONGSHORE_", "GITHUB_"))
    }
    return subprocess.run(command, cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False)


def git(*words: str, folder: Path) -> str:
    done = run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as it is, in a repository of Git with one commit."""
    folder = tmp_path_factory.mktemp("repository")
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=ROOT).split("\0")
    for name in filter(None, listed):
        if not name.startswith(("tests/", "examples/", "docs/")) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    git("init", "-q", folder=folder)
    git("add", "-A", folder=folder)
    git("commit", "-qm", "all", folder=folder)
    return folder


def test_pre_commit_runs_the_hook(repository: Path, tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.mkdir()
    git("init", "-q", folder=users)
    revision = git("rev-parse", "HEAD", folder=repository).strip()
    hook = {"id": "longshore-check", "args": ["deploy/docker-compose.yml"]}
    config = {"repos": [{"repo": str(repository), "rev": revision, "hooks": [hook]}]}
    (users / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (users / "deploy").mkdir()
    pre_commit = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    verdicts = []
    for text in (COMPOSE, CLEAN):
        (users / "deploy" / "docker-compose.yml").write_text(text)
        git("add", "-A", folder=users)
        done = run(*pre_commit, folder=users, PRE_COMMIT_HOME=str(tmp_path / "home"))
        verdicts.append((done.returncode, done.stdout))
    assert [code for code, _ in verdicts] == [1, 0], verdicts
    assert "error[devices]: a pod cannot have the device" in verdicts[0][1]
    assert "deploy/docker-compose.yml:9:15" in verdicts[0][1]
    assert "Passed" in verdicts[1][1]
    (users / "notes.txt").write_text("nothing of an estate\n")
    git("commit", "-qam", "estate", "--no-verify", folder=users)
    git("add", "notes.txt", folder=users)
    assert "(no files to check)" in run(*pre_commit[:-1], folder=users, PRE_COMMIT_HOME=str(tmp_path / "home")).stdout


def test_pre_commit_takes_the_manifest() -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml", folder=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("compose.yaml", True),
        ("a/docker-compose.prod.yml", True),
        ("compose.override.yml", True),
        (".env", True),
        ("web/app.env", True),
        ("stacks/Pulumi.shop.dev.yaml", True),
        ("Pulumi.yaml", False),
        ("composer.json", False),
        ("src/decompose.yaml", False),
    ],
)
def test_the_hook_is_about_files_of_an_estate(name: str, *, meant: bool) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert bool(re.search(hook["files"], name)) == meant


class Runner:
    """A machine of GitHub's, as far as a composite action sees it."""

    def __init__(self, temporary: Path, repository: Path) -> None:
        self.temporary, self.repository = temporary, repository
        install, self.check = ACTION["runs"]["steps"]
        self.installed = self.step(install, {}, temporary)

    def step(self, step: Mapping[str, Any], given: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        inputs = {name: str(each["default"]) for name, each in ACTION["inputs"].items()} | given
        values = {name: INPUT.sub(lambda found: inputs[found[1]], text) for name, text in step.get("env", {}).items()}
        assert "${{" not in step["run"], "an input in a script would be run"
        assert step["shell"] == "bash"
        runner = {"RUNNER_TEMP": str(self.temporary), "GITHUB_ACTION_PATH": str(self.repository)}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return run(*command, folder=folder, GITHUB_ACTIONS="true", **runner, **values)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Runner:
    made = Runner(tmp_path_factory.mktemp("runner"), repository)
    assert made.installed.returncode == 0, made.installed.stderr
    return made


def test_the_action_annotates_and_fails(runner: Runner, estate: Path) -> None:
    done = runner.step(runner.check, {}, estate)
    assert done.returncode == 1
    assert done.stdout.startswith("::warning file=compose.yaml,line=7,col=7,")
    assert "\n::error file=compose.yaml,line=9,col=15," in done.stdout
    named = runner.step(runner.check, {"file": "shop", "ignore": "devices"}, estate.parent)
    assert (named.returncode, "::error" in named.stdout) == (0, False)
    assert "file=shop/compose.yaml,line=7" in named.stdout
    assert runner.step(runner.check, {"fail-on": "never"}, estate).returncode == 0


def test_the_action_writes_sarif_and_runs_no_input(runner: Runner, estate: Path) -> None:
    odd = 'a"; touch made-by-an-input; ".yaml'
    done = runner.step(runner.check, {"sarif-file": "out.sarif"}, estate)
    assert done.returncode == 1
    (found,) = json.loads((estate / "out.sarif").read_text())["runs"]
    assert {result["ruleId"] for result in found["results"]} == {"devices", "plaintext-secret"}
    assert runner.step(runner.check, {"file": odd, "sarif-file": odd}, estate).returncode == 2
    assert not (estate / "made-by-an-input").exists()


def test_every_input_is_a_flag_or_a_file() -> None:
    used = set(INPUT.findall(json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])


def test_the_instructions_of_the_dockerfile(repository: Path, estate: Path, tmp_path: Path) -> None:
    """Each COPY and RUN in a folder that plays the root of the image, and the entrypoint as it says."""
    root, venv = tmp_path / "image", tmp_path / "python"
    run(sys.executable, "-m", "venv", str(venv), folder=tmp_path)
    path = f"{venv / 'bin'}:{os.environ['PATH']}"
    entrypoint: list[str] = []
    for line in (repository / "Dockerfile").read_text().splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction == "COPY" and "--from" not in rest:
            *sources, target = rest.split()
            for source in sources:
                copied(repository / source, Path(f"{root}{target}"), into=target.endswith("/"))
        elif instruction == "RUN":
            command = re.sub(r"(?<= )/(?=src|wheels)", f"{root}/", rest)
            done = run("sh", "-c", command, folder=tmp_path, PATH=path)
            assert done.returncode == 0, done.stderr
        elif instruction == "ENTRYPOINT":
            entrypoint = json.loads(rest)
        else:
            assert instruction in {"FROM", "COPY", "USER", "WORKDIR", "#", ""}, line
    done = run(str(venv / "bin" / entrypoint[0]), "check", "-o", "concise", folder=estate)
    assert done.returncode == 1, done.stderr
    assert "compose.yaml:9:15: error[devices]" in done.stdout
    assert run(str(venv / "bin" / entrypoint[0]), "plan", folder=estate).returncode == 3


def copied(source: Path, target: Path, *, into: bool) -> None:
    """Copy as COPY does: the content of a folder, links as links."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        target = target / source.name if into else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def test_the_context_of_the_image_has_what_it_copies() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    lines = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert sent == {source for line in lines for source in shlex.split(line)[:-1]}
