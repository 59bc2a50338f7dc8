"""What we answer to scanners: the findings that stay, each with its reason, and the page of docs/ that says so."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.scanners.scan import Finding

_FILE: Final = Path(__file__).with_name("waivers.yaml")
_INTRODUCTION: Final = """\
# What scanners find

Two scanners judge every stack of the tests, `platform.dev` and `shop.dev`: checkov, by its rules for AWS and for
Kubernetes, and Trivy, by its rules for AWS. `make scan` does it, as every run of CI does. A finding is mended, or it
stands here with the reason why it stays; a reason that nothing needs any more fails, too. They see what `longshore
plan` sees, in Terraform's words, and so what a deployment would make: with your own settings, less or more may be
found. They see nothing of what AWS and charts of Helm make beside it. Each section ends with the rules, and the
resources at which they find it.
"""


class Waiver(NamedTuple):
    """Findings that stay. about: what they are of. resources: patterns, as of a shell, of what they are found at."""

    about: str
    rules: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str


def read_waivers() -> list[Waiver]:
    """Read `waivers.yaml`.

    Raises:
        TypeError: an entry lacks one of the fields, or has another.
    """
    entries = yaml.safe_load(_FILE.read_text("utf-8"))
    return [Waiver(**{**one, "rules": tuple(one["rules"]), "resources": tuple(one["resources"])}) for one in entries]


def unwaived(findings: Iterable[Finding], waivers: Iterable[Waiver]) -> list[Finding]:
    """List the findings that nothing waives."""
    listed = list(waivers)
    return [found for found in findings if not any(_covers(rule, name, found) for rule, name in _pairs(listed))]


def unneeded(findings: Iterable[Finding], waivers: Iterable[Waiver]) -> list[tuple[str, str]]:
    """List what waives nothing: each a rule and a pattern."""
    listed = list(findings)
    return [(rule, name) for rule, name in _pairs(waivers) if not any(_covers(rule, name, found) for found in listed)]


def waivers_markdown(waivers: Iterable[Waiver]) -> str:
    """Write the page: a section for each waiver."""
    sections = (
        f"## {one.about}\n\n{one.reason.strip()}\n\n{', '.join(one.rules)}, at {_quoted(one.resources)}\n"
        for one in waivers
    )
    return "\n".join((_INTRODUCTION, *sections))


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _pairs(waivers: Iterable[Waiver]) -> list[tuple[str, str]]:
    return [(rule, name) for one in waivers for rule in one.rules for name in one.resources]


def _covers(rule: str, pattern: str, found: Finding) -> bool:
    return rule == found.rule and fnmatchcase(found.resource, pattern)
