"""Every workflow that deploys or previews, walked over what happens to a repository, with real plans.

What is real: expressions, conditions, needs, matrices, and the scripts, which list and plan the stacks of a copy of
this repository. What is not: actions (`workflows.STANDS_FOR`), steps that need an engine, `gh` (`gh.py`), and the
checks of the project itself, which are what runs this test. Roles are those that the bootstrap stack of the copy makes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.stack.reading import beside, read_stack
from longshore.stack.rights.roles import role_arn, roles
from longshore.stack.rights.trust import trust_jobs
from tests.components.stage import REPOSITORY
from tests.components.test_graphs import GRAPHS
from tests.rights.evaluator import trusted
from tests.walk.expressions import Expressions
from tests.walk.workflows import STANDS_FOR, Job, Walk, World
from tools.go_program import NotBuiltError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.cluster
COMPOSE = "services:\n  web: {image: 'nginx:1.27.3', mem_limit: 64m, ports: ['80']}\n"
ACCOUNT, MAIN, PULL = "111122223333", "refs/heads/main", "refs/pull/7/merge"
SAME, FORK = ({"full_name": name} for name in ("example/shop", "stranger/shop"))
DRIFT_STEP = ("drift", "Compare")
PUSH = "Images that are not in the registry yet are built and pushed"


@pytest.fixture(scope="module")
def expressions() -> Iterator[Expressions]:
    try:
        found = Expressions()
    except NotBuiltError as error:
        pytest.skip(str(error))
    yield found
    found.close()


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def production(text: str) -> str:
    """A stack of development as one of production."""
    return (
        text.replace("environment: dev", "environment: prod").replace("-dev", "-prod").replace("form.dev", "form.prod")
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository with two environments, and on top a commit that changes one team's stack."""
    folder = tmp_path_factory.mktemp("walk") / "checkout"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if not name.startswith(("tests/", "docs/", "bench/", "examples/")) and (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name, follow_symlinks=False)
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    for path in (*folder.glob("requirements*.txt"), folder / "pyproject.toml"):
        os.utime(path, (0, 0))  # what is installed is newer
    for path in (folder / "stacks").glob("Pulumi.*.yaml"):
        path.unlink()
    for name in ("platform", "shop", "search"):
        text = (GRAPHS / "bootstrap" / f"Pulumi.{name}.dev.yaml").read_text("utf-8")
        (folder / f"stacks/Pulumi.{name}.dev.yaml").write_text(text)
        if name != "search":
            (folder / f"stacks/Pulumi.{name}.prod.yaml").write_text(production(text))
    both = (GRAPHS / "bootstrap/Pulumi.yaml").read_text("utf-8").replace("      dev:", "      prod: {}\n      dev:")
    (folder / "stacks/Pulumi.bootstrap.main.yaml").write_text(both)
    (folder / "compose.yaml").write_text(COMPOSE)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")
    shop = folder / "stacks/Pulumi.shop.dev.yaml"
    shop.write_text(f"{shop.read_text()}  longshore:services: {{web: {{replicas: 2}}}}\n")
    git(folder, "commit", "-qam", "two of them")
    return folder


@pytest.fixture(scope="module")
def trust(checkout: Path) -> dict[str, Any]:
    """ARN of each role of the bootstrap stack → its trust policy."""
    stack = read_stack("bootstrap.main", str(checkout))
    assert stack.bootstrap, [finding.message for finding in stack.findings]
    every = roles(stack.bootstrap, stack.name, beside(stack)[0], "longshore")
    return {role_arn(stack.bootstrap, one.name): trust_jobs("github", one.subjects, one.ref) for one in every}


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/longshore-ci/longshore-{name}"


VARIABLES = {
    "": {"PREVIEW_ROLE_ARN": arn("preview"), "DRIFT_ROLE_ARN": arn("drift"), "AWS_REGION": "eu-west-1"},
    **{
        one: {"DEPLOY_ROLE_ARN": arn(f"deploy-{one}")} for one in ("dev", "dev-shop", "dev-search", "prod", "prod-shop")
    },
}


