"""Walks workflows of GitHub Actions: which jobs run, on what, as whom, and what their own scripts do.

Scripts (`run:`) run in bash, in a copy of the repository. Actions (`uses:`) do not: each stands for something that is
there already. Scripts that need a Pulumi engine or an account are not run; the walk says so for each.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.walk.expressions import Expressions

STANDS_FOR = {
    "actions/checkout": "the copy of the repository in which scripts run",
    "actions/setup-python": "the Python of this test",
    "aws-actions/configure-aws-credentials": "a role, which must trust the job",
    "actions/cache": "nothing: a cache is no more than faster",
    "docker/setup-buildx-action": "a builder, which no script that is run here asks for",
}
"""Action → what it stands for here; one that is not known ends the walk."""

BEYOND = re.compile(r"^\s*(make (up|preview|refresh|destroy)\b|pulumi |\S*longshore secrets )", re.MULTILINE)
"""Scripts that need an engine or an account."""
OWN_CHECKS = "check.yml"


class Step(NamedTuple):
    """A step that was come to. outcome: `success`, `failure`, `skipped`; why: it was not run."""

    name: str
    outcome: str
    why: str = ""


class Job(NamedTuple):
    """A job that was come to.

    result: `success`, `failure`, `cancelled`, `skipped`. environment: of GitHub. token: claims that GitHub signs for it
    (None where it may ask for none). roles: ARNs that its steps take. group: of its concurrency, and whether that
    cancels what runs.
    """

    name: str
    result: str
    steps: tuple[Step, ...] = ()
    runs_on: str = ""
    environment: str = ""
    token: Mapping[str, str] | None = None
    roles: tuple[str, ...] = ()
    group: tuple[str, bool] | None = None


class World(NamedTuple):
    """What GitHub knows when an event comes.

    event: name, payload. ref: of the job's commit. variables: of the repository, and by environment. fork: the event is
    a pull request from one, which gets no token that writes. approved: whether somebody lets a job into an environment.
    checks: how the project's own checks end. premises: step (job and name) → its outcome, which the scenario is about.
    """

    event: str
    payload: Mapping[str, Any]
    ref: str
    sha: str
    variables: Mapping[str, Mapping[str, str]] = {"": {}}
    repository: str = "example/shop"
    fork: bool = False
    approved: Callable[[str], bool] = lambda _: True
    checks: str = "success"
    premises: Mapping[tuple[str, str], str] = {}
    cancelled_after: tuple[str, str] = ("", "")


class Walk:
    """One event, walked through the workflows of a folder."""

    def __init__(self, expressions: Expressions, checkout: Path, world: World, scratch: Path, path: str) -> None:
        self._expressions, self._checkout, self._world = expressions, checkout, world
        self._scratch, self._path = scratch, path
        self.jobs: list[Job] = []
        self.summary = scratch / "summary.md"

    def workflow(self, name: str) -> tuple[str, bool] | None:
        """Walk one workflow where the event starts it; its concurrency."""
        found = self._read(name)
        triggers = found.get("on", found.get(True))  # YAML 1.1 takes `on` for a truth value
        if self._world.event not in triggers:
            return None
        filters = triggers[self._world.event]
        branches = filters.get("branches") if isinstance(filters, dict) else None
        if branches and self._world.ref.removeprefix("refs/heads/") not in branches:
            return None
        self._jobs(found, {}, "", found.get("permissions", {}))
        return self._concurrency(found.get("concurrency"), self._context({}))

    def _read(self, name: str) -> dict[str, Any]:
        path = self._checkout / ".github/workflows" / name
        found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        return found

    def _context(self, inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        world = self._world
        github = {
            "event": world.payload,
            "event_name": world.event,
            "ref": world.ref,
            "sha": world.sha,
            "repository": world.repository,
            "run_id": "1",
            "run_attempt": "1",
            "token": "",
        }
        variables = {**world.variables.get("", {}), **world.variables.get(more.pop("environment", ""), {})}
        return {"github": github, "vars": variables, "secrets": {}, "env": {}, "inputs": inputs, **more}

    def _jobs(self, found: dict[str, Any], inputs: Mapping[str, Any], prefix: str, allowed: Mapping[str, str]) -> str:
        """Walk the jobs of a workflow in the order of need; how it ends."""
        results: dict[str, dict[str, Any]] = {}
        waiting = dict(found["jobs"])
        while waiting:
            name, job = next((name, job) for name, job in waiting.items() if _needed(job) <= results.keys())
            del waiting[name]
            needs = {need: results[need] for need in _needed(job)}
            status = _before(job, found["jobs"], results)
            context = self._context(inputs, needs=needs)
            if not self._expressions.holds(job.get("if"), context, status):
                self.jobs.append(Job(prefix + name, "skipped"))
                results[name] = {"outputs": {}, "result": "skipped"}
                continue
            ended = [self._one(name, job, found, context, prefix, allowed) for context in self._matrix(job, context)]
            outputs = ended[-1][1] if ended else {}
            results[name] = {"outputs": outputs, "result": _worst([one for one, _ in ended])}
        ended = [one["result"] for one in results.values()]
        return _worst([one for one in ended if one != "skipped"] or ended)

    def _matrix(self, job: dict[str, Any], context: dict[str, Any]) -> Iterator[dict[str, Any]]:
        strategy = job.get("strategy")
        if strategy is None:
            yield context
            return
        matrix = self._expressions.value(strategy["matrix"], context)
        for values in self._expressions.value(matrix.get("include", []), context):
            yield {**context, "matrix": values}
        for key in matrix.keys() - {"include"}:
            for value in self._expressions.value(matrix[key], context):
                yield {**context, "matrix": {key: value}}

    def _one(
        self,
        name: str,
        job: dict[str, Any],
        found: dict[str, Any],
        context: dict[str, Any],
        prefix: str,
        allowed: Mapping[str, str],
    ) -> tuple[str, dict[str, str]]:
        called = prefix + self._expressions.text(job.get("name", name), context)
        rights = job.get("permissions", allowed)
        if "uses" in job:
            below = Path(job["uses"]).name
            if below == OWN_CHECKS:
                self.jobs.append(Job(called, self._world.checks))
                return self._world.checks, {}
            inputs = {key: self._expressions.value(value, context) for key, value in job.get("with", {}).items()}
            # A workflow that is called has no more rights than its caller gives.
            return self._jobs(self._read(below), inputs, f"{called} / ", rights), {}
        environment = self._expressions.text(job.get("environment", ""), context)
        group = self._concurrency(job.get("concurrency"), context)
        runs_on = self._expressions.text(job["runs-on"], context)
        token = self._token(environment) if rights.get("id-token") == "write" and not self._world.fork else None
        if environment and not self._world.approved(environment):
            self.jobs.append(Job(called, "failure", (), runs_on, environment, token, (), group))
            return "failure", {}
        inside = {**context, **self._context(context["inputs"], environment=environment), "steps": {}}
        inside |= {key: context[key] for key in ("needs", "matrix") if key in context}
        run = _Steps(self._expressions, self._world, inside, self._scratch, self._checkout, self._path)
        result = run.all(name, job, found)
        self.jobs.append(Job(called, result, tuple(run.steps), runs_on, environment, token, tuple(run.roles), group))
        outputs = {key: self._expressions.text(value, inside) for key, value in job.get("outputs", {}).items()}
        return result, outputs

    def _token(self, environment: str) -> dict[str, str]:
        """The claims that GitHub signs: https://docs.github.com/en/actions/reference/security/oidc."""
        world = self._world
        about = f"ref:{world.ref}"
        if environment:
            about = f"environment:{environment}"
        elif world.event == "pull_request":
            about = "pull_request"
        return {"sub": f"repo:{world.repository}:{about}", "ref": world.ref, "aud": "sts.amazonaws.com"}

    def _concurrency(self, wanted: Any, context: dict[str, Any]) -> tuple[str, bool] | None:
        if wanted is None:
            return None
        return self._expressions.text(wanted["group"], context), bool(wanted["cancel-in-progress"])


