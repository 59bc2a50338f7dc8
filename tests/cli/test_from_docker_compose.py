"""docs/from-docker-compose.md has a line for each subcommand of docker compose; test_commands.py holds what it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "from-docker-compose.md").read_text("utf-8")
COMPOSE = frozenset(
    "attach bridge build commit config cp create down events exec export images kill logs ls pause port ps publish "
    "pull push restart rm run scale start stats stop top unpause up version volumes wait watch".split()
)
"""Of docker compose 2.40, as `docker compose --help` lists them."""


def rows() -> dict[str, list[str]]:
    """docker compose's subcommand → the commands in its line."""
    found = {}
    for line in TEXT.partition("## What compose did not have")[0].splitlines():
        match = re.match(r"\| `([a-z]+)` \| (.*?) \|", line)
        if match:
            assert match[1] not in found
            found[match[1]] = re.findall(r"`([^`]+)`", match[2])
    return found


def test_every_subcommand_has_its_line() -> None:
    assert rows().keys() == COMPOSE
    assert all(rows().values())


@pytest.mark.cluster
def test_these_are_all_that_docker_compose_has() -> None:
    """The very program says so; its help has a line for each."""
    try:
        program = provide(["docker-compose"])["docker-compose"]
    except ToolsMissingError as error:
        pytest.skip(str(error))
    help_ = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    listed = help_.partition("Management Commands:")[2]
    assert set(re.findall(r"^  ([a-z]+)\*? ", listed, re.MULTILINE)) == COMPOSE
