"""The policy pack over a real preview: the engine refuses what `check` refuses, and lets pass what is waived.

The pack has an environment of its own, since pulumi-policy wants an older protobuf than our programs have.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.engine.project import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.project import Project

COMPOSE = "services: {web: {image: 'quay.io/a/web:1', mem_limit: 64m}, cache: {image: 'redis:7', mem_limit: 64m}}\n"
REGISTRY = {"registries": ["docker.io/library/"]}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `policy/` with its environment; it skips where that cannot be made."""
    folder = tmp_path_factory.mktemp("pack") / "policy"
    shutil.copytree(REPOSITORY / "policy", folder, ignore=shutil.ignore_patterns(".venv"))
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    pip = [folder / ".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wanted = ["pulumi-policy>=1.21,<2", "PyYAML", "pydantic", "jsonschema-rs"]
    done = subprocess.run([*pip, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the environment of the pack cannot be made: {done.stderr.strip()[-200:]}")
    (here,) = (folder / ".venv/lib").glob("python3*/site-packages")
    (here / "longshore.pth").write_text(f"{REPOSITORY}\n")
    return folder


def test_the_engine_refuses_what_check_refuses(project: Project, pack: Path) -> None:
    project.small("web.local", COMPOSE, {})
    project.stack("web.local")
    config = project.folder / "policies.json"
    flags = ("--policy-pack", str(pack), "--policy-pack-config", str(config))
    config.write_text(json.dumps({"allowed-registry": REGISTRY}))
    refused = project.run("preview", "web.local", *flags)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "Deployment web runs quay.io/a/web:1, which is of no allowed registry" in said
    assert "Deployment cache runs" not in said
    waivers = {"waivers": {"allowed-registry Deployment/web": "until June"}}
    config.write_text(json.dumps({"allowed-registry": {**REGISTRY, **waivers}}))
    passed = project.run("preview", "web.local", *flags)
    assert passed.returncode == 0, passed.stdout[-3000:] + passed.stderr[-3000:]
