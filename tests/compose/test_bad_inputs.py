"""Forty ways to get a compose file wrong: one clear message each, with its place, and never a traceback.

A folder of `bad/` is read as it is. `report.txt` is the whole of what `longshore config` says; where the fault shows
only in Kubernetes, `check.txt` has the lines that `longshore check --output-format concise` must say among others.
Some inputs are too large or too strange for a folder; they are made here.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.compose.source import MOST_BYTES
from tests.compose.memory import read

BAD = Path(__file__).with_name("bad")
FOLDERS = sorted(path.name for path in BAD.iterdir() if path.is_dir())


def longshore(folder: Path, *words: str) -> tuple[int, str]:
    out = io.StringIO()
    shell = Shell(out, out, io.BytesIO(), {}, str(folder), words)
    return run(words, shell), out.getvalue()


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_report_is_clear(folder: str) -> None:
    place = BAD / folder
    checks = place / "check.txt"
    if checks.exists():
        code, said = longshore(place, "check", "--output-format", "concise", "--verbose")
        assert code in {0, 1, 2}
        for line in checks.read_text(encoding="utf-8").splitlines():
            assert line in said.splitlines()
        return
    variables = ("--env-file", "variables.env") if (place / "variables.env").exists() else ()
    code, said = longshore(place, "config", "--quiet", *variables)
    assert code == 2
    assert said == (place / "report.txt").read_text(encoding="utf-8")
    assert "hunter2" not in said


def test_every_number_of_the_list_is_there() -> None:
    made_here = {"15", "16", "33"}
    numbers = {folder[:2] for folder in FOLDERS} | made_here
    assert numbers >= {f"{number:02}" for number in range(1, 41)}


def test_15_nesting_of_ten_thousand_levels() -> None:
    for text in (
        "x-a: " + "[" * 10_000 + "]" * 10_000,
        "x-a: " + "{a: " * 10_000 + "}" * 10_000,
        "x-a:\n  " + "- " * 10_000,
    ):
        (finding,) = read(text).findings
        assert finding.code == "too-deep"
        assert finding.span
        assert finding.span.line <= 2
    deep = "\n".join(f"{' ' * level}k{level}:" for level in range(200))
    (finding,) = read(f"x-a:\n{deep}").findings
    assert (finding.code, finding.span and finding.span.file) == ("too-deep", "compose.yaml")


def test_16_a_file_that_is_too_large() -> None:
    (finding,) = read("services: {}\n" + "#" * MOST_BYTES).findings
    assert finding.code == "file-too-large"
    assert "16 MiB" in finding.message


def test_11_other_encodings() -> None:
    text = "services:\n  web:\n    image: nginx\n"
    assert read(b"\xef\xbb\xbf" + text.encode()).project
    assert read(text.encode("utf-16")).project
    (finding,) = read(text.encode() + b"    hostname: \xff\n").findings
    assert str(finding.span) == "compose.yaml:4:15"


def test_33_links_that_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.env").write_text("A=1\n")
    project = tmp_path / "project"
    project.mkdir()
    os.symlink(tmp_path / "secret.env", project / "link.env")
    (project / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n    env_file: link.env\n")
    code, said = longshore(project, "config", "--quiet")
    assert code == 2
    assert "error[outside-project]" in said
    assert longshore(project, "config", "--quiet", "--allow-outside")[0] == 0


def test_devices_and_pipes_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.env")
    for name in ("pipe.env", "/dev/zero"):
        (tmp_path / "compose.yaml").write_text(f"services:\n  web:\n    image: nginx\n    env_file: {name}\n")
        code, said = longshore(tmp_path, "config", "--quiet", "--allow-outside")
        assert code == 2
        assert "not a regular file" in said
    os.mkfifo(tmp_path / "compose.fifo")
    assert "not a regular file" in longshore(tmp_path, "config", "-f", "compose.fifo")[1]


def test_files_that_are_no_compose_files(tmp_path: Path) -> None:
    assert longshore(tmp_path, "config")[0] == 3
    (tmp_path / "nothing").mkdir()
    code, said = longshore(tmp_path, "config", "nothing")
    assert code == 2
    assert '"nothing" is a directory' in said
    (tmp_path / "docker-compose.yaml").write_text("services: {a: {image: x}}\n")
    code, said = longshore(tmp_path, "config", "-f", "docker-compose.yml")
    assert code == 2
    assert "did you mean `docker-compose.yaml`?" in said
    (tmp_path / "empty").mkdir()
    code, said = longshore(tmp_path, "config", "-f", "empty")
    assert code == 2
    assert "is a directory" in said
