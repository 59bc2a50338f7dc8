"""The workflows, by two checkers that we did not write, and their own scripts where they need no cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.go_program import NotBuiltError, built

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
BESIDE = Path(sys.executable).with_name
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint"


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text("utf-8"))
    return found


@pytest.fixture(params=["ours", "eks", "kubeconfig"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where workflows are: ours, or those that `longshore init --ci github` writes for a kind of cluster."""
    if request.param == "ours":
        return GITHUB
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services:\n  web: {image: nginx:1.27.2, mem_limit: 64m}\n")
    words = ["--name", "shop", "--cluster", request.param, "--ci", "github"]
    words += ["--region", "eu-west-1", "--account", "111122223333"] if request.param == "eks" else []
    subprocess.run([BESIDE("longshore"), "init", *words], cwd=tmp_path, capture_output=True, check=True)
    return tmp_path / ".github"


def test_zizmor_finds_nothing(folder: Path) -> None:
    command = [BESIDE("zizmor"), "--offline", "--pedantic", "--no-progress", folder, ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing(folder: Path) -> None:
    try:
        program = built(Path(__file__).with_name("actionlint"), "actionlint", ACTIONLINT)
    except NotBuiltError as error:
        pytest.skip(str(error))
    files = sorted((folder / "workflows").glob("*.yml"))
    assert files
    # The configuration holds for paths of a repository, and what `init` writes is beside it here.
    newer = ["-ignore", 'unexpected key "queue" for "concurrency"'] if folder != GITHUB else []
    command = [program, "-config-file", GITHUB / "actionlint.yaml", *newer, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("cluster", ["eks", "kubeconfig"])
def test_gitlab_takes_the_pipelines_that_init_writes(cluster: str, tmp_path: Path) -> None:
    """By the schema that GitLab publishes, as check-jsonschema brings it along; a job that is wrong does not pass."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services:\n  web: {image: nginx:1.27.2, mem_limit: 64m}\n")
    words = ["--name", "shop", "--cluster", cluster, "--ci", "gitlab"]
    for environment in ("dev", "prod"):
        more = (
            ["--region", "eu-west-1", "--account", "111122223333"] if cluster == "eks" else ["--context", environment]
        )
        command = [BESIDE("longshore"), "init", *words, *more, "--environment", environment]
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    files = [tmp_path / ".gitlab-ci.yml", *sorted((tmp_path / ".gitlab").glob("*.yml"))]
    assert len(files) == 3
    check = [BESIDE("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    done = subprocess.run([*check, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    text = files[1].read_text("utf-8")
    files[1].write_text(text.replace("resource_group: longshore-dev", "resource_group: {longshore: dev}"))
    assert subprocess.run([*check, files[1]], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", ["preview", "deploy-environment", "drift"])
def test_the_stacks_are_listed_by_the_script_itself(name: str, tmp_path: Path) -> None:
    script = next(step["run"] for step in workflow(name)["jobs"]["list"]["steps"] if step.get("id") == "list")
    outputs = tmp_path / "outputs"
    environment = {
        **os.environ,
        "GITHUB_OUTPUT": str(outputs),
        "RUNNER_TEMP": str(tmp_path),
        "BASE": "HEAD",
        "ENVIRONMENT": "dev",
        "RUNNERS": '{"dev": "longshore-dev-runner"}',
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "1",
    }
    subprocess.run(["bash", "-e", "-c", script], cwd=ROOT, env=environment, check=True)
    said = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    found = {key: json.loads(value) for key, value in said.items()}
    inside = {"runner": "codebuild-longshore-dev-runner-7-1"}
    if name == "deploy-environment":
        assert found == {
            "all": [{"stack": "platform.dev", **inside}, {"stack": "shop.dev", **inside}],
            "platforms": [{"stack": "platform.dev", "environment": "dev", **inside}],
            "teams": [{"stack": "shop.dev", "environment": "dev-shop", **inside}],
        }
    elif name == "drift":
        assert found == {"stacks": [{"stack": name, **inside} for name in ("platform.dev", "shop.dev")]}
    else:
        on_hosted = {"stack": "shop.local", "runner": "ubuntu-24.04"}
        every = [{"stack": name, **inside} for name in ("platform.dev", "shop.dev")]
        assert all(one in [*every, on_hosted] for one in found["stacks"])


def test_a_failed_plan_fails_its_step_and_is_shown_all_the_same() -> None:
    steps = {step.get("name", ""): step for step in workflow("preview")["jobs"]["plan"]["steps"]}
    plan = next(step for step in steps.values() if step.get("id") == "plan")
    assert "|" not in plan["run"], "a pipe loses the exit code"
    assert steps["In the summary"]["if"] == "${{ !cancelled() }}"


def test_no_credentials_for_a_fork_and_no_role_in_the_plan() -> None:
    jobs = workflow("preview")["jobs"]
    assert "head.repo.full_name == github.repository" in jobs["preview"]["if"]
    for name in ("list", "plan"):
        assert "id-token" not in jobs[name].get("permissions", {})
        assert not any("credentials" in step.get("uses", "") for step in jobs[name]["steps"])


def runs(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Job, as `workflow/job` → (what it may ask GitHub for a token, script) of each of its steps."""
    found = {}
    for path in sorted((folder / "workflows").glob("*.yml")):
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items():
            place = str(job.get("environment", ""))
            found[f"{path.stem}/{name}"] = [(place, step["run"]) for step in job.get("steps", ()) if "run" in step]
    return found


def test_only_what_deploys_pushes_images_and_what_previews_looks_for_them(folder: Path) -> None:
    """A pull request, of a colleague or of a fork, builds and pushes nothing: its branch wrote the Dockerfile."""
    pushing = {
        job: place
        for job, steps in runs(folder).items()
        for place, script in steps
        if "images push" in script or "make images" in script
    }
    assert pushing
    assert all(place for place in pushing.values()), "in an environment, from its branches alone"
    assert all("deploy" in job for job in pushing)
    looking = {job for job, steps in runs(folder).items() for _, script in steps if "images lock" in script}
    previewing = {
        job
        for job, steps in runs(folder).items()
        for _, script in steps
        if "pulumi preview" in script or "make preview" in script
    }
    assert previewing <= looking


def test_a_pull_request_shares_no_group_with_a_deployment() -> None:
    deploying = workflow("deploy-stacks")["jobs"]["deploy"]["concurrency"]
    assert deploying == {"group": "deploy-${{ matrix.stack }}", "cancel-in-progress": False, "queue": "max"}
    assert workflow("preview")["concurrency"]["group"].startswith("preview-")


def test_a_deployment_waits_for_the_checks_and_production_for_staging() -> None:
    jobs = workflow("deploy")["jobs"]
    assert [jobs[name].get("needs") for name in ("check", "dev", "staging", "production")] == [
        None,
        "check",
        "dev",
        "staging",
    ]
