"""The command line as it is typed: what is understood, and what is said where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from longshore.cli.flags import Flag, Given, Verb, help_text, parse
from longshore.errors import Refused

if TYPE_CHECKING:
    from longshore.cli.shell import Shell


def nothing(given: Given, shell: Shell) -> int:
    raise AssertionError((given, shell))


VERB = Verb(
    "check",
    "say what is lost",
    nothing,
    (
        Flag("--file", "compose file", short="-f", value="FILE", repeat=True),
        Flag("--output", "how to write", value="FORMAT", choices=("text", "json"), default="text"),
        Flag("--allow-outside", "read more"),
    ),
    "[SERVICE...]",
    most=2,
    examples=("longshore check",),
)


@pytest.mark.parametrize(
    "words",
    [
        ["--file", "a", "--file", "b"],
        ["--file=a", "--file=b"],
        ["-f", "a", "-fb"],
        ["-qf", "a", "-f=b"],
    ],
)
def test_ways_to_give_a_value(words: list[str]) -> None:
    assert parse(VERB, words, {}).texts("--file") == ("a", "b")


def test_operands_stand_anywhere_and_after_a_double_dash_is_no_flag() -> None:
    given = parse(VERB, ["web", "-f", "-", "--", "-x"], {})
    assert given.operands == ("web", "-x")
    assert given.texts("--file") == ("-",)


def test_defaults_environment_command_line() -> None:
    environment = {
        "LONGSHORE_OUTPUT": "json",
        "LONGSHORE_FILE": "a,b",
        "LONGSHORE_ALLOW_OUTSIDE": "yes",
        "LONGSHORE_QUIET": "0",
    }
    assert parse(VERB, [], {}).text("--output") == "text"
    given = parse(VERB, [], environment)
    assert (given.text("--output"), given.texts("--file")) == ("json", ("a", "b"))
    assert given.on("--allow-outside")
    assert not given.on("--quiet")
    assert parse(VERB, ["--output", "text", "-fc"], environment).texts("--file") == ("c",)


@pytest.mark.parametrize(
    ("words", "environment", "message", "hint"),
    [
        (["--flie", "a"], {}, "unknown flag `--flie`", "did you mean `--file`?"),
        (["--zzz"], {}, "unknown flag `--zzz`", "`longshore check --help` lists what it takes"),
        (["-x"], {}, "unknown flag `-x`", "`longshore check --help` lists what it takes"),
        (["-f"], {}, "`-f` needs a value: `-f FILE`", "`longshore check --help` lists what it takes"),
        (["--quiet=1"], {}, "`--quiet` takes no value", "`longshore check --help` lists what it takes"),
        (["--output", "jsn"], {}, "`--output` cannot be `jsn`", "did you mean `json`?; allowed: text, json"),
        ([], {"LONGSHORE_OUTPUT": "xml"}, "LONGSHORE_OUTPUT in the environment cannot be `xml`", "allowed: text, json"),
        ([], {"LONGSHORE_QUIET": "maybe"}, "LONGSHORE_QUIET in the environment cannot be `maybe`", "allowed: 1, 0"),
        (
            ["a", "b", "c"],
            {},
            "expected `longshore check [SERVICE...]`, got 3 words",
            "`longshore check --help` lists what it takes",
        ),
    ],
)
def test_what_is_wrong_and_what_to_write_instead(
    words: list[str], environment: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(Refused) as refused:
        parse(VERB, words, environment)
    assert (refused.value.message, refused.value.help, refused.value.code) == (message, hint, 2)


def test_help() -> None:
    assert (
        help_text(VERB)
        == """\
Say what is lost.

usage: longshore check [flags] [SERVICE...]

flags:
  -f, --file FILE      compose file; repeatable [env: LONGSHORE_FILE]
      --output FORMAT  how to write: text, json (default text) [env: LONGSHORE_OUTPUT]
      --allow-outside  read more [env: LONGSHORE_ALLOW_OUTSIDE]
      --color WHEN     colours: auto, always, never (default auto) [env: LONGSHORE_COLOR]
  -q, --quiet          findings only, no counts [env: LONGSHORE_QUIET]
  -v, --verbose        notes and timings too [env: LONGSHORE_VERBOSE]

examples:
  longshore check

exit codes: `longshore --help`
"""
    )
