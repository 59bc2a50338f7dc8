"""A copy of this project to deploy and to change, and what the engine says of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pulumi import automation

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = ("__main__.py", "components", "longshore", ".venv")
"""What the program is made of; shared with the checkout, because no test changes it."""
OWN = ("Pulumi.yaml", "stacks", "examples")
"""What a test may change."""


class Project(NamedTuple):
    """A folder with the project, and the environment in which the engine runs there."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def lay_out(cls, folder: Path, environment: dict[str, str]) -> Project:
        root, state = folder / "project", folder / "state"
        root.mkdir()
        state.mkdir()
        for name in CODE:
            (root / name).symlink_to(REPOSITORY / name)
        for name in OWN:
            source = REPOSITORY / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
        backend = {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_CONFIG_PASSPHRASE": "for tests"}
        return cls(root, {**backend, "PULUMI_SKIP_UPDATE_CHECK": "true", **environment})

    def settings(self, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the configuration in a stack file."""
        path = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(path.read_text("utf-8"))
        change(content["config"])
        path.write_text(yaml.safe_dump(content), "utf-8")

    def small(self, stack: str, compose: str, change: dict[str, Any]) -> None:
        """Write a stack on the test cluster, unless `change` says else, for a compose file of its own."""
        (self.folder / "web.yaml").write_text(compose, "utf-8")
        config = {
            "longshore:environment": "local",
            "longshore:team": "web",
            "longshore:cluster": {"kind": "kubeconfig", "networkPolicies": True},
            "longshore:compose": {"files": ["web.yaml"]},
            "longshore:secrets": {"backend": "fake"},
            **change,
        }
        path = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        path.write_text(yaml.safe_dump({"config": config}), "utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        """Change one text in a file."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), "utf-8")

    def stack(self, name: str) -> automation.Stack:
        """The stack, made if it is not there."""
        options = automation.LocalWorkspaceOptions(env_vars=self.environment)
        return automation.create_or_select_stack(name, work_dir=str(self.folder), opts=options)

    def run(self, verb: str, stack: str, *flags: str) -> subprocess.CompletedProcess[str]:
        """The engine as people run it; the Automation API always skips the preview."""
        return subprocess.run(
            ["pulumi", verb, "--stack", stack, "--non-interactive", *flags],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def begun(self, stack: str, *words: str) -> subprocess.Popen[str]:
        """Begin a verb in a session of its own; what the engine says comes by its standard output."""
        return subprocess.Popen(
            ["pulumi", *words, "--stack", stack, "--yes", "--skip-preview", "--non-interactive"],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def interrupted(self, stack: str, ready: Callable[[], bool]) -> str:
        """Begin an `up`, and interrupt it as Ctrl-C does once something is `ready`; what the engine said."""
        process = self.begun(stack, "up")
        try:
            until = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < until and not ready():
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            return process.communicate(timeout=120)[0]
        finally:
            if process.poll() is None:
                process.kill()


def operations(result: automation.UpResult) -> dict[str, int]:
    """What an `up` did: operation → number of resources."""
    return dict(result.summary.resource_changes or {})


def previewed(project: Project, stack: str) -> tuple[set[str], Counter[str]]:
    """What a preview shows: URNs of all resources, and how many there are of each operation."""
    done = project.run("preview", stack, "--json")
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    steps = json.loads(done.stdout)["steps"]
    urns = {step["urn"] for step in steps if step["urn"].split("::")[2] != "pulumi:pulumi:Stack"}
    return urns, Counter(step["op"] for step in steps)


def resources(stack: automation.Stack) -> list[dict[str, Any]]:
    """The resources in the state of a stack."""
    deployment: dict[str, Any] = stack.export_stack().deployment or {}
    return list(deployment.get("resources", []))
