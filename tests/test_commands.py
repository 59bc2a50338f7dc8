"""Each command that a page tells people to type is one that its program takes, and what can be run here is run.

Pages that are followed as a whole, in their order, have a test of their own: the tutorial on a real node
(tests/node/test_tutorial.py), the first hour on a real engine (tests/engine/test_first_hour.py). Where an engine is,
`tests/engine/test_documented.py` asks it for the words of its own commands.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from longshore.cli.flags import flags_of, parse
from longshore.cli.program import find
from longshore.errors import Refused
from tests.cli.screen import longshore
from tests.documented import OTHERS, OURS, SHELL, Command, documented
from tests.inventory.test_reading import text as inventory
from tools.cluster.fixtures import provided
from tools.quoted import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from longshore.cli.flags import Verb

__all__ = ["inventory"]

COMMANDS = documented()
LOCAL = (
    "attributes check completion config cost explain images inventory plan render report size stacks version".split()
)
"""Verbs of ours that need neither a cluster nor a store."""

ELSEWHERE = {
    "longshore explain CODE": "CODE stands for any",
    "longshore inventory --host ssh://ops@vm.example.com": "asks an engine: tests/inventory",
    "longshore images lock --resolve": "asks registries: tests/images",
    "longshore images lock --resolve --if-named": "asks registries: tests/images",
    "longshore images lock -s shop.dev --resolve": "asks registries: tests/images",
    "longshore check -s": "stands for its forms",
    "longshore plan -s bootstrap.$ACCOUNT": "tests/engine/test_first_hour.py",
    "longshore check -s bootstrap.$ACCOUNT": "tests/engine/test_first_hour.py",
}
"""What is of a verb that is run here, and is not → why."""

HELP = {"kubectl": ("kubectl", "options"), "helm": ("helm",), "docker-compose": ("docker-compose",)}
STACK = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: kubeconfig, networkPolicies: true}
  longshore:operator: {}
  longshore:team: TEAM
  longshore:compose: {files: [docker-compose.yml], envFiles: []}
  longshore:secrets: {backend: fake}
"""
PLATFORM = """\
config:
  longshore:environment: dev
  longshore:aws: {region: eu-west-1, accountId: "111122223333"}
  longshore:network: {cidr: 10.20.0.0/16}
  longshore:cluster: {kind: eks, endpoint: {public: true, cidrs: [203.0.113.0/24]}}
  longshore:operator: {}
"""
COMPOSE = """\
services:
  web:
    build: .
    image: registry.example.com/web:1.0
    ports: ["8080:80"]
    environment: {API_TOKEN: "${API_TOKEN}"}
    healthcheck: {test: [CMD, curl, -f, http://localhost/]}
    depends_on: {migrate: {condition: service_completed_successfully}}
    mem_limit: 64m
  migrate: {image: "registry.example.com/web:1.0", command: [migrate], restart: "no", mem_limit: 64m}
"""
MADE = '{"web": {"image.name": "registry.example.com/web:1.0", "containerimage.digest": "sha256:%s"}}' % (
    "0123456789abcdef" * 4
)


def by_words(commands: Iterable[Command]) -> list[Command]:
    """Each command once."""
    return list({command.words: command for command in commands}.values())


def of(*programs: str) -> list[Command]:
    return by_words(command for command in COMMANDS if Path(command.program).name in programs)


def test_there_are_commands_of_every_kind() -> None:
    assert len(COMMANDS) > 400
    assert {command.program for command in COMMANDS} > OURS - {"python3"} | {"kubectl", "helm", "docker", "pulumi"}


def test_no_command_is_of_a_program_that_nobody_knows() -> None:
    known = OURS | OTHERS | SHELL
    assert [str(each) for each in COMMANDS if Path(each.program).name not in known] == []


@pytest.mark.parametrize("command", of("longshore"), ids=str)
def test_what_is_ours_has_such_a_verb_and_such_flags(command: Command) -> None:
    verb, rest = find(command.words[1:])
    if isinstance(verb, str):
        assert rest == [], "the name of a group of verbs stands for them all"
        return
    refusal = refused(verb, rest)
    if refusal:
        assert not command.block, refusal
        assert re.search("wants|needs|expected", refusal), (
            f"{refusal}: only what it lacks may be left out in a sentence"
        )
        assert {word for word in rest if word.startswith("--")} <= {flag.name for flag in flags_of(verb)}


def refused(verb: Verb, words: list[str]) -> str:
    """What a verb has against the words after it."""
    try:
        parse(verb, words, {})
    except Refused as error:
        return error.message
    return ""