class _Steps:
    """The steps of one job."""

    def __init__(
        self, expressions: Expressions, world: World, context: dict[str, Any], scratch: Path, checkout: Path, path: str
    ) -> None:
        self._expressions, self._world, self._context = expressions, world, context
        self._scratch, self._checkout, self._path = scratch, checkout, path
        self.steps: list[Step] = []
        self.roles: list[str] = []

    def all(self, job: str, written: dict[str, Any], workflow: dict[str, Any]) -> str:
        """Walk all steps; the result of the job."""
        status = "success"
        for number, step in enumerate(written["steps"]):
            name = step.get("name") or step.get("id") or step.get("uses", "").partition("@")[0] or f"step {number}"
            if not self._expressions.holds(step.get("if"), self._context, status):
                found = Step(name, "skipped")
            elif "uses" in step:
                found = self._action(name, step)
            else:
                found = self._script(job, name, step, written, workflow)
            self.steps.append(found)
            if step.get("id"):
                known = self._context["steps"].setdefault(step["id"], {"outputs": {}})
                known |= {"outcome": found.outcome, "conclusion": found.outcome}
            if found.outcome == "failure" and status == "success":
                status = "failure"
            if self._world.cancelled_after == (job, name):
                status = "cancelled"
        return status

    def _action(self, name: str, step: dict[str, Any]) -> Step:
        action = step["uses"].partition("@")[0]
        assert action in STANDS_FOR, f"{action}: say in STANDS_FOR what it stands for"
        role = step.get("with", {}).get("role-to-assume")
        if role:
            self.roles.append(self._expressions.text(role, self._context))
        return Step(name, "success", STANDS_FOR[action])

    def _script(
        self, job: str, name: str, step: dict[str, Any], written: dict[str, Any], workflow: dict[str, Any]
    ) -> Step:
        premise = self._world.premises.get((job, name))
        if premise:
            return Step(name, premise, "the scenario says so")
        if BEYOND.search(step["run"]):
            return Step(name, "success", "not run: it needs a Pulumi engine or an account")
        declared = {**workflow.get("env", {}), **written.get("env", {}), **step.get("env", {})}
        env = {key: self._expressions.text(value, self._context) for key, value in declared.items()}
        files = {key: self._scratch / key.lower() for key in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        place = workflow.get("defaults", {}).get("run", {}).get("working-directory", ".")
        script = self._expressions.text(step["run"], self._context)
        # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
        flags = ["-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", *flags, "-c", script],
            cwd=self._checkout / place,
            env={
                **os.environ,
                **{key: str(path) for key, path in files.items()},
                "PATH": self._path,
                "RUNNER_TEMP": str(self._scratch),
                "GITHUB_STEP_SUMMARY": str(self._scratch / "summary.md"),
                "GITHUB_REPOSITORY": self._world.repository,
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if step.get("id"):
            said = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
            self._context["steps"][step["id"]] = {"outputs": said}
        return Step(name, "failure" if done.returncode else "success", (done.stdout + done.stderr)[-2000:])


def _needed(job: dict[str, Any]) -> set[str]:
    needs = job.get("needs", [])
    return {needs} if isinstance(needs, str) else set(needs)


def _before(job: dict[str, Any], jobs: dict[str, Any], results: dict[str, dict[str, Any]]) -> str:
    """What success() and its like are told: of all jobs on the way, those that are needed by needed ones too."""
    on_the_way, waiting = set[str](), list(_needed(job))
    while waiting:
        name = waiting.pop()
        on_the_way.add(name)
        waiting += _needed(jobs[name]) - on_the_way
    return _worst([results[name]["result"] for name in on_the_way])


def _worst(results: list[str]) -> str:
    order = ("cancelled", "failure", "skipped", "success")
    return next((one for one in order if one in results), "success")
