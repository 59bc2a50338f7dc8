"""The completion scripts, each in its own shell; skipped where that shell is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from longshore.cli.completion import SCRIPTS

TRIES = {
    "bash": """source <(longshore completion bash); COMP_WORDS=(longshore {words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); _longshore; printf '%s\\n' "${{COMPREPLY[@]}}" """,
    "zsh": """compdef() {{ :; }}; _files() {{ print FILES; }}; _describe() {{ print -l -- "${{(@P)2}}"; }}
source <(longshore completion zsh); words=(longshore {words}); CURRENT=$#words; _longshore""",
    "fish": "longshore completion fish | source; complete -C 'longshore {words}'",
}


def complete(shell: str, words: str, folder: Path) -> list[str]:
    program = shutil.which(shell)
    if not program:
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [program, "-c", TRIES[shell].format(words=words)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env={**os.environ, "PATH": path}, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SCRIPTS)
def test_verbs(shell: str, tmp_path: Path) -> None:
    found = complete(shell, "che", tmp_path)
    assert [line.replace("\t", ":").partition(":")[0] for line in found] == ["check"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_services_of_the_compose_file_at_hand(shell: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web: {image: nginx}\n  worker: {image: busybox}\n  api: {image: x}\n"
    )
    found = complete(shell, "check w", tmp_path)
    assert {line.replace("\t", ":").partition(":")[0] for line in found} >= {"web", "worker"}
    assert "api" not in "".join(found)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_values_of_a_flag(shell: str, tmp_path: Path) -> None:
    found = complete(shell, "check --fail-on n", tmp_path)
    assert [line.replace("\t", ":").partition(":")[0] for line in found] == ["never"]