def named_alone(command: Command) -> bool:
    """Whether a sentence speaks of a verb of ours, rather than of a command."""
    verb, rest = find(command.words[1:])
    return not command.block and (isinstance(verb, str) or not rest or bool(refused(verb, rest)))


def test_what_make_is_asked_for_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in of("make"):
        goals = [word for word in command.words[1:] if not word.startswith("-") and "=" not in word]
        for goal in goals:
            assert re.search(rf"^(?:[a-z0-9-]+ )*{goal}(?: [a-z0-9-]+)*:", makefile, re.MULTILINE), str(command)
        for word in command.words[1:]:
            if "=" in word:
                assert f"$({word.partition('=')[0]})" in makefile, str(command)


def test_programs_of_ours_are_there() -> None:
    for command in of("python", "python3"):
        if command.words[1] == "-m":
            assert find_spec(command.words[2]), str(command)


@pytest.mark.cluster
@pytest.mark.parametrize("program", HELP)
def test_what_is_not_ours_has_such_words_and_flags(program: str) -> None:
    """Each program says so itself."""
    asked = {command.words[1:] for command in of(program)}
    if program == "docker-compose":
        asked = {command.words[2:] for command in of("docker") if command.words[1] == "compose"}
    path = provided(program)[program]
    helped: dict[tuple[str, ...], str] = {}

    def said(*words: str) -> str:
        if words not in helped:
            done = subprocess.run([path, *words], capture_output=True, text=True, check=False)
            helped[words] = done.stdout + done.stderr
        return helped[words]

    everywhere = said("options") if program == "kubectl" else said("--help")
    for words in sorted(asked):
        if words and not words[0].startswith("-") and words[0] != "diff":  # that is a plugin of Helm
            assert missing(words, said, everywhere) == [], words


def missing(words: tuple[str, ...], said: object, everywhere: str) -> list[str]:
    """Words of a command that its program's help does not have."""
    assert callable(said)
    top = said("--help")
    if not re.search(rf"^ +{words[0]}\*? ", top, re.MULTILINE):
        return [words[0]]
    verb, own = words[:1], said(words[0], "--help")
    if len(words) > 1 and "Commands:\n" in own and not words[1].startswith("-"):
        if not re.search(rf"^ +{re.escape(words[1].removesuffix('s'))}s? ", own, re.MULTILINE):
            return [words[1]]
        verb, own = words[:2], said(*words[:2], "--help")
    given = [word.partition("=")[0] for word in words[len(verb) :] if word.startswith("-") and word != "-"]
    given = given[: given.index("--")] if "--" in given else given
    return [flag for each in given for flag in single(each) if not re.search(rf"(?<![\w-]){flag}\b", own + everywhere)]


def single(flag: str) -> list[str]:
    """`-it` is `-i` and `-t`."""
    return [flag] if flag.startswith("--") else [f"-{letter}" for letter in flag[1:]]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory, inventory: str) -> Path:
    """A repository with all that the pages speak of."""
    folder = tmp_path_factory.mktemp("documented")
    for name in ("docker-compose.yml", "services/shop/compose.yaml", "search/compose.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(COMPOSE)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copy(ROOT / "__main__.py", folder)
    (folder / "Dockerfile").write_text("FROM nginx:1.27.2\n")
    (folder / "vm.json").write_text(inventory)
    (folder / "made.json").write_text(MADE)
    (folder / "stacks").mkdir()
    for team in ("shop", "search"):
        (folder / f"stacks/Pulumi.{team}.dev.yaml").write_text(STACK.replace("TEAM", team))
    for environment in ("dev", "prod"):
        text = PLATFORM.replace("environment: dev", f"environment: {environment}")
        (folder / f"stacks/Pulumi.platform.{environment}.yaml").write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"], ["branch", "origin/main"]):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True)
    return folder


RUN = [
    each
    for each in of("longshore")
    if each.words[1] in LOCAL and " ".join(each.words) not in ELSEWHERE and not named_alone(each)
]


@pytest.mark.parametrize("command", RUN, ids=str)
def test_what_needs_no_cluster_is_run(command: Command, estate: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(estate, tmp_path / "shop", symlinks=True)
    if "-f" in command.words:
        (folder / "docker-compose.yml").rename(folder / "compose.yaml")
    screen = longshore(*command.words[1:], folder=folder)
    assert screen.code in {0, 1}, screen.err
    assert screen.out or screen.err


def test_no_exception_outlives_its_command() -> None:
    assert ELSEWHERE.keys() <= {" ".join(each.words) for each in COMMANDS}
