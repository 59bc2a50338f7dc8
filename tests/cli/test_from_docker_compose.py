"""docs/from-docker-compose.md and runbooks.md: each subcommand of docker compose has its line, each of ours exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from longshore.cli.flags import parse
from longshore.cli.program import find
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "from-docker-compose.md").read_text("utf-8")
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text("utf-8")
COMPOSE = frozenset(
    "attach bridge build commit config cp create down events exec export images kill logs ls pause port ps publish "
    "pull push restart rm run scale start stats stop top unpause up version volumes wait watch".split()
)
"""Of docker compose 2.40, as `docker compose --help` lists them."""

KUBECTL = frozenset("annotate attach cp debug delete describe exec get port-forward rollout scale top wait".split())


def rows() -> dict[str, list[str]]:
    """docker compose's subcommand → the commands in its line."""
    found = {}
    for line in TEXT.partition("## What compose did not have")[0].splitlines():
        match = re.match(r"\| `([a-z]+)` \| (.*?) \|", line)
        if match:
            assert match[1] not in found
            found[match[1]] = re.findall(r"`([^`]+)`", match[2])
    return found


def commands() -> list[str]:
    """Everything on the page, and on that of the runbooks, that is typed."""
    programs = {"longshore", "kubectl", "make", "docker"}
    text = re.sub("``.+?``", "", f"{TEXT}\n{RUNBOOKS}")
    typed = [each for each in re.findall(r"`([^`]+)`", text) if each.split()[0] in programs]
    return [each for each in typed if len(each.split()) > 1 and each != "docker compose"]


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


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("longshore ")])
def test_what_is_ours_is_understood(command: str) -> None:
    verb, rest = find(shlex.split(command)[1:])
    assert not isinstance(verb, str), command
    parse(verb, rest, {})


def test_what_is_not_ours_is_a_command_too() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for each in commands():
        program, word, *_ = each.split()
        if program == "make":
            assert re.search(rf"^(?:[a-z-]+ )*{word}(?: [a-z-]+)*:", makefile, re.MULTILINE), each
        elif program == "kubectl":
            assert word in KUBECTL, each
        elif word == "compose":
            assert each.split()[2] in COMPOSE, each
