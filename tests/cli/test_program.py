"""`longshore` itself: verbs, exit codes, and what is said when the fault is ours."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from longshore.cli import program
from longshore.cli.flags import Verb, help_text, parse
from tests.cli.screen import longshore

SCREEN_LINES = 42
PROGRAM = Path(sys.executable).with_name("longshore")


def verbs() -> dict[str, tuple[Verb, str]]:
    """Every verb, those of groups too, by what is typed: (the verb, its line in the overview)."""
    found = {}
    for name, (_, summary) in program.VERBS.items():
        verb, _ = program.find([name])
        if isinstance(verb, Verb):
            found[name] = verb, summary
        for word, (_, line) in program.second_words(import_module(program.VERBS[name][0])).items():
            inner, _ = program.find([name, word])
            assert isinstance(inner, Verb)
            found[f"{name} {word}"] = inner, line
    return found


def commands(example: str) -> list[list[str]]:
    """The words of each `longshore` in an example, which a comment may follow after two spaces."""
    text = re.split(r"  +", example)[0]
    return [shlex.split(words) for words in re.findall(r"longshore ([^|)>]*)", text)]


def test_no_verb_shows_the_verbs_and_is_an_error(tmp_path: Path) -> None:
    screen = longshore(folder=tmp_path)
    assert screen.code == 2
    assert screen.out == ""
    assert screen.err == longshore("--help", folder=tmp_path).out
    assert longshore("--help", folder=tmp_path).code == 0


@pytest.mark.parametrize("name", verbs())
def test_help_of_every_verb_fits_a_screen_and_has_examples_that_parse(name: str) -> None:
    verb, line = verbs()[name]
    assert len(help_text(verb).splitlines()) <= SCREEN_LINES
    assert verb.name == name
    assert verb.summary == line
    assert 1 <= len(verb.examples) <= 4
    for example in verb.examples:
        (words,) = commands(example)
        found, rest = program.find(words)
        assert found == verb
        parse(verb, rest, {})


@pytest.mark.parametrize("name", verbs())
def test_every_flag_says_its_variable(name: str) -> None:
    verb, _ = verbs()[name]
    text = " ".join(help_text(verb).split())
    for flag in verb.flags:
        assert f"[env: {flag.variable}]" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chekc"], "error: unknown verb `longshore chekc`\nhelp: did you mean `check`?\n"),
        (["zzz"], "error: unknown verb `longshore zzz`\nhelp: `longshore --help` lists what there is\n"),
        (
            ["--annotate", "render"],
            "error: `--annotate` is no flag that stands before a verb\nhelp: write it after: `longshore VERB FLAG`\n",
        ),
        (["check", "--ouput"], "error: unknown flag `--ouput`\nhelp: did you mean `--output`?\n"),
    ],
)
def test_a_wrong_word(words: list[str], message: str, tmp_path: Path) -> None:
    screen = longshore(*words, folder=tmp_path)
    assert (screen.code, screen.out, screen.err) == (2, "", message)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb that fails with a value in its exception."""

    def run(*_: object) -> int:
        secret = "hunter2-CANARY"
        return {}[secret]  # type: ignore[index]

    module = ModuleType("broken")
    module.VERB = Verb("broken", "fail", run, operands="[WORD...]", most=-1)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "broken", module)
    monkeypatch.setattr(program, "VERBS", {"broken": ("broken", "fail")})


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("debug", ["", "1"])
def test_a_bug_of_ours_gives_a_command_to_copy_and_no_value(debug: str, tmp_path: Path) -> None:
    screen = longshore("broken", "a b", folder=tmp_path, environment={"LONGSHORE_DEBUG": debug})
    assert screen.code == 70
    assert screen.out == ""
    assert "error: this is a bug in longshore, not in your files: KeyError in " in screen.err
    assert "longshore broken 'a b'\n" in screen.err
    assert "CANARY" not in screen.err
    assert ("test_program.py" in screen.err.partition("\n")[2]) == bool(debug)


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    text = "services:\n" + "".join(f"  s{number}: {{image: nginx}}\n" for number in range(500))
    (tmp_path / "compose.yaml").write_text(text)
    command = f"set -o pipefail; {PROGRAM} render | head -n 1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "---\n"
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert done.returncode == 141


def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "check", "-f", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A job in the background of a shell ignores interrupts, and hands that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_the_version(tmp_path: Path) -> None:
    assert longshore("--version", folder=tmp_path).out.startswith("longshore 0.")
