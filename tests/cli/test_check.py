"""`longshore check`, as the user sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from longshore.cli.project_input import FORMATS
from tests.cli.screen import longshore

if TYPE_CHECKING:
    from pathlib import Path


def test_findings_with_their_lines_and_no_secret(estate: Path) -> None:
    screen = longshore("check", folder=estate)
    assert (screen.code, screen.err) == (1, "")
    assert (
        screen.out
        == """\
warning[plaintext-secret]: `DB_PASSWORD` stands in the compose file as plain text (K1: the name says
    so); it is read from the secret store
 --> compose.yaml:7:7
  |
6 |     environment:
7 |       DB_PASSWORD: ***
  |       ^^^^^^^^^^^ services.web.environment.DB_PASSWORD
  |
help: move the value to a variable, `DB_PASSWORD: ${DB_PASSWORD}`, and push it with `longshore
      secrets push`; if it is no secret, say so with a reason: `x-longshore: {plain: {DB_PASSWORD:
      …}}` on the service
page: longshore explain plaintext-secret

error[devices]: a pod cannot have the device `/dev/snd` of its node
 --> compose.yaml:9:15
  |
8 |       API_URL: http://api:3000
9 |     devices: [/dev/snd]
  |               ^^^^^^^^ services.web.devices[0]
  |
  = and 1 more place: compose.yaml:16
help: a GPU is asked for by `gpus`; for others install a device plugin and ask for its resource in a
      patch; if the program runs without, `x-longshore: {allow: [devices]}`
page: longshore explain devices

