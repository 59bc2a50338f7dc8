"""Findings as CI services take them, measured by schemas and validators that are not ours."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import xmlschema

from longshore.model import Finding, Severity, Span
from longshore.report.address import fingerprints, page, uri
from longshore.report.findings import Count, located, nowhere, statistics
from longshore.report.github import workflow_commands
from longshore.report.gitlab import code_quality
from longshore.report.json_text import findings_json
from longshore.report.junit import junit
from longshore.report.sarif import sarif
from longshore.report.style import PLAIN
from longshore.report.text import blocks
from tests.report.estate import FINDINGS

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(__file__).with_name("schemas")
ODD = (
    Finding("odd", Severity.ERROR, 'a "b" <c> & ]]> \x00\x1b[2J\u202e☃ `d\ne`', "f & <g>", ("services", "a<b>&", 0)),
    Finding("odd", Severity.WARNING, "of a file", span=Span("a b/c#d%ü.yaml", 1, 1, 0)),
    Finding("odd", Severity.INFO, "of an absolute one", span=Span("/srv/x.yaml", 7, 3, 2)),
    Finding("odd", Severity.INFO, "of what is piped", span=Span("<stdin>", 7, 3, 2)),
)
ESTATES = {"none": (), "some": FINDINGS, "odd": ODD, "all": (*FINDINGS, *ODD)}
PLACES = located(FINDINGS, nowhere)
DOCS = "https://git.example.com/longshore/docs"


def is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def validator(name: str) -> jsonschema_rs.Validator:
    # One pattern of SARIF's, for languages, has a bracket too much, which is a regular expression for JavaScript only.
    text = (SCHEMAS / name).read_text().replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


@pytest.mark.parametrize("estate", ESTATES)
def test_sarif_keeps_to_its_schema(estate: str) -> None:
    for documentation in ("", DOCS):
        text = sarif(located(ESTATES[estate], nowhere), "1.2.3", documentation)
        validator("sarif-2.1.0.json").validate(json.loads(text))


def test_the_schema_of_sarif_refuses_what_is_wrong() -> None:
    document = json.loads(sarif(PLACES, "1.2.3"))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator("sarif-2.1.0.json").is_valid(document)


def test_sarif_says_what_code_scanning_needs() -> None:
    (run,) = json.loads(sarif(PLACES, "1.2.3", DOCS))["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("longshore", "1.2.3")
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert set(rules) == {"restart", "plaintext-secret", "names"}
    assert all({"shortDescription", "fullDescription", "help", "helpUri"} <= rule.keys() for rule in rules.values())
    secret = next(result for result in run["results"] if result["ruleId"] == "plaintext-secret")
    assert secret["level"] == "error"
    assert driver["rules"][secret["ruleIndex"]]["id"] == "plaintext-secret"
    assert secret["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "compose.yaml"},
                "region": {"startLine": 6, "startColumn": 20, "endColumn": 34},
            },
            "logicalLocations": [{"fullyQualifiedName": "services.web.environment.DB_PASSWORD"}],
        }
    ]
    assert [each["message"]["text"] for each in secret["relatedLocations"]] == ["included from"] * 2


@pytest.mark.parametrize("estate", ESTATES)
def test_gitlab_has_every_field_that_it_names(estate: str) -> None:
    places = [place for place in located(ESTATES[estate], nowhere) if not (place.span and place.span.file[0] == "/")]
    found = json.loads(code_quality(places, "compose.yaml"))
    validator("gitlab-code-quality.json").validate(found)
    assert len(found) == len(places)
    assert len({each["fingerprint"] for each in found}) == len(found)


def test_gitlab_shows_severities_and_lines() -> None:
    found = json.loads(code_quality(PLACES, "stack.yaml"))
    assert [(each["check_name"], each["severity"], each["location"]) for each in found] == [
        ("restart", "minor", {"path": "compose.yaml", "lines": {"begin": 4}}),
        ("plaintext-secret", "critical", {"path": "compose.yaml", "lines": {"begin": 6}}),
        ("restart", "minor", {"path": "compose.yaml", "lines": {"begin": 8}}),
        ("names", "info", {"path": "stack.yaml", "lines": {"begin": 1}}),
    ]


@pytest.mark.parametrize("estate", ESTATES)
def test_junit_keeps_to_its_schema(estate: str) -> None:
    places = located(ESTATES[estate], nowhere)
    schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")
    text = junit(places, is_error)
    schema.validate(text)
    root = schema.decode(text)
    assert int(root["@tests"]) == max(len(places), 1)
    assert int(root["@failures"]) == sum(is_error(place.finding) for place in places)
    assert sum(len(suite["testcase"]) for suite in root["testsuite"]) == int(root["@tests"])


def test_the_schema_of_junit_refuses_what_is_wrong() -> None:
    schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")
    assert not schema.is_valid(junit(PLACES, is_error).replace("testcase", "test"))


def test_junit_fails_where_the_run_fails() -> None:
    assert junit(PLACES, is_error).count("<failure ") == 1
    assert junit(PLACES, lambda finding: finding.severity is not Severity.INFO).count("<failure ") == 3
    assert 'name="no findings"' in junit([], is_error)


def test_fingerprints_stay_while_lines_move_and_no_two_are_equal() -> None:
    moved = [finding._replace(span=finding.span and finding.span._replace(line=99)) for finding in FINDINGS]
    assert set(fingerprints(PLACES)) == set(fingerprints(located(moved, nowhere)))
    assert len(set(fingerprints(PLACES * 2))) == 2 * len(PLACES)


def test_names_of_files_become_references() -> None:
    assert uri("a b/c#d%ü.yaml") == "a%20b/c%23d%25%C3%BC.yaml"
    assert uri("/srv/x.yaml") == "file:///srv/x.yaml"
    assert uri("<stdin>") == "%3Cstdin%3E"


def test_every_code_has_the_page_that_its_findings_name() -> None:
    pages = sorted((ROOT / "docs" / "findings").glob("*.md"))
    assert len(pages) > 100
    for each in pages:
        assert page(each.stem, f"{DOCS}/") == f"{DOCS}/findings/{each.name}"


def test_a_page_has_an_address_only_where_somebody_publishes_it() -> None:
    address = f"{DOCS}/findings/restart.md"
    rules = [json.loads(sarif(PLACES, "1.2.3", where))["runs"][0]["tool"]["driver"]["rules"][0] for where in (DOCS, "")]
    assert [rule.get("helpUri") for rule in rules] == [address, None]
    found = [json.loads(findings_json(PLACES, {}, None, where))["findings"][0]["page"] for where in (DOCS, "")]
    assert found == [address, None]
    for written in (
        workflow_commands(PLACES, DOCS),
        code_quality(PLACES, "compose.yaml", DOCS),
        junit(PLACES, is_error, DOCS),
        blocks(PLACES, {}, PLAIN, documentation=DOCS),
    ):
        assert address in written
        assert "longshore explain" not in written


def test_statistics_count_by_code() -> None:
    assert statistics([place.finding for place in PLACES]) == [
        Count(2, Severity.WARNING, "restart"),
        Count(1, Severity.ERROR, "plaintext-secret"),
        Count(1, Severity.INFO, "names"),
    ]
