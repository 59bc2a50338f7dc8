"""What we build on is pinned by content: packages by hash, actions of workflows by digest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_is_locked_with_its_hashes(name):
    lines = (ROOT / f"{name}.txt").read_text("utf-8").splitlines()
    packages = [index for index, line in enumerate(lines) if re.match(r"[A-Za-z0-9]", line)]
    assert packages
    for index in packages:
        assert "==" in lines[index]
        assert lines[index + 1].strip().startswith("--hash=sha256:"), lines[index]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_what_is_locked(name):
    asked = [line for line in (ROOT / f"{name}.in").read_text("utf-8").splitlines() if "==" in line]
    locked = (ROOT / f"{name}.txt").read_text("utf-8").lower()
    for line in asked:
        without_extras = re.sub(r"\[.*?\]", "", line).lower().partition(";")[0].strip()
        assert f"\n{without_extras} " in locked, f"{line}: run `make lock`"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_digest(path):
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []
