"""What is called otherwise than before (the folder of the project, the environment, the stack) goes on all the same."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.engine.project import REPOSITORY, Project, operations, resources
from tests.engine.test_bound import FINE, FLAGS, STACK, other, refused, shell

if TYPE_CHECKING:
    from tests.engine.test_bound import Other, Shell
    from tools.cluster.api import Api

__all__ = ["other", "shell"]

COMPOSE = "services: {web: {image: 'nginx:1.27.0', mem_limit: 64m, volumes: ['data:/data']}}\nvolumes: {data: {}}\n"
TURNED = {"longshore:environment": "staging"}


def uids(api: Api) -> dict[str, str]:
    kinds = {"Deployment": "apps/v1", "PersistentVolumeClaim": "v1", "Service": "v1"}
    return {x["metadata"]["uid"]: kind for kind, version in kinds.items() for x in api.list(version, kind, "web")}


def test_a_folder_an_environment_and_a_stack(project: Project, api: Api) -> None:
    """Nothing is made anew, and where nothing says another word nothing is changed."""
    project.environment["PATH"] = f"{REPOSITORY / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"  # the login, on PATH
    project.small(STACK, COMPOSE, {})
    stack = project.stack(STACK)
    stack.up()
    before = uids(api)

    moved = Project(project.folder.rename(project.folder.with_name("another")), project.environment)
    assert set(operations(moved.stack(STACK).up())) == {"same"}

    moved.small(STACK, COMPOSE, TURNED)
    assert set(operations(moved.stack(STACK).up())) == {"same", "update"}

    assert moved.run("stack", STACK, "rename", "web.staging").returncode == 0
    stack = moved.stack("web.staging")
    assert set(operations(stack.up())) == {"same", "update"}, "the mark of the namespace"
    assert set(operations(stack.up())) == {"same"}
    assert uids(api) == before
    stack.destroy()
    assert resources(stack) == []
    api.wait(lambda: not api.exists("v1", "Namespace", "", "web"), "the namespace to be gone")


@pytest.mark.parametrize("words", [("preview",), ("up", *FLAGS)])
def test_another_environment_is_no_way_to_another_cluster(shell: Shell, other: Other, words: tuple[str, ...]) -> None:
    shell.project.small(STACK, FINE, {})
    stack = shell.project.stack(STACK)
    stack.up()
    shell.says(shell.second)
    shell.project.small(STACK, FINE, TURNED)
    assert f"{STACK} was made on `first` (https://" in refused(shell, other, words)
    shell.says(shell.first)
    stack.destroy()


def test_a_state_whose_cluster_is_called_by_the_environment_goes_on(project: Project) -> None:
    project.small(STACK, FINE, {})
    stack = project.stack(STACK)
    stack.up()
    state = stack.export_stack()
    text = json.dumps(state.deployment)
    assert "::kubeconfig-k8s-inside" in text
    state.deployment = json.loads(text.replace("::kubeconfig-k8s", "::local-k8s").replace('::kubeconfig"', '::local"'))
    stack.import_stack(state)
    assert set(operations(stack.up())) == {"same"}
    assert "::local" not in json.dumps(stack.export_stack().deployment)
    stack.destroy()
    assert resources(stack) == []


def test_another_project_of_the_same_team_is_told_whose_the_namespace_is(project: Project, api: Api) -> None:
    """Before anything is made, in a preview too; and it deletes nothing on its way down."""
    project.small(STACK, FINE, {})
    stack = project.stack(STACK)
    stack.up()
    before = uids(api)
    definition: dict[str, Any] = yaml.safe_load((project.folder / "Pulumi.yaml").read_text("utf-8"))
    (project.folder / "Pulumi.yaml").write_text(yaml.safe_dump({**definition, "name": "theirs"}), "utf-8")
    theirs = project.stack(STACK)
    for words in (("preview",), ("up", *FLAGS)):
        done = project.run(words[0], STACK, *words[1:])
        assert done.returncode
        assert "has a namespace `web` already, which is stack longshore/web.local's" in done.stdout
        assert "`longshore:namespace`" in done.stdout
        assert "upsert" not in done.stdout.lower()
    theirs.destroy()
    assert uids(api) == before
    (project.folder / "Pulumi.yaml").write_text(yaml.safe_dump(definition), "utf-8")
    stack.destroy()
    assert resources(stack) == []
