"""`longshore init`: a project where the compose files are, which plans at once, and in which nothing is overwritten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from longshore.cli.init.project import PROGRAM_TEXT
from longshore.stack.reading import beside, read_stack
from longshore.stack.rights.roles import roles
from tests.cli.init.making import COMPOSE, IN_AWS, SHARED, config, files, longshore

REPOSITORY = Path(__file__).resolve().parents[3]


def test_three_commands_from_a_compose_file_to_the_plans_of_two_stacks(folder):
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 0, made.err
    new = [*SHARED, "stacks/Pulumi.platform.dev.yaml", "stacks/Pulumi.shop.dev.yaml"]
    assert sorted(files(folder)) == sorted([".env", "compose.yaml", *new])
    assert sorted(re.findall(r"^wrote (.*)$", made.out, re.MULTILINE)) == sorted(new)
    path = {"PATH": os.environ["PATH"]}
    platform = longshore(folder, "plan", "-s", "platform.dev", **path)
    assert platform.code == 0, platform.err + platform.out
    assert "1 eks.Cluster" in platform.out
    team = longshore(folder, "plan", "-s", "shop.dev", **path)
    assert team.code == 0, team.err + team.out
    assert "2 Deployment" in team.out


def test_the_program_is_that_of_this_checkout(folder):
    assert (REPOSITORY / "__main__.py").read_text("utf-8") == PROGRAM_TEXT
    assert len(PROGRAM_TEXT.splitlines()) < 10
    longshore(folder, "init", *IN_AWS)
    assert (folder / "__main__.py").read_text("utf-8") == PROGRAM_TEXT
    ours = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text("utf-8"))
    theirs = yaml.safe_load((folder / "Pulumi.yaml").read_text("utf-8"))
    assert {**theirs, "name": "", "description": ""} == {**ours, "name": "", "description": ""}
    assert theirs["name"] == "shop"


def test_nothing_of_the_folder_is_taken_for_ours(folder):
    for name in ("components", "cli", "convert", "stack", "longshore", "pulumi", "yaml"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('the code of the user')\n", "utf-8")
    for name in ("rehearsal", "secrets", "json"):
        (folder / f"{name}.py").write_text("raise SystemExit('the code of the user')\n", "utf-8")
    program = Path(sys.executable).with_name("longshore")
    for words in (
        ("init", *IN_AWS),
        ("check", "-s", "shop.dev"),
        ("plan", "-s", "platform.dev"),
        ("plan", "-s", "shop.dev"),
    ):
        done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_second_run_overwrites_nothing_and_says_so(folder):
    longshore(folder, "init", *IN_AWS)
    with (folder / "stacks" / "Pulumi.shop.dev.yaml").open("a", encoding="utf-8") as opened:
        opened.write("  # ours\n")
    before = files(folder)
    again = longshore(folder, "init")
    assert again.code == 1
    assert "left stacks/Pulumi.shop.dev.yaml: is there already" in again.out
    assert "wrote" not in again.out
    assert files(folder) == before


def test_a_team_and_an_environment_are_added_later(folder):
    longshore(folder, "init", *IN_AWS)
    before = files(folder)
    (folder / "search").mkdir()
    (folder / "search" / "compose.yaml").write_text("services: {index: {image: 'search:1.0', mem_limit: 1g}}\n")
    team = longshore(folder, "init", "--team", "search", "-f", "search/compose.yaml")
    assert team.code == 0, team.err
    assert re.findall(r"^wrote (.*)$", team.out, re.MULTILINE) == ["stacks/Pulumi.search.dev.yaml"]
    assert config(folder, "search.dev")["longshore:compose"] == {"files": ["search/compose.yaml"]}
    assert config(folder, "search.dev")["longshore:cluster"] == {"kind": "stack", "stack": "platform.dev"}
    prod = longshore(folder, "init", "--environment", "prod", "--region", "eu-west-1", "--account", "222222222222")
    assert prod.code == 0, prod.err
    written = ["stacks/Pulumi.platform.prod.yaml", "stacks/Pulumi.shop.prod.yaml"]
    assert re.findall(r"^wrote (.*)$", prod.out, re.MULTILINE) == written
    assert config(folder, "platform.prod")["longshore:network"] == {"nat": "per-zone"}
    assert before.items() <= files(folder).items()
    for stack in ("search.dev", "platform.prod"):
        assert longshore(folder, "check", "-s", stack).code == 0
    assert longshore(folder, "check", "-s", "shop.prod").code == 1  # a missing limit is an error there, and is named
    assert "without a memory limit" in prod.out


def test_a_namespace_that_is_taken_is_refused_before_anything_is_written(folder):
    longshore(folder, "init", *IN_AWS)
    other = folder / "stacks" / "Pulumi.other.dev.yaml"
    other.write_text((folder / "stacks" / "Pulumi.shop.dev.yaml").read_text("utf-8"), "utf-8")
    (folder / "stacks" / "Pulumi.shop.dev.yaml").unlink()
    before = files(folder)
    refused = longshore(folder, "init", "--team", "shop")
    assert refused.code == 2
    assert "that of stack other.dev" in refused.err
    assert files(folder) == before


def test_a_repository_with_files_of_the_same_names(folder):
    (folder / "requirements.txt").write_text("flask==3.0\n", "utf-8")
    (folder / ".gitignore").write_text("*.log\n/.venv\n", "utf-8")
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 1
    assert re.search(r"left requirements\.txt: add the line `longshore\[pulumi,aws\]==[\d.]+`", made.out)
    assert "left .gitignore: add .pulumi/ __pycache__/ .env" in made.out
    assert (folder / "requirements.txt").read_text("utf-8") == "flask==3.0\n"
    assert (folder / ".gitignore").read_text("utf-8") == "*.log\n/.venv\n"
    assert (folder / "stacks" / "Pulumi.shop.dev.yaml").exists()
    assert longshore(folder, "init", "--team", "later").code == 0  # the project has been told once


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("__main__.py", "print('an app')\n", "__main__.py is there, and is not a program of Longshore"),
        ("Pulumi.yaml", "name: theirs\nruntime: nodejs\n", "Pulumi.yaml is there, and is not of Longshore: it lacks"),
        ("Pulumi.yaml", "name: [\n", "it can't be read"),
        ("stacks", "a file\n", "stacks is no folder"),
    ],
)
def test_what_would_not_work_is_refused_and_a_folder_of_its_own_is_the_way_out(folder, name, text, said):
    (folder / name).write_text(text, "utf-8")
    before = files(folder)
    refused = longshore(folder, "init", *IN_AWS)
    assert refused.code == 2
    assert said in refused.err
    assert files(folder) == before
    apart = longshore(folder, "init", "deploy", *IN_AWS, "-f", "compose.yaml", "--team", "shop")
    assert apart.code == 0, apart.err
    assert "  cd deploy" in apart.out
    assert config(folder / "deploy", "shop.dev")["longshore:compose"] == {"files": ["../compose.yaml"]}
    assert longshore(folder / "deploy", "check", "-s", "shop.dev").code == 0


def test_inside_of_a_project_the_project_is_named(folder):
    longshore(folder, "init", *IN_AWS)
    below = folder / "below"
    below.mkdir()
    (below / "compose.yaml").write_text(COMPOSE, "utf-8")
    refused = longshore(below, "init", *IN_AWS)
    assert refused.code == 2
    assert "inside of the project in .." in refused.err
    assert files(below) == {"compose.yaml": COMPOSE.encode()}


def test_workflows_are_of_the_repository_pinned_and_list_the_stacks_themselves(folder):
    (folder.parent / ".git").mkdir()
    made = longshore(folder, "init", *IN_AWS, "--ci", "github")
    assert made.code == 0, made.err
    pinned = {
        each
        for path in (REPOSITORY / ".github" / "workflows").glob("*.yml")
        for each in re.findall(r"uses: (\S+)", path.read_text("utf-8"))
    }
    found = sorted((folder.parent / ".github" / "workflows").glob("*.yml"))
    assert [path.name for path in found] == ["longshore-deploy-dev.yml", "longshore-preview-dev.yml"]
    for path in found:
        text = path.read_text("utf-8")
        assert set(re.findall(r"uses: (\S+)", text)) <= pinned
        assert not re.search(r"@[A-Z]+@", text)
        document = yaml.safe_load(text)
        assert document["defaults"]["run"]["working-directory"] == "shop"
        for job in document["jobs"].values():
            for step in job["steps"]:
                checked = subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=False)
                assert checked.returncode == 0
    again = longshore(folder, "init", "--team", "search", "--ci", "github")
    assert again.code == 0, again.out


def test_the_list_of_stacks_in_the_workflow_is_that_of_its_environment(folder, tmp_path):
    longshore(folder, "init", *IN_AWS, "--ci", "github")
    longshore(folder, "init", *IN_AWS, "--environment", "prod")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / "stacks/Pulumi.shop.dev.yaml").open("a").write("# changed\n")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/longshore").symlink_to(Path(sys.executable).with_name("longshore"))
    text = (folder / ".github/workflows/longshore-preview-dev.yml").read_text("utf-8")
    listing = next(step["run"] for step in yaml.safe_load(text)["jobs"]["list"]["steps"] if step.get("id") == "list")
    outputs = tmp_path / "outputs"
    environment = {**os.environ, "BASE": "HEAD", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(outputs)}
    subprocess.run(["bash", "-e", "-c", listing], cwd=folder, env=environment, check=True)
    assert outputs.read_text() == 'stacks=["shop.dev"]\n'


def roles_in(text):
    return re.findall(r"role-to-assume: (\S+(?: \S+ \}\})?)", text)


def test_what_ci_stands_on_fits_the_stacks_and_the_workflows(folder):
    """The bootstrap stack that is written lets each job take the role that its workflow names, and warns of nothing."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:example/shop.git"], cwd=folder, check=True)
    made = longshore(folder, "init", *IN_AWS, "--ci", "github")
    assert made.code == 0, made.err
    stack = read_stack("bootstrap.123456789012", str(folder))
    assert stack.bootstrap
    assert stack.findings == ()
    assert stack.bootstrap.bootstrap.repository == "example/shop"
    made_by_it = {one.name: one for one in roles(stack.bootstrap, stack.name, beside(stack)[0], "shop")}
    workflows = folder / ".github/workflows"
    named = {path.name: roles_in(path.read_text("utf-8")) for path in workflows.glob("*.yml")}
    path = "arn:aws:iam::123456789012:role/longshore-ci/longshore"
    assert named == {
        "longshore-preview-dev.yml": [f"{path}-preview"],
        "longshore-deploy-dev.yml": [f"{path}-deploy-dev", f"{path}-deploy-dev-${{{{ matrix.team }}}}"],
    }
    jobs = yaml.safe_load((workflows / "longshore-deploy-dev.yml").read_text("utf-8"))["jobs"]
    named_environments = [jobs[name]["environment"] for name in ("platforms", "teams")]
    assert named_environments == ["dev", "dev-${{ matrix.team }}"]
    for team, environment in (("", "dev"), ("-shop", "dev-shop")):
        assert made_by_it[f"longshore-deploy-dev{team}"].subjects == (f"repo:example/shop:environment:{environment}",)


