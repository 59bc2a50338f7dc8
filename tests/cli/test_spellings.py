"""Every habit of other commands that holds here too, and what the spellings of the version before answer."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from longshore.cli import program, project_input
from longshore.cli.flags import flags_of, parse
from longshore.errors import EXIT_CODES
from tests.cli.screen import longshore
from tests.cli.test_program import verbs

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
NO_JSON = {"completion", "inventory program"}
"""Its product is a program for a shell."""


def checked(folder: Path, *words: str) -> set[str]:
    screen = longshore("check", "-o", "json", *words, folder=folder)
    return {each["location"]["file"] for each in json.loads(screen.out)["findings"] if each["location"]}


def test_a_file_and_a_folder_are_plain_words(estate: Path) -> None:
    shutil.move(estate / "compose.yaml", estate / "docker-compose.yml")
    (estate / "more.yaml").write_text("services: {web: {devices: [/dev/kvm]}}\n")
    (estate / "empty").mkdir()
    above = estate.parent
    assert checked(estate, "docker-compose.yml") == {"docker-compose.yml"}
    assert checked(estate, "docker-compose.yml", "more.yaml", "web") == {"docker-compose.yml", "more.yaml"}
    for words in (["shop"], ["shop/"], ["./shop"], ["-f", "shop"], ["shop/docker-compose.yml"]):
        assert checked(above, *words) == {"shop/docker-compose.yml"}, words
    assert checked(estate, ".") == {"docker-compose.yml"}
    assert "error[not-a-file]" in longshore("check", "empty/", folder=estate).out
    assert "services.web" in longshore("check", "-", folder=estate, stdin=b"services: {web: {imag: a}}").out


def test_a_service_is_a_service_where_a_folder_is_called_so_too(estate: Path) -> None:
    (estate / "web").mkdir()
    shutil.copy(estate / "compose.yaml", estate / "web")
    assert checked(estate, "web") == {"compose.yaml"}
    assert longshore("config", "--services", "web", folder=estate).out == "web\n"
    assert longshore("config", "--services", "web/", folder=estate).out == "api\nweb\n"


def test_words_beat_the_environment_as_flags_do(estate: Path) -> None:
    (estate / "other.yaml").write_text("services: {only: {image: 'a:1'}}\n")
    environment = {"LONGSHORE_FILE": "compose.yaml"}
    assert longshore("config", "--services", "other.yaml", folder=estate, environment=environment).out == "only\n"


@pytest.mark.parametrize(
    "front", [["-q"], ["--color", "never"], ["--color=never", "-v"], ["-qf", "compose.yaml"], ["-o", "json"]]
)
def test_flags_stand_before_the_verb_too(estate: Path, front: list[str]) -> None:
    before, after = (longshore(*words, folder=estate) for words in ([*front, "check"], ["check", *front]))
    assert before.code == after.code == 1
    if "-v" not in front:
        assert before == after


def test_completion_goes_on_after_flags_before_the_verb(estate: Path) -> None:
    assert longshore("completion", "complete", "--", "-q", "chec", folder=estate).out.startswith("check\t")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["check", "-o", "j"], ["json", "junit"]),
        (["check", "--output", "sa"], ["sarif"]),
        (["render", "--output-format", "git"], ["github", "gitlab"]),
        (["render", "-o", ""], ["yaml", "json", "helm", "kustomize"]),
        (["check", "--ignore", "plaintext-"], ["plaintext-secret"]),
        (["check", "--min-severity", "w"], ["warning"]),
    ],
)
def test_completion_knows_the_values(tmp_path: Path, words: list[str], found: list[str]) -> None:
    out = longshore("completion", "complete", "--", *words, folder=tmp_path).out
    assert [line.partition("\t")[0] for line in out.splitlines()] == found


def test_old_spellings_are_understood_and_answered_with_the_new_ones(clean: Path) -> None:
    new = longshore("render", "-o", "json", folder=clean)
    old = longshore("render", "--format", "json", folder=clean)
    assert (old.code, old.out) == (0, new.out)
    assert old.err == "warning: `--format` is `--output` now; the next version knows that name only\n"
    by_variable = longshore("render", folder=clean, environment={"LONGSHORE_FORMAT": "json"})
    assert by_variable.out == new.out
    assert "`LONGSHORE_FORMAT` is `LONGSHORE_OUTPUT` now" in by_variable.err


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (["render", "-o", "out.yaml"], "where to write: `--output-file FILE` or `--output-dir DIR`"),
        (["render", "-o", "out/"], "where to write: `--output-file FILE` or `--output-dir DIR`"),
        (["render", "--output-file", "out/"], "write `--output-dir out/`"),
        (["render", "--output-file", "out"], "write `--output-dir out`"),
        (["config", "-o", "out.yaml"], "where to write: `--output-file FILE`"),
        (["render", "--output", "concise"], "`--output-format concise` is of findings"),
        (["config", "--output", "github"], "`--output-format github` is of findings"),
    ],
)
def test_what_cannot_be_understood_any_more_names_what_can(clean: Path, words: list[str], instead: str) -> None:
    before = sorted(clean.iterdir())
    screen = longshore(*words, folder=clean)
    assert (screen.code, screen.out) == (2, "")
    assert instead in screen.err
    assert sorted(clean.iterdir()) == before


def test_a_variable_of_before_does_not_change_its_meaning_in_silence(clean: Path) -> None:
    screen = longshore("render", folder=clean, environment={"LONGSHORE_OUTPUT": "concise"})
    assert screen.code == 2
    assert "`--output-format concise` is of findings" in screen.err
    assert longshore("check", folder=clean, environment={"LONGSHORE_OUTPUT": "json"}).out.startswith("{")


@pytest.mark.parametrize("name", [name for name in verbs() if name not in NO_JSON])
def test_every_verb_takes_o_json(name: str) -> None:
    verb, _ = verbs()[name]
    given = parse(verb._replace(least=0), ["-o", "json"], {})
    assert "json" in {given.text("--output"), given.text("--output-format")}
    assert parse(verb._replace(least=0), ["--output", "json"], {}) == given


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["render"],
        ["config"],
        *(["config", flag] for flag in ("--services", "--images", "--profiles", "--variables", "--environment")),
        ["config", "--hash", "*"],
        ["explain", "plaintext-secret"],
        ["explain", "services.healthcheck"],
        ["explain", "services.cgroup"],
        ["explain", "deployment/web"],
        ["attributes", "deploy"],
        ["version"],
        ["init", "--name", "shop", "--region", "eu-west-1", "--account", "111122223333"],
    ],
    ids=" ".join,
)
def test_o_json_is_json_and_nothing_else_on_standard_output(clean: Path, words: list[str]) -> None:
    screen = longshore(*words, "-o", "json", folder=clean)
    assert screen.code == 0, screen.err
    json.loads(screen.out)


def test_a_plan_without_a_stack_lists_those_there_are(tmp_path: Path) -> None:
    for verb in (["plan"], ["status"], ["secrets", "ls"]):
        screen = longshore(*verb, folder=ROOT)
        assert screen.code == 2
        assert screen.err.startswith("error: say which stack: `-s STACK`\nhelp: stacks here: ")
        assert "shop.dev" in screen.err
    assert longshore("plan", folder=tmp_path).code == 3


def test_findings_are_chosen_by_code(estate: Path) -> None:
    chosen = longshore("check", "--select", "devices", folder=estate)
    assert (chosen.code, chosen.out.count("error[devices]"), "warning[" in chosen.out) == (1, 1, False)
    assert chosen.out.endswith("\n2 errors; 1 more not selected\n")
    ignored = longshore("check", "--ignore", "devices,plaintext-secret", folder=estate)
    assert (ignored.code, ignored.out.splitlines()[-1]) == (0, "no findings; 3 more not selected")
    rendered = longshore("render", "--ignore", "devices", folder=estate)
    assert rendered.code == 0
    assert list(yaml.safe_load_all(rendered.out))
    typo = longshore("check", "--select", "devcies", folder=estate)
    assert (typo.code, typo.err) == (2, "error: there is no finding `devcies`\nhelp: did you mean `devices`?\n")
    assert longshore("check", "--ignore", "published-port", folder=estate).code == 1


def test_what_keeps_files_from_being_read_cannot_be_ignored(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {imag: a}}\n")
    screen = longshore("check", "--ignore", "unknown-key", folder=tmp_path)
    assert screen.code == 2
    assert "error[unknown-key]" in screen.out


def test_the_least_severity_is_about_what_is_shown(estate: Path) -> None:
    shown = longshore("check", "--min-severity", "error", folder=estate)
    assert (shown.code, "warning[" in shown.out, shown.out.count("error[")) == (1, False, 1)
    assert "2 errors, 1 warning" in shown.out
    only = json.loads(longshore("check", "--min-severity", "error", "-o", "json", folder=estate).out)
    assert {each["severity"] for each in only["findings"]} == {"error"}


def test_statistics_in_every_format_that_has_them(estate: Path) -> None:
    screen = longshore("check", "--statistics", folder=estate)
    assert screen.out.startswith("2  error    devices\n1  warning  plaintext-secret\n\n18 attributes: ")
    document = json.loads(longshore("check", "--statistics", "-o", "json", folder=estate).out)
    assert {"count": 2, "severity": "error", "code": "devices"} in document["statistics"]
    assert longshore("check", "--statistics", "-o", "sarif", folder=estate).code == 2


def test_the_overview_tells_every_exit_code(tmp_path: Path) -> None:
    text = longshore("--help", folder=tmp_path).out
    for code, meaning in EXIT_CODES.items():
        assert f"\n  {code:<5}{meaning}\n" in text
    assert set(program.VERBS) >= {"version", "check"}


def test_long_text_is_wrapped_to_a_terminal_and_left_alone_in_a_pipe(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longshore.cli.shell._columns", lambda _: 70)
    for words in (["attributes"], ["explain", "services.healthcheck"], ["render", "--help"], ["--help"]):
        wrapped, plain = (longshore(*words, folder=clean, terminal=terminal).out for terminal in (True, False))
        long = [line for line in wrapped.splitlines() if len(line) > 70 and " " in line.strip()]
        assert [line for line in long if "longshore " not in line and "http" not in line] == [], words
        assert "".join(wrapped.split()) == "".join(plain.split()), words
    refused = longshore("render", "-o", "out/", folder=clean, terminal=True).err
    assert max(map(len, refused.splitlines())) <= 70
    assert "\nhelp: allowed: yaml, json, helm, kustomize;" in refused


@pytest.mark.parametrize(("words", "terminal", "said"), [([], True, True), (["-q"], True, False), ([], False, False)])
def test_what_lasts_is_told_at_a_terminal(
    clean: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], *, terminal: bool, said: bool
) -> None:
    monkeypatch.setattr("longshore.cli.shell.PATIENCE", 0.0)
    monkeypatch.setattr("longshore.cli.project_input._from_files", slow := Slow(project_input._from_files))
    screen = longshore("check", *words, folder=clean, terminal=terminal)
    assert slow.called
    assert (screen.err == "reading and converting the compose files …\n") == said
    assert said or not screen.err


class Slow:
    """A function that takes its time."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.function, self.called = function, False

    def __call__(self, *given: object) -> object:
        self.called = True
        time.sleep(0.3)
        return self.function(*given)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ["check", "--fail-on", "never"]),
        (0, ["config", "-q"]),
        (0, ["explain", "devices"]),
        (1, ["check"]),
        (1, ["render"]),
        (1, ["check", "--ignore", "devices", "--fail-on", "warning"]),
        (2, ["check", "-f", "missing.yaml"]),
        (2, ["check", "missing/"]),
        (2, ["check", "nobody"]),
        (2, ["check", "--nothing"]),
        (2, ["explain", "nothing-of-the-kind"]),
        (2, ["secrets"]),
        (3, ["plan", "-s", "shop.dev"]),
        (3, ["status", "-s", "shop.dev"]),
        (3, ["secrets", "check", "-s", "shop.dev"]),
    ],
)
def test_exit_codes_mean_one_thing_each(estate: Path, code: int, words: list[str]) -> None:
    """4 is provoked in tests/secrets, 70, 130 and 141 in test_program.py."""
    assert longshore(*words, folder=estate).code == code


