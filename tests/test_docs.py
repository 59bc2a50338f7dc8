"""What the documentation quotes is what the program prints."""

import re

import pytest

from longshore.cli.cluster.causes.cause import RUNBOOKS
from tools.quoted import ROOT, pages, renewed


def name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", list(pages()), ids=name)
def test_quoted_output_is_true(page):
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text, "run `make docs`"


@pytest.mark.parametrize("page", list(pages()), ids=name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page}: {target} is not there"


@pytest.mark.parametrize("page", list(pages()), ids=name)
def test_no_table_has_a_row_twice(page):
    text = page.read_text(encoding="utf-8")
    for table in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        lines = table.splitlines()
        assert len(set(lines)) == len(lines), [line for line in lines if lines.count(line) > 1]


def test_every_page_is_in_the_readme_or_reached_from_it():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        found = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / target).resolve() for target in found]
    assert set((ROOT / "docs").rglob("*.md")) <= reached


def test_every_cause_of_status_has_a_runbook_and_every_runbook_is_its_own_heading():
    text = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
    headings = re.findall("^## (.+)$", text, re.MULTILINE)
    anchors = [heading.lower().replace(" ", "-") for heading in headings]
    assert len(set(anchors)) == len(anchors)
    assert set(RUNBOOKS.values()) <= set(anchors)
    asked_for = {"rollback", "cluster-upgrade", "restore", "destroy", "disk-full", "out-of-memory", "not-ready"}
    assert asked_for | {"secret-not-synced"} <= set(anchors)