def test_another_environment_is_told_to_the_bootstrap_stack_that_is_there(folder):
    longshore(folder, "init", *IN_AWS, "--ci", "github", "--repository", "example/shop")
    again = longshore(
        folder, "init", *IN_AWS, "--environment", "prod", "--ci", "github", "--repository", "example/shop"
    )
    assert again.code == 1
    assert "left stacks/Pulumi.bootstrap.123456789012.yaml: add `prod: {}` to its `environments`" in again.out
    wrong = longshore(folder, "init", "--environment", "x", *IN_AWS, "--ci", "github", "--repository", "example/*")
    assert wrong.code == 2
    assert "`--repository` must be one repository of GitHub" in wrong.err


def test_gitlab_plans_a_merge_request_by_the_script_that_is_written(folder, tmp_path):
    made = longshore(folder, "init", *IN_AWS, "--ci", "gitlab")
    assert made.code == 0, made.err
    included = yaml.safe_load((folder / ".gitlab-ci.yml").read_text("utf-8"))
    assert included == {"include": [{"local": ".gitlab/longshore-*.yml"}]}
    jobs = yaml.safe_load((folder / ".gitlab/longshore-dev.yml").read_text("utf-8"))
    assert not re.search(r"@[A-Z]+@", (folder / ".gitlab/longshore-dev.yml").read_text("utf-8"))
    for job in jobs.values():
        script = "\n".join([*job.get("before_script", ()), *job.get("script", ())])
        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / "stacks/Pulumi.shop.dev.yaml").open("a").write("# changed\n")
    (folder / ".venv/bin").mkdir(parents=True)
    for program in ("longshore", "python"):
        (folder / ".venv/bin" / program).symlink_to(Path(sys.executable).with_name(program))
    before = [line for line in jobs[".longshore-dev"]["before_script"] if "pip install" not in line]
    script = "\n".join([*before, *jobs["longshore plan dev"]["script"]])
    environment = {**os.environ, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "shop.dev" in done.stdout
    assert "platform.dev" not in done.stdout
    again = longshore(folder, "init", "--environment", "prod", *IN_AWS, "--ci", "gitlab")
    assert again.code == 0, again.out
    assert "when: manual" in (folder / ".gitlab/longshore-prod.yml").read_text("utf-8")
    (folder / ".gitlab-ci.yml").write_text("stages: [mine]\n")
    told = longshore(folder, "init", "--environment", "staging", *IN_AWS, "--ci", "gitlab")
    assert "left .gitlab-ci.yml: add `include: [{local: .gitlab/longshore-*.yml}]`" in told.out
