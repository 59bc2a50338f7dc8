"""Findings in every format, as a user sees them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from longshore.model import Fate, Finding, Severity, Span
from longshore.model import Path as ModelPath
from longshore.report.excerpt import sources_of
from longshore.report.findings import Place, fates_line, findings_line, groups, located, nowhere, once
from longshore.report.github import workflow_commands
from longshore.report.json_text import findings_json
from longshore.report.style import Style
from longshore.report.text import blocks, concise
from tests.report.estate import FINDINGS, SOURCES

SCHEMA = Path(__file__).parents[2] / "docs" / "findings.schema.json"
PLACES = located(FINDINGS, nowhere)
FATES: dict[ModelPath, Fate] = {(str(n),): Fate.TRANSLATED for n in range(20)} | {
    ("a",): Fate.APPROXIMATED,
    ("b",): Fate.APPROXIMATED,
    ("c",): Fate.APPROXIMATED,
    ("d",): Fate.UNSUPPORTED,
}


def test_text() -> None:
    assert (
        blocks(PLACES, sources_of(SOURCES), Style(width=90))
        == """\
warning[restart]: Kubernetes counts restarts per pod, not per container, so that three of
                  them may take longer than they did
 --> compose.yaml:4:5
  |
3 |     image: nginx
4 |     restart: on-failure:3
  |     ^^^^^^^ services.web.restart
  |
  = and 1 more place: compose.yaml:8
help: write `x-longshore: {allow: [restart]}` if that is as good
page: longshore explain restart

error[plaintext-secret]: a secret stands here as text; ${DB_PASSWORD} does not
 --> compose.yaml:6:20
  |
5 |     environment:
6 |       DB_PASSWORD: ***
  |                    ^^^ services.web.environment.DB_PASSWORD
  |
  = included from main.yaml:3:5
  = included from top.yaml:1:1
page: longshore explain plaintext-secret

info[names]: the team has no name
help: set `team` in the stack file
page: longshore explain names

"""
    )


def test_text_on_a_narrow_terminal() -> None:
    text = blocks(PLACES, sources_of(SOURCES), Style(width=40))
    lines = [line for line in text.splitlines() if not line.startswith("page: ")]  # an address is of one piece
    assert max(map(len, lines)) <= 40


def test_colours_change_nothing_but_colours() -> None:
    coloured = blocks(PLACES, sources_of(SOURCES), Style(coloured=True))
    assert "\033[31;1merror[plaintext-secret]" in coloured
    plain = coloured
    for code in ("0", "1", "34", "31;1", "33;1", "36;1"):
        plain = plain.replace(f"\033[{code}m", "")
    assert plain == blocks(PLACES, sources_of(SOURCES), Style())


def test_concise() -> None:
    assert (
        concise(PLACES)
        == """\
compose.yaml:4:5: warning[restart] services.web.restart: Kubernetes counts restarts per pod, not per container, so that three of them may take longer than they did
compose.yaml:6:20: error[plaintext-secret] services.web.environment.DB_PASSWORD: a secret stands here as text; ${DB_PASSWORD} does not
compose.yaml:8:5: warning[restart] services.api.restart: Kubernetes counts restarts per pod, not per container, so that three of them may take longer than they did
info[names] the team has no name
"""  # noqa: E501  the screen as it is
    )


def test_github() -> None:
    odd = Finding("x", Severity.INFO, "100% of `a\nb`", "b", span=Span("a,b:c.yaml", 2, 3, 4))
    assert (
        workflow_commands(located([odd, FINDINGS[0]], nowhere))
        == """\
