"""Every verb that converts takes an inventory by its flag and by the stack file, and makes the same of it."""

import json
import subprocess

import pytest

from longshore.cli.plan import rehearse_stack
from longshore.cli.shell import Shell
from tests.cli.screen import longshore
from tests.inventory.played import CANARY
from tests.inventory.test_reading import COMPOSE, INIT, text
from tests.inventory.test_size import inventory

__all__ = ["text"]

BY_FLAG, BY_STACK = ("--inventory", "vm.json"), ()
WAYS = pytest.mark.parametrize("way", [BY_FLAG, BY_STACK], ids=["flag", "stack"])
SETTING = "  longshore:inventory: vm.json\n"


def git(folder, *words):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path, text):
    """A project under git, with a stack and an inventory in which `web` used 90 MiB for a day."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "vm.json").write_text(json.dumps(inventory(text, [(90, 50)] * 24)))
    assert longshore(*INIT, folder=folder).code == 0
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


@pytest.fixture
def told(project, way):
    """The project, whose stack names the inventory where no flag does."""
    if not way:
        with (project / "stacks/Pulumi.shop.dev.yaml").open("a") as file:
            file.write(SETTING)
    return project


def limits(nodes):
    """Memory limit of each Deployment among the resources of a rehearsal."""
    found = {}
    for node in nodes:
        if node.type.endswith(":Deployment"):
            container = node.inputs["spec"]["template"]["spec"]["containers"][0]
            found[node.inputs["metadata"]["name"]] = container["resources"]["limits"]["memory"]
    return found


@WAYS
def test_the_program_of_a_plan_gives_what_was_used(told, way):
    shell = Shell(None, None, None, {}, str(told), ())
    assert limits(rehearse_stack("shop.dev", shell, *way[1:]).nodes) == {"web": "128Mi", "new": "256Mi"}


@WAYS
def test_plan_tells_what_check_tells(told, way):
    codes = []
    for verb in ("plan", "check"):
        screen = longshore(verb, "-s", "shop.dev", *way, "-v", "--statistics", folder=told)
        assert screen.code == 0, screen.err
        assert CANARY not in screen.out + screen.err
        codes.append({code for code in ("not-in-inventory", "missing-memory-limit") if code in screen.out})
    assert codes == [{"not-in-inventory", "missing-memory-limit"}] * 2


def test_a_plan_without_an_inventory_assumes(project):
    shell = Shell(None, None, None, {}, str(project), ())
    assert limits(rehearse_stack("shop.dev", shell).nodes) == {"web": "256Mi", "new": "256Mi"}


def test_a_plan_says_what_an_inventory_changes(project):
    with (project / "stacks/Pulumi.shop.dev.yaml").open("a") as file:
        file.write(SETTING)
    changed = longshore("plan", "-s", "shop.dev", "--against", "HEAD", folder=project)
    assert changed.code == 0, changed.err
    assert "128Mi" in changed.out
    assert "256Mi" in changed.out
    git(project, "add", "-A")
    git(project, "commit", "-qm", "two")
    same = longshore("plan", "-s", "shop.dev", "--against", "HEAD", "--expect-no-changes", folder=project)
    assert same.code == 0, same.out + same.err
    flag = ("--inventory", "vm.json", "--expect-no-changes")
    assert longshore("plan", "-s", "shop.dev", "--against", "HEAD", *flag, folder=project).code == 0


@WAYS
def test_explain_and_render_and_report_say_the_same(told, way):
    explained = longshore("explain", "deployment/web", "-s", "shop.dev", *way, folder=told)
    assert "setting inventory vm.json" in explained.out
    rendered = longshore("render", "-s", "shop.dev", *way, folder=told)
    assert "memory: 128Mi" in rendered.out
    reported = longshore("report", "-s", "shop.dev", *way, "--output-file", "page.html", folder=told)
    assert reported.code == 0, reported.err
    page = (told / "page.html").read_text()
    assert "not-in-inventory" in page
    assert CANARY not in page


@WAYS
def test_cost_counts_what_is_asked_for(told, way):
    screen = longshore("cost", "-s", "shop.dev", *way, folder=told)
    assert screen.code == 0, screen.err


def test_the_model_is_not_touched_by_it(project):
    plain = longshore("config", folder=project).out
    with (project / "stacks/Pulumi.shop.dev.yaml").open("a") as file:
        file.write(SETTING)
    assert longshore("config", folder=project).out == plain


def test_a_change_of_the_inventory_touches_the_stack_that_names_it(project):
    names = ("stacks", "--changed", "HEAD", "-o", "json")
    file = project / "vm.json"
    file.write_text(file.read_text() + "\n")
    assert json.loads(longshore(*names, folder=project).out)["stacks"] == []
    with (project / "stacks/Pulumi.shop.dev.yaml").open("a") as stack:
        stack.write(SETTING)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "two")
    assert json.loads(longshore(*names, folder=project).out)["stacks"] == []
    file.write_text(file.read_text() + "\n")
    assert [each["stack"] for each in json.loads(longshore(*names, folder=project).out)["stacks"]] == ["shop.dev"]
    file.unlink()
    assert [each["stack"] for each in json.loads(longshore(*names, folder=project).out)["stacks"]] == ["shop.dev"]


@pytest.mark.parametrize("verb", ["plan", "check", "render", "report", "explain"])
@WAYS
def test_a_bad_inventory_stops_each_verb_with_one_located_error(told, way, verb):
    (told / "vm.json").write_text((told / "vm.json").read_text()[:-200] + CANARY)
    words = {"explain": ["deployment/web"], "report": ["--output-file", "page.html"]}.get(verb, [])
    screen = longshore(verb, *words, "-s", "shop.dev", *way, folder=told)
    assert screen.code == 2
    said = screen.out + screen.err
    assert said.count("error[") == 1, said
    assert "vm.json:1:" in said
    assert CANARY not in said
    assert not (told / "page.html").exists()
