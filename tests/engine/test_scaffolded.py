"""What `longshore init` makes goes up and down by the real engine, in a folder with code of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.init.making import COMPOSE, longshore
from tests.engine.project import REPOSITORY, Project

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.fixtures import Target

THEIRS = ("components", "cli", "convert", "stack", "longshore", "pulumi", "yaml")
"""Folders of the user that are called as ours, or as what we build on."""


def test_a_project_that_init_made_goes_up_and_down(tmp_path: Path, cluster: Target):
    folder, state = tmp_path / "project", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    (folder / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27.0', mem_limit: 64m}}\n", "utf-8")
    for name in THEIRS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('the code of the user')\n", "utf-8")
    made = longshore(folder, "init", "--cluster", "kubeconfig", "--environment", "local", "--team", "web")
    assert made.code == 0, made.err
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    variables = {
        "KUBECONFIG": str(cluster.kubeconfig),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    project = Project(folder, variables)
    project.settings("web.local", lambda config: config.pop("longshore:operator"))  # its chart is far away
    stack = project.stack("web.local")
    up = stack.up()
    assert "deployment" in up.stdout.lower()
    assert project.run("preview", "web.local", "--expect-no-changes").returncode == 0
    stack.destroy()
    assert project.run("preview", "web.local", "--expect-no-changes").returncode != 0


ACCOUNT = ("--region", "eu-west-1", "--account", "111122223333")
ASKED = {
    "a platform, a team, and roles of CI": (*ACCOUNT, "--ci", "github", "--repository", "example/shop"),
    "a platform in production": (*ACCOUNT, "--environment", "prod"),
    "a kubeconfig": ("--cluster", "kubeconfig"),
    "Vault": ("--cluster", "kubeconfig", "--secrets", "vault"),
}


def comments(folder: Path) -> dict[str, list[str]]:
    found = {file.name: file.read_text("utf-8").splitlines() for file in folder.glob("stacks/Pulumi.*.yaml")}
    return {name: [line for line in lines if line.lstrip().startswith("#")] for name, lines in found.items()}


@pytest.mark.parametrize("asked", ASKED)
def test_the_engine_leaves_settings_that_are_commented_out_where_they_stand(tmp_path: Path, asked: str) -> None:
    """It writes a stack file anew when it makes the stack; what stood below `config` must still be a setting there."""
    folder, state = tmp_path / "project", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE, "utf-8")
    made = longshore(folder, "init", "--team", "shop", *ASKED[asked])
    assert made.code == 0, made.err
    before = comments(folder)
    assert any("longshore:services" in line for lines in before.values() for line in lines)
    project = Project(folder, {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_CONFIG_PASSPHRASE": ""})
    for name in before:
        stack = name.removeprefix("Pulumi.").removesuffix(".yaml")
        done = project.run("stack", stack, "init", "--secrets-provider", "passphrase")
        assert done.returncode == 0, done.stderr
        assert "encryptionsalt" in (folder / "stacks" / name).read_text("utf-8")
    assert comments(folder) == before