@pytest.mark.parametrize("verb", ["check", "render", "config", "init"])
def test_nothing_named_and_nothing_found_is_3(tmp_path: Path, verb: str) -> None:
    words = ["--name", "a", "--region", "eu-west-1"] if verb == "init" else []
    assert longshore(verb, *words, folder=tmp_path).code == 3


def test_a_stack_that_is_named_and_not_there_is_2() -> None:
    assert longshore("check", "-s", "nobody.dev", folder=ROOT).code == 2


def test_the_page_of_the_command_line_has_every_flag_format_and_code() -> None:
    """It is made from the program; this reads it as a user does, so that nothing is left out of the making."""
    text = (ROOT / "docs" / "command-line.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `-")]
    listed: dict[str, set[str]] = {}
    for names, *_, who in rows:
        for each in names.split(", "):
            listed.setdefault(each.strip("`| "), set()).update(who.strip("| ").split(", "))
    for name, (verb, _) in verbs().items():
        for flag in flags_of(verb):
            for spelling in filter(None, (flag.name, flag.short, flag.also)):
                assert not {name, "every verb"}.isdisjoint(listed[spelling]), (name, spelling)
            assert f"`{flag.variable}`" in text
    for format_ in project_input.FORMATS:
        assert f"| `{format_}` | " in text
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in text