class Repository:
    """The copy, and what GitHub remembers of it between events."""

    def __init__(self, expressions: Expressions, checkout: Path, folder: Path) -> None:
        self._expressions, self._checkout, self._folder = expressions, checkout, folder
        programs = folder / "programs"
        programs.mkdir()
        shutil.copy(Path(__file__).with_name("gh.py"), programs / "gh")
        (programs / "gh").chmod(0o755)
        self.state = folder / "github.json"
        os.environ["GH_STATE"] = str(self.state)
        self._path = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))

    def pull_request(self, head: Mapping[str, str], **more: Any) -> World:
        base = git(self._checkout, "rev-parse", "HEAD~1")
        payload = {"pull_request": {"number": 7, "base": {"sha": base}, "head": {"repo": head}}}
        return World("pull_request", payload, PULL, "1" * 40, VARIABLES, fork=head == FORK, **more)

    def merge(self, **more: Any) -> World:
        return World("push", {}, MAIN, "2" * 40, VARIABLES, **more)

    def walked(self, workflow: str, world: World) -> tuple[dict[str, Job], tuple[str, bool] | None]:
        scratch = self._folder / "runner"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        (scratch / "drift.txt").write_text("~ aws:ec2/vpc:Vpc dev\n")  # what the engine says where something differs
        walk = Walk(self._expressions, self._checkout, world, scratch, self._path)
        group = walk.workflow(workflow)
        return {job.name: job for job in walk.jobs}, group

    def remembered(self) -> Any:
        return json.loads(self.state.read_text()) if self.state.exists() else {"issues": [], "comments": []}


@pytest.fixture
def repository(expressions: Expressions, checkout: Path, tmp_path: Path) -> Iterator[Repository]:
    yield Repository(expressions, checkout, tmp_path)
    os.environ.pop("GH_STATE", None)


def takes_only_what_trusts_it(jobs: Mapping[str, Job], trust: Mapping[str, Any]) -> set[str]:
    """Each role that a job takes trusts it; all that are taken."""
    for job in jobs.values():
        for role in job.roles:
            assert job.token is not None, f"{job.name} takes {role} and may ask for no token"
            assert trusted(trust[role], job.token), f"{role} does not trust {job.token}"
    return {role for job in jobs.values() for role in job.roles}


def gets(jobs: Mapping[str, Job], trust: Mapping[str, Any]) -> set[str]:
    """All roles that a job of these could take, whatever its steps say."""
    return {role for role, policy in trust.items() for job in jobs.values() if job.token and trusted(policy, job.token)}


def test_a_pull_request_of_a_colleague(repository: Repository, trust: Mapping[str, Any]) -> None:
    jobs, _ = repository.walked("preview.yml", repository.pull_request(SAME))
    assert {name: job.result for name, job in jobs.items()} == {
        "stacks that are touched": "success",
        # Rights follow from every stack file, so a change of one may be a change of the roles of CI.
        "plan bootstrap.main": "success",
        "plan shop.dev": "success",
        "preview bootstrap.main": "success",
        "preview shop.dev": "success",
    }
    assert takes_only_what_trusts_it(jobs, trust) == {arn("preview")}
    assert gets(jobs, trust) == {arn("preview")}
    comments = repository.remembered()["comments"]
    assert len(comments) == 2
    (plan,) = [one["body"] for one in comments if "shop.dev" in one["body"].splitlines()[0]]
    assert "replicas" in plan
    again, _ = repository.walked("preview.yml", repository.pull_request(SAME))
    assert len(repository.remembered()["comments"]) == 2, "the comment is kept up to date"
    assert again.keys() == jobs.keys()
    assert repository.walked("deploy.yml", repository.pull_request(SAME)) == ({}, None)


def test_a_pull_request_of_a_fork(repository: Repository, trust: Mapping[str, Any]) -> None:
    jobs, _ = repository.walked("preview.yml", repository.pull_request(FORK))
    assert jobs["plan shop.dev"].result == "success"
    assert jobs["preview"].result == "skipped"
    assert gets(jobs, trust) == set()
    assert repository.remembered()["comments"] == []
    outcomes = {step.name: step.outcome for step in jobs["plan shop.dev"].steps}
    assert outcomes["As one comment; the token of a fork may write none"] == "skipped"


