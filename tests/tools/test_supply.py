"""What we build on is pinned by content: packages by hash, actions of workflows by digest."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "tools/scanners/checkov"])
def test_every_package_is_locked_with_its_hashes(name):
    lines = (ROOT / f"{name}.txt").read_text("utf-8").splitlines()
    packages = [index for index, line in enumerate(lines) if re.match(r"[A-Za-z0-9]", line)]
    assert packages
    for index in packages:
        assert "==" in lines[index]
        assert lines[index + 1].strip().startswith("--hash=sha256:"), lines[index]


def test_both_files_lock_the_same_versions():
    texts = [(ROOT / f"{name}.txt").read_text("utf-8") for name in ("requirements", "requirements-dev")]
    users, ours = (dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)) for text in texts)
    assert {name: ours.get(name) for name in users} == users, "run `make lock`"


@pytest.mark.parametrize(("name", "group"), [("requirements", "build"), ("requirements-dev", "dev")])
def test_what_is_asked_for_is_locked_at_a_version_in_its_range(name, group):
    definition = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*definition["project"]["dependencies"], *definition["dependency-groups"][group]]
    for extra in definition["project"]["optional-dependencies"].values():
        asked += extra
    text = (ROOT / f"{name}.txt").read_text("utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    for requirement in (Requirement(each) for each in asked if isinstance(each, str)):
        version = locked.get(canonicalize_name(requirement.name), "")
        assert version, f"{requirement}: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_digest(path):
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    used = [part["uses"] for job in jobs.values() for part in (job, *job.get("steps", ())) if "uses" in part]
    assert used
    pinned_or_ours = re.compile(r"[\w./-]+@[0-9a-f]{40}|\./\.github/workflows/[\w-]+\.yml")
    assert [each for each in used if not pinned_or_ours.fullmatch(each)] == []
