"""What `longshore init` makes goes up and down by the real engine, in a folder with code of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.init.making import longshore
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
