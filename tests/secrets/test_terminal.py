"""Whatever a file calls something: no line of output begins with it, nothing of it commands a terminal, in any verb."""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.secrets.conftest import COMPOSE, STACK
from tests.secrets.positions import document, positions

if TYPE_CHECKING:
    from pathlib import Path

FORGED = "::error title=forged::by a name"
HOSTILE = f"a\n{FORGED}\n\x1b]0;owned\x07\x1b[2J\r\x9b\x7f\u202eb"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
VERBS = (
    "check -v", "check --output concise -v", "check --output github -v", "check --output json", "config",
    "check -o gitlab -v", "check -o junit -v", "check -o sarif -v", "config --variables -o json",
    "report", "report -o markdown", "report -o json",
    "config --images -o json", "explain deployment/web -o json",
    "render --fail-on never", "render --fail-on never --annotate", "render --fail-on never -o json",
    "config -o json", "config --no-interpolate", "config --variables", "config --hash *", "config --images",
    "config --services", "config --volumes", "config --networks", "config --profiles", "explain deployment/web",
    "render --fail-on never --output-dir out/", "config --show-values",
)  # fmt: skip
ON_STACKS = (
    "check -s shop.dev -v", "render -s shop.dev --fail-on never", "secrets push -s shop.dev --from .env --yes",
    "secrets diff -s shop.dev --from .env", "secrets check -s shop.dev", "secrets ls -s shop.dev -v",
    "plan -s shop.dev", "status -s shop.dev", "check -s shop.dev --output json",
)  # fmt: skip
SLICES = 6
POSITIONS = positions()


def forged(text: str) -> list[str]:
    return [*RAW.findall(text), *(line for line in text.splitlines() if line.startswith(FORGED))]


def said(folder: Path, words: str, **environment: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    arguments = words.split()
    run(arguments, Shell(out, err, io.BytesIO(), environment, str(folder), tuple(arguments)))
    return out.getvalue() + err.getvalue()


def renamed(value: Any, names: tuple[str, ...]) -> Any:
    """The same tree with a hostile name for each of `names`."""
    if isinstance(value, dict):
        return {f"{key}{HOSTILE}" if key in names else key: renamed(each, names) for key, each in value.items()}
    return [renamed(each, names) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("part", range(SLICES))
def test_no_name_and_no_value_of_a_compose_file_is_a_line(tmp_path: Path, part: int):
    shown = []
    for number, position in enumerate(POSITIONS):
        if number % SLICES != part:
            continue
        verb = VERBS[(number // SLICES) % len(VERBS)]
        as_value = document(position, HOSTILE)
        as_name = renamed(document(position, "x"), ("DB_PASSWORD", "note"))
        for model in (as_value, as_name, renamed(as_name, ("web",)) if number % 7 == 0 else as_value):
            (tmp_path / "compose.yaml").write_text(yaml.safe_dump(model, sort_keys=False))
            shown += [(position.label, verb, found) for found in forged(said(tmp_path, verb))]
    assert shown == []


@pytest.mark.parametrize("verb", VERBS)
def test_no_name_of_a_profile_is_a_line(tmp_path: Path, verb: str):
    """What is left out is counted below the findings, past all that makes a finding fit to be shown."""
    model = {"services": {"web": {"image": "a:1"}, "x": {"image": "b:1", "profiles": [HOSTILE]}}}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(model))
    assert forged(said(tmp_path, verb)) == []


@pytest.mark.parametrize("verb", [*VERBS, "attributes", "explain", "completion bash", "secrets"])
def test_no_word_of_a_command_line_is_a_line(tmp_path: Path, verb: str):
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x}}\n")
    for words in ([*verb.split(), HOSTILE], [*verb.split(), f"--{HOSTILE}"], [HOSTILE], [*verb.split(), "-f", HOSTILE]):
        out, err = io.StringIO(), io.StringIO()
        run(words, Shell(out, err, io.BytesIO(), {"LONGSHORE_PROFILE": HOSTILE}, str(tmp_path), tuple(words)))
        assert forged(out.getvalue() + err.getvalue()) == []


@pytest.mark.parametrize("verb", ON_STACKS)
def test_no_name_of_a_stack_or_of_an_env_file_is_a_line(project, aws, verb):
    config = yaml.safe_load(STACK)
    hostile = {
        "stacks/Pulumi.shop.dev.yaml": [
            yaml.safe_dump({"config": {**config["config"], f"longshore:{HOSTILE}": HOSTILE}}),
            yaml.safe_dump({"config": {**config["config"], "longshore:team": HOSTILE}}),
            yaml.safe_dump({"config": {**config["config"], "longshore:services": {HOSTILE: {HOSTILE: HOSTILE}}}}),
        ],
        "compose.yaml": [
            COMPOSE + f"x-a: {yaml.safe_dump(HOSTILE)}",
            yaml.safe_dump(renamed(yaml.safe_load(COMPOSE), ("web", "chat", "admin", "API_TOKEN"))),
        ],
        ".env": [f"A{HOSTILE}=b\n", f'DB_PASSWORD="{HOSTILE}"\n', f"{HOSTILE}"],
    }
    originals = {name: (project.folder / name).read_text() for name in hostile}
    for name, texts in hostile.items():
        for text in texts:
            project.write(name, text)
            answer = project.longshore(*verb.split(), KUBECONFIG="/nonexistent")
            assert forged(answer.out + answer.err) == [], (name, text)
            assert answer.code != 70, answer.err
        project.write(name, originals[name])


def test_no_core_is_left(tmp_path: Path):
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if most == 0:
        pytest.skip("this system leaves none anyway")
    program = (
        "import resource, sys; from longshore.cli.program import started; "
        "sys.argv = ['longshore', '--version']; started();"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)),
    )
    assert done.stdout.splitlines()[-1] == "0"
