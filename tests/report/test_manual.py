"""The manual is made from the program, and nothing that the program says is missing in it."""

from __future__ import annotations

import re

import pytest

from longshore.cli.manual import claims, known_attributes, manual
from longshore.convert.engine import CLAIMS
from longshore.report.catalogue import by_code, pages
from longshore.report.manual import find_attribute, matrix
from tools.documents import FINDINGS, documents

PAGES = manual()


def test_the_generated_pages_are_up_to_date() -> None:
    written = documents()
    assert set(FINDINGS.glob("*.md")) == {file for file in written if file.parent == FINDINGS}, "run `make docs`"
    assert not [file for file, text in written.items() if file.read_text("utf-8") != text], "run `make docs`"


def test_the_manual_reads_the_same_claims_as_the_engine() -> None:
    assert {".".join(claim.pattern) for claim in CLAIMS} == set(claims(PAGES))


def test_every_attribute_has_a_row_and_every_rule_a_title() -> None:
    rows = {row.path: row for row in matrix(PAGES, known_attributes())}
    for path in known_attributes():
        assert any(path == row or path.startswith(f"{row}.") or row.startswith(f"{path}.") for row in rows), path
    assert all(row.becomes and row.fates for row in rows.values())


def test_every_code_has_a_page_and_the_codes_are_slugs() -> None:
    codes = by_code(PAGES)
    assert len(codes) > 100
    for code, entries in codes.items():
        assert code == code.lower()
        assert " " not in code
        assert all(told.message for _, told in entries)


def test_what_a_module_reports_is_found_in_its_text() -> None:
    (page,) = pages(
        {
            "longshore.convert.attributes.thing": '''
"""`thing` → `that` of the pod.

More.
"""
CODE = "constant-code"

@attribute("services.*.a_thing", "services.*.other")
def thing(value, service):
    yield Approximated(f"`{value}` is not {1 + 1}", "write " + "less")
    yield Unsupported("gone", code="own-code", severity=Severity.ERROR)
    yield Problem(CODE, Severity.INFO, "three of", help="four")
    yield from unless_waived(service, "waived-code", "five six", "seven")
    encode("utf-8", "replace")

NODE = "ask the node"
ROWS = (Row("services.*.lost_one", "gone for ever", NODE, Severity.ERROR), Row("services.*.lost_two", "gone too"))
'''
        }
    )
    assert (page.title, page.patterns[:2]) == (
        "`thing` → `that` of the pod.",
        ("services.*.a_thing", "services.*.other"),
    )
    assert page.lost == {"services.*.lost_one": "gone for ever", "services.*.lost_two": "gone too"}
    told = {(each.code, each.severity, each.fate, each.message, each.help) for each in page.told}
    assert told == {
        ("a-thing", "warning", "approximated", "`…` is not …", "write less"),
        ("other", "warning", "approximated", "`…` is not …", "write less"),
        ("own-code", "error", "unsupported", "gone", ""),
        ("constant-code", "info", "", "three of", "four"),
        ("waived-code", "error", "", "five six", "seven"),
        ("lost-one", "error", "unsupported", "gone for ever", "ask the node"),
        ("lost-two", "warning", "unsupported", "gone too", ""),
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a", ["services.*.a"]),
        ("services.a", ["services.*.a"]),
        ("services.web.a.b[0].c", ["services.*.a"]),
        ("deploy", ["services.*.deploy.x", "services.*.deploy.y"]),
        ("services.web.deploy.x.z", ["services.*.deploy.x"]),
        ("volumes", ["volumes.*"]),
        ("volumes.data.driver", ["volumes.*"]),
        ("services", []),
        ("nothing", []),
    ],
)
def test_what_is_meant_by_a_path(words: str, found: list[str]) -> None:
    (page,) = pages({"m": ""})
    known = dict.fromkeys(["services.*.a", "services.*.deploy.x", "services.*.deploy.y", "volumes.*"], page)
    assert find_attribute(words, known) == found


NAMES = ("Docker", "Kubernetes", "Swarm", "Traefik", "Caddy", "YAML")


def test_all_help_is_written_in_one_way() -> None:
    """What to do, as after "help: ": from a small letter, parts joined by `;`, no full stop."""
    helps = {told.help for entries in by_code(PAGES).values() for _, told in entries}
    wrong = [
        text
        for text in helps
        if (text[:1].isupper() and not text.startswith(NAMES))
        or text.endswith(".")
        or re.search(r"[a-z`)]\. [A-Z]", text)
    ]
    assert len(helps) > 100
    assert not wrong, "\n".join(sorted(wrong))