def test_a_merge(repository: Repository, trust: Mapping[str, Any]) -> None:
    jobs, _ = repository.walked("deploy.yml", repository.merge())
    assert {job.result for job in jobs.values()} == {"success", "skipped"}
    deployed = [(job.name.rsplit(" ", 1)[1], job.environment) for job in jobs.values() if job.environment]
    assert deployed == [
        ("platform.dev", "dev"),
        ("search.dev", "dev-search"),
        ("shop.dev", "dev-shop"),
        ("platform.prod", "prod"),
        ("shop.prod", "prod-shop"),
    ]
    # The team of another repository deploys from there: its role does not trust this one.
    search = jobs.pop("dev / teams / deploy search.dev")
    assert search.token
    assert gets({"": search}, trust) == set()
    taken = takes_only_what_trusts_it(jobs, trust)
    assert taken == {
        arn(name) for name in ("drift", "deploy-dev", "deploy-dev-shop", "deploy-prod", "deploy-prod-shop")
    }
    for job in jobs.values():
        if job.environment:
            steps = [step.name for step in job.steps]
            assert steps.index(PUSH) > steps.index("aws-actions/configure-aws-credentials")
            assert steps.index(PUSH) < steps.index("Deploy; what cannot come up ends it, with its cause")
            told = next(step.why for step in job.steps if step.name == PUSH)
            assert "there is nothing to push" in told, "the script itself was run"
            assert gets({"": job}, trust) == set(job.roles), f"{job.name} could take more than its own role"
            assert job.group == (f"deploy-{job.name.rsplit(' ', 1)[1]}", False)
    assert [job for name, job in jobs.items() if name.startswith("staging") and job.result == "success"][1:] == []


def test_a_check_that_fails_stops_all(repository: Repository) -> None:
    jobs, _ = repository.walked("deploy.yml", repository.merge(checks="failure"))
    assert {name: job.result for name, job in jobs.items()} == {
        "check": "failure",
        "dev": "skipped",
        "staging": "skipped",
        "production": "skipped",
    }


def test_production_waits_for_an_approval(repository: Repository) -> None:
    jobs, _ = repository.walked("deploy.yml", repository.merge(approved=lambda name: not name.startswith("prod")))
    assert jobs["dev / teams / deploy shop.dev"].result == "success"
    assert jobs["production / what changes in platform.prod"].result == "success", "it is shown what would change"
    assert jobs["production / platforms / deploy platform.prod"].result == "failure"
    assert jobs["production / platforms / deploy platform.prod"].steps == ()
    assert jobs["production / teams"].result == "skipped"


def test_a_run_that_is_cancelled(repository: Repository) -> None:
    asked = repository.pull_request(
        SAME, cancelled_after=("plan", "What the change does; it fails on an error, and where data is lost")
    )
    jobs, group = repository.walked("preview.yml", asked)
    assert group == (f"preview-{PULL}", True), "the next push of the pull request ends this run"
    assert jobs["plan shop.dev"].result == "cancelled"
    assert {step.name: step.outcome for step in jobs["plan shop.dev"].steps}["In the summary"] == "skipped"
    assert jobs["preview"].result == "skipped"
    _, first = repository.walked("deploy.yml", repository.merge(checks="failure"))
    _, second = repository.walked("deploy.yml", repository.merge(checks="failure")._replace(sha="3" * 40))
    assert first
    assert second
    assert first[0] != second[0]
    assert not first[1], "a merge ends no other merge's deployment"
    assert not first[0].startswith("preview-")


def test_drift_is_found_and_goes(repository: Repository, trust: Mapping[str, Any], tmp_path: Path) -> None:
    world = World("schedule", {}, MAIN, "2" * 40, VARIABLES, premises={DRIFT_STEP: "failure"})

    def night(world: World) -> list[dict[str, Any]]:
        jobs, _ = repository.walked("drift.yml", world)
        assert takes_only_what_trusts_it(jobs, trust) == {arn("drift")}
        issues: list[dict[str, Any]] = repository.remembered()["issues"]
        return issues

    found = night(world)
    assert {one["title"] for one in found if one["open"]} == {
        f"drift: {name}"
        for name in ("bootstrap.main", "platform.dev", "platform.prod", "search.dev", "shop.dev", "shop.prod")
    }
    assert len(night(world)) == len(found), "one issue for each stack"
    assert not any(one["open"] for one in night(world._replace(premises={DRIFT_STEP: "success"})))
    assert tmp_path.exists()


def test_every_action_of_the_workflows_has_something_that_it_stands_for() -> None:
    named = {
        step["uses"].partition("@")[0]
        for path in (REPOSITORY / ".github/workflows").glob("*.yml")
        if path.name in {"preview.yml", "deploy.yml", "deploy-environment.yml", "deploy-stacks.yml", "drift.yml"}
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
        for step in job.get("steps", ())
        if "uses" in step
    }
    assert named <= STANDS_FOR.keys()