::notice file=a%2Cb%3Ac.yaml,line=2,col=3,endColumn=7,title=longshore%3A x::100%25 of `a�b`%0Ahelp: b%0Alongshore explain x
::notice title=longshore%3A names::the team has no name%0Ahelp: set `team` in the stack file%0Alongshore explain names
"""  # noqa: E501  one command a line
    )


def test_json_has_everything_and_keeps_to_its_schema() -> None:
    text = findings_json(PLACES, FATES)
    document = json.loads(text)
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(document)
    assert [finding["code"] for finding in document["findings"]] == ["restart", "plaintext-secret", "restart", "names"]
    assert document["findings"][1] == {
        "code": "plaintext-secret",
        "page": None,
        "severity": "error",
        "message": "a secret stands here as text; ${DB_PASSWORD} does not",
        "help": None,
        "path": "services.web.environment.DB_PASSWORD",
        "fate": None,
        "location": {"file": "compose.yaml", "line": 6, "column": 20, "length": 14},
        "related": [
            {"role": "included from", "file": "main.yaml", "line": 3, "column": 5, "length": 1},
            {"role": "included from", "file": "top.yaml", "line": 1, "column": 1, "length": 1},
        ],
    }
    assert document["attributes"] == {
        "total": 24,
        "translated": 20,
        "approximated": 3,
        "local-only": 0,
        "unsupported": 1,
    }


def test_counts() -> None:
    assert fates_line(FATES) == "24 attributes: 20 translated, 3 approximated, 1 unsupported"
    assert fates_line({}) == "0 attributes"
    assert findings_line(FINDINGS, hidden=True) == "1 error, 2 warnings, 1 note (-v shows them)"
    assert findings_line(FINDINGS, hidden=False) == "1 error, 2 warnings, 1 note"
    assert findings_line([], hidden=True) == "no findings"


def test_one_line_of_a_file_counts_once_however_many_services_inherit_it():
    def place(service, line, message="`{}` gets nothing"):
        finding = Finding("code", Severity.ERROR, message.format(service), path=("services", service))
        return Place(finding, Span("compose.yaml", line, 1) if line else None)

    inherited = [place(service, 3) for service in ("a", "b", "c")]
    assert findings_line(once(inherited), hidden=False) == "1 error"
    assert findings_line(once([*inherited, place("a", 4)]), hidden=False) == "2 errors"
    assert findings_line(once([*inherited, place("a", 3, "something else")]), hidden=False) == "2 errors"
    assert findings_line(once([place("a", 0), place("b", 0)]), hidden=False) == "2 errors"


def test_findings_are_put_together_only_where_the_same_is_to_be_done():
    def place(service, advice, *, code="label-reader"):
        finding = Finding(code, Severity.WARNING, "4 labels of `x`", advice, ("services", service, "labels"))
        return Place(finding, None)

    def together(*places, strict=False):
        return [[place.finding.path[1] for place in group.places] for group in groups(places, strict=strict)]

    def setting(service, more="port: 80"):
        return f"write `services: {{{service}: {{{more}}}}}`"

    assert together(place("a", setting("a")), place("b_c", setting("b-c"))) == [["a", "b_c"]]
    assert together(place("a", setting("a")), place("b", setting("b", "port: 81"))) == [["a", "b"]]
    mixed = place("a", setting("a")), place("b", setting("b", "host: b.example.com")), place("c", setting("c"))
    assert together(*mixed) == [["a", "c"], ["b"]]
    assert together(place("a", "write `netbox:1`, a name"), place("netbox", "write `netbox:1`, a name")) == [
        ["a", "netbox"]
    ]
    both = place("a", setting("a")), place("x", "", code="other"), place("b", setting("b", "host: b.example.com"))
    assert together(*both) == [["a"], ["x"], ["b"]]


@pytest.mark.parametrize(
    ("line", "column", "length", "shown"),
    [
        ("a: ☃☃ wide 世界 end", 15, 3, ["1 | a: ☃☃ wide 世界 end", f"  | {' ' * 16}^^^"]),
        ("a: " + "x" * 100 + " here", 105, 4, [f"1 | …{'x' * 24} here", f"  | {' ' * 26}^^^^"]),
        ("a: here " + "x" * 100, 4, 4, ["1 | a: here xxxxxxxxxxxxxxxxxxxxx…", "  |    ^^^^"]),
        ("\ta: b", 5, 1, ["1 |  a: b", "  |     ^"]),
        ("a", 30, 2, ["1 | a", "  |  ^"]),
    ],
)
def test_the_caret_stands_below_its_place(line: str, column: int, length: int, shown: list[str]) -> None:
    finding = Finding("x", Severity.ERROR, "m", span=Span("f.yaml", 1, column, length))
    text = blocks(located([finding], nowhere), sources_of({"f.yaml": line}), Style(width=34))
    assert text.splitlines()[3:5] == shown


def tags(*names: str) -> list[Finding]:
    return [
        Finding(
            "mutable-tag",
            Severity.WARNING,
            f"`{name}` names another image whenever a new one is pushed",
            path=("services", name, "image"),
            span=Span("compose.yaml", line, 5, 5),
        )
        for line, name in enumerate(names, 10)
    ]


def test_warnings_that_differ_in_what_they_quote_are_one_until_all_are_asked_for() -> None:
    places = located(tags("web", "api", "db", "queue", "cache"), nowhere)
    assert (
        blocks(places, {}, Style())
        == """\
warning[mutable-tag]: `web` names another image whenever a new one is pushed
  --> compose.yaml:10:5
   = and 4 more places: compose.yaml:11, compose.yaml:12, compose.yaml:13, …
page: longshore explain mutable-tag

"""
    )
    ports = [
        each._replace(code="port", message=f"port {number} of `a`") for number, each in enumerate(tags("web", "api"))
    ]
    assert blocks(located(ports, nowhere), {}, Style()).count("warning[port]") == 1
    assert blocks(located(ports, nowhere), {}, Style(), strict=True).count("warning[port]") == 2


def test_errors_are_put_together_only_where_they_say_the_same() -> None:
    errors = [
        each._replace(severity=Severity.ERROR, message=f"`{each.path[1]}` has no `x`") for each in tags("web", "api")
    ]
    assert blocks(located(errors, nowhere), {}, Style()).count("error[") == 1
    errors = [each._replace(message=f"no `{number}`") for number, each in enumerate(errors)]
    assert blocks(located(errors, nowhere), {}, Style()).count("error[") == 2


def test_one_line_that_an_anchor_brought_to_many_is_told_by_their_names() -> None:
    findings = [each._replace(span=Span("compose.yaml", 3, 3, 1)) for each in tags("web", "api", "db")]
    text = blocks(located(findings, nowhere), {}, Style())
    assert "  = and 2 more places: services.db, services.web\n" in text