18 attributes: 11 translated, 1 local-only, 6 unsupported
2 errors, 1 warning
"""
    )


def test_a_page_has_an_address_where_the_documentation_has_one(estate: Path) -> None:
    screen = longshore("check", folder=estate, environment={"LONGSHORE_DOCUMENTATION": "https://git.example.com/docs/"})
    assert "\npage: https://git.example.com/docs/findings/devices.md\n" in screen.out
    assert "longshore explain" not in screen.out


def test_services_that_profiles_leave_out_are_counted(estate: Path) -> None:
    left = "x: {image: 'b:1', profiles: [debug, jobs]}, y: {image: 'c:1', profiles: [jobs]}"
    text = f"services: {{app: {{image: 'a:1'}}, {left}}}"
    (estate / "compose.yaml").write_text(text)
    assert "\n2 services left out: profiles debug, jobs\n" in longshore("check", folder=estate).out
    assert "\n1 service left out: profile jobs\n" in longshore("check", "--profile", "debug", folder=estate).out
    for arguments in (("--profile", "*"), ("app",), ("-q",)):
        assert "left out" not in longshore("check", *arguments, folder=estate).out
    assert longshore("check", "-v", folder=estate).out.count("left out") == 1


def test_concise_and_quiet(estate: Path) -> None:
    screen = longshore("check", "--output", "concise", "-q", folder=estate)
    assert [line.partition(" ")[0] for line in screen.out.splitlines()] == [
        "compose.yaml:7:7:",
        "compose.yaml:9:15:",
        "compose.yaml:16:15:",
    ]


def test_github_actions_get_annotations_by_themselves(estate: Path) -> None:
    actions = {"GITHUB_ACTIONS": "true"}
    screen = longshore("check", folder=estate, environment=actions)
    assert screen.out.startswith("::warning file=compose.yaml,line=7,col=7,")
    assert "\n::error file=compose.yaml,line=9,col=15," in screen.out
    assert longshore("check", "--output", "concise", folder=estate, environment=actions).out.startswith(
        "compose.yaml:7:7"
    )


def test_json_has_all_places(estate: Path) -> None:
    document = json.loads(longshore("check", "--output", "json", folder=estate).out)
    assert [found["location"]["line"] for found in document["findings"] if found["code"] == "devices"] == [9, 16]
    assert document["attributes"]["total"] == 18


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("never", 0)])
def test_what_makes_it_fail(estate: Path, fail_on: str, code: int) -> None:
    assert longshore("check", "--fail-on", fail_on, folder=estate).code == code


def test_nothing_to_report(clean: Path) -> None:
    screen = longshore("check", folder=clean)
    assert screen.code == 0
    assert screen.out == "12 attributes: 11 translated, 1 local-only\nno findings\n"


def test_colours_only_on_a_terminal_and_as_asked(estate: Path) -> None:
    assert "\033[" not in longshore("check", folder=estate).out
    assert "\033[" in longshore("check", folder=estate, terminal=True).out
    assert "\033[" not in longshore("check", folder=estate, terminal=True, environment={"NO_COLOR": "1"}).out
    assert "\033[" in longshore("check", folder=estate, environment={"FORCE_COLOR": "1"}).out
    assert "\033[" not in longshore("check", folder=estate, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
    assert "\033[" in longshore("check", "--color", "always", folder=estate, environment={"NO_COLOR": "1"}).out
    assert "\033[" not in longshore("check", "--color", "never", folder=estate, terminal=True).out


def test_verbose_shows_notes_and_timings(estate: Path) -> None:
    text = (
        (estate / "compose.yaml").read_text().replace("    devices: [/dev/snd]\n", "    logging: {driver: json-file}\n")
    )
    (estate / "compose.yaml").write_text(text.replace('expose: ["3000"]', 'ports: ["127.0.0.1:3000:3000"]'))
    hidden = longshore("check", folder=estate).out
    assert "info[" not in hidden
    assert "note (-v shows them)" in hidden
    shown = longshore("check", "-v", folder=estate).out
    assert "info[published-port]" in shown
    assert "read " in shown.splitlines()[-1]
    assert " ms, convert " in shown.splitlines()[-1]


@pytest.mark.parametrize("words", [[], ["-v"], ["--statistics"], *(["--output-format", each] for each in FORMATS)])
@pytest.mark.parametrize("verb", ["check", "render"])
def test_the_canary_never_sings(estate: Path, verb: str, words: list[str]) -> None:
    screen = longshore(verb, "--fail-on", "never", *words, folder=estate)
    assert "CANARY" not in screen.out + screen.err


BAD = {
    "missing": (["-f", "nope.yaml"], None, "no-compose-file"),
    "a directory": (["-f", "."], None, "not-a-file"),
    "a list at the top": ([], "- a\n", "not-a-mapping"),
    "an unknown key": ([], "services: {web: {image: a, imag: b}}\n", "unknown-key"),
    "a bad port": ([], "services: {web: {image: a, ports: ['99999:80']}}\n", "invalid-port"),
    "an undefined volume": ([], "services: {web: {image: a, volumes: ['data:/data']}}\n", "undefined-volume"),
    "no YAML": ([], "a: [\n", "yaml-syntax"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_finding_and_exit_2(case: str, tmp_path: Path) -> None:
    words, text, code = BAD[case]
    if text is not None:
        (tmp_path / "compose.yaml").write_text(text)
    screen = longshore("check", *words, folder=tmp_path)
    assert screen.code == 2
    assert screen.out.startswith(f"error[{code}]: ")
    assert screen.out.endswith("\n1 error\n")
    assert "\nhelp: " in screen.out
    if text is not None:
        assert " --> compose.yaml:" in screen.out


def test_a_file_that_is_not_there_is_told_what_is(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text("")
    assert '\nhelp: there are "two.yaml"\n' in longshore("check", "-f", "gone.yaml", folder=tmp_path).out
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")  # the settings of a tool
    assert "pre-commit" not in longshore("check", "-f", "gone.yaml", folder=tmp_path).out
    assert "\nhelp: did you mean `two.yaml`?\n" in longshore("check", "-f", "tow.yaml", folder=tmp_path).out
    assert '\nhelp: there is no directory "no" either\n' in longshore("check", "-f", "no/x", folder=tmp_path).out


def test_an_empty_document_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("---\n---\n")
    assert "but this is empty\n" in longshore("check", folder=tmp_path).out


def test_no_compose_file_at_all(tmp_path: Path) -> None:
    screen = longshore("check", folder=tmp_path)
    assert screen.code == 3
    assert screen.out.startswith("error[no-compose-file]: ")


def test_standard_input(tmp_path: Path) -> None:
    screen = longshore("check", "-f", "-", folder=tmp_path, stdin=b"services: {web: {imag: a}}\n")
    assert screen.code == 2
    assert " --> <stdin>:1:" in screen.out


def test_a_stack_and_files_exclude_each_other(tmp_path: Path) -> None:
    screen = longshore("check", "-s", "shop.dev", "-f", "compose.yaml", folder=tmp_path)
    assert (screen.code, screen.out) == (2, "")
    assert screen.err.startswith("error: `--file` and `--stack` exclude each other\n")
