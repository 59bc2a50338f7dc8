"""Findings as JUnit's XML, which nearly every CI service shows as tests: one for a finding, in a suite for its file.

Source: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from longshore.model import path_text
from longshore.report.address import page
from longshore.report.findings import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from longshore.model import Finding
    from longshore.report.findings import Place


def junit(places: Sequence[Place], fails: Callable[[Finding], bool], documentation: str = "") -> str:
    """Write the suites. fails: does a finding make the run fail? It is a failed test then, and a skipped one otherwise.

    Without findings there is one test that passed, since some services take a report without tests for a broken one.
    documentation: where `docs/` is published.
    """
    failed = sum(fails(place.finding) for place in places)
    suites = ET.Element("testsuites", name="longshore", tests=str(len(places) or 1), failures=str(failed), errors="0")
    for file, several in groupby(places, lambda place: place.span.file if place.span else ""):
        _suite(suites, file or "longshore", list(several), fails, documentation)
    if not places:
        suite = ET.SubElement(suites, "testsuite", name="longshore", tests="1", failures="0", errors="0", skipped="0")
        ET.SubElement(suite, "testcase", name="no findings", classname="longshore")
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(
    suites: ET.Element, file: str, places: Sequence[Place], fails: Callable[[Finding], bool], documentation: str
) -> None:
    failed = sum(fails(place.finding) for place in places)
    counts = {"tests": len(places), "failures": failed, "errors": 0, "skipped": len(places) - failed}
    written = {"name": words(file)} | {name: str(count) for name, count in counts.items()}
    suite = ET.SubElement(suites, "testsuite", written)
    for finding, span in places:
        name = " ".join(filter(None, (finding.code, path_text(finding.path))))
        case = ET.SubElement(suite, "testcase", name=words(name), classname=words(file))
        kind = "failure" if fails(finding) else "skipped"
        told = ET.SubElement(case, kind, type=finding.severity.value, message=words(finding.message))
        lines = (str(span or ""), finding.help, page(finding.code, documentation))
        told.text = "\n".join(words(line) for line in lines if line)
