"""What was typed is what is stored: no value is cut short, and no program of a hostile repository sees it."""

from __future__ import annotations

import subprocess

import pytest


@pytest.mark.parametrize(
    ("line", "left", "written"),
    [
        ("ab$CANARYrest", 2, 13),
        ('"Pa$sw0rd"', 2, 8),
        ("${CANARY}", 0, 9),
        ('"a\n$CANARY"', 2, 9),
        ("x${A:-$CANARY}", 1, 14),
    ],
)
def test_a_value_that_would_be_stored_shorter_than_it_is_typed_is_refused(project, aws, line, left, written):
    project.write(".env", f"ADMIN_PASSWORD=fine\nDB_PASSWORD={line}\n")
    answer = project.push("--from", ".env", "--yes")
    assert answer.code == 2
    assert f"DB_PASSWORD (line 2: {left} characters are left of the {written} written)" in answer.err
    assert "CANARY" not in answer.err
    assert "sw0rd" not in answer.err
    assert "'...'" in answer.err


def test_values_made_of_others_and_dollars_in_single_quotes_are_whole(project, aws):
    project.write(".env", "ADMIN_PASSWORD='Pa$sw0rd'\nDB_PASSWORD=x-${ADMIN_PASSWORD}-${OTHER:-}\n")
    assert "characters are left" not in project.push("--from", ".env", "--dry-run").err


def test_git_runs_no_program_of_a_hostile_repository(project, aws):
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    ran = project.folder / "ran"
    monitor = project.folder / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {ran}\n")
    monitor.chmod(0o755)
    subprocess.run(["git", "config", "core.fsmonitor", str(monitor)], cwd=project.folder, check=True)
    subprocess.run(["git", "ls-files", "--error-unmatch", "x"], cwd=project.folder, check=False, capture_output=True)
    assert ran.exists(), "Git itself would run it"
    ran.unlink()
    project.push("--from", ".env", "--dry-run")
    assert not ran.exists()
