"""The manual, made from the converter itself: a page for a code, a page for an attribute, the matrix of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.report.catalogue import TRANSLATED, Page, Told
from longshore.report.table import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNCLAIMED = "unsupported"
RULES = "longshore.convert.attributes."


class Row(NamedTuple):
    """One attribute of the matrix. fates: what may become of it, `translated` first. module: the rule's, or empty."""

    path: str
    fates: tuple[str, ...]
    becomes: str
    module: str


def matrix(found: Iterable[Page], known: Iterable[str]) -> list[Row]:
    """Every attribute that compose has (`known`, as `services.*.init`) or a rule claims, sorted, with its fate.

    What no rule claims at, above or below is unsupported: the engine reports it so.
    """
    rows: dict[str, Row] = {}
    for page in found:
        fates = tuple(sorted(page.fates or {TRANSLATED}, key=lambda fate: (fate != TRANSLATED, fate)))
        for pattern in page.patterns:
            lost = page.lost.get(pattern)
            rows[pattern] = Row(pattern, (UNCLAIMED,) if lost else fates, lost or page.title, page.module)
    for path in known:
        if not any(_covers(claimed, path) or _covers(path, claimed) for claimed in list(rows)):
            rows[path] = Row(path, (UNCLAIMED,), "No rule translates it yet; it is reported with its line.", "")
    return [rows[path] for path in sorted(rows)]


def _covers(pattern: str, path: str) -> bool:
    return path == pattern or path.startswith(f"{pattern}.")


def matrix_summary(rows: Sequence[Row]) -> str:
    """Count the rows: `97 attributes: 80 translated (41 of them with limits), 9 local-only, 8 unsupported`."""
    translated = [row for row in rows if TRANSLATED in row.fates]
    limited = sum(len(row.fates) > 1 for row in translated)
    others = {fate: sum(row.fates == (fate,) for row in rows) for fate in ("local-only", "unsupported")}
    mixed = len(rows) - len(translated) - sum(others.values())
    parts = [f"{len(translated)} translated ({limited} of them with limits)"]
    parts += [f"{mixed} depending on their value"] if mixed else []
    parts += [f"{count} {fate}" for fate, count in others.items() if count]
    return f"{len(rows)} attributes: {', '.join(parts)}"


def attributes_markdown(rows: Sequence[Row]) -> str:
    """docs/attributes.md."""
    head = (
        "# What becomes of every compose attribute\n\n"
        "Made from the docstrings in `longshore/convert/attributes/` by `make docs`; a test keeps it true.\n"
        "`longshore explain services.healthcheck` prints the whole page of one attribute.\n"
    )
    cells = [(f"`{row.path}`", ", ".join(row.fates), row.becomes) for row in rows]
    table = markdown(("attribute", "what may become of it", "how"), cells)
    return "\n".join([head, f"{matrix_summary(rows)}.", "", *table]) + "\n"


class Explained(NamedTuple):
    """A page of the manual: as lines, and as data for JSON."""

    lines: list[str]
    data: Mapping[str, object]


def code_page(code: str, entries: Sequence[tuple[Page, Told]]) -> Explained:
    """What `explain CODE` prints: all that is said under this code, the manual of those that say it, how to consent."""
    lines = [code, ""]
    for _, told in entries:
        fate = f", {told.fate}" if told.fate else ""
        lines.append(f"  {told.severity or 'depends'}{fate}: {told.message}")
        lines += [f"    help: {told.help}"] if told.help else []
    for page in {page.module: page for page, _ in entries}.values():
        lines += ["", f"{page.module}:", *_indented(page.doc)]
    consent = consent_to(code, entries)
    lines += ["", consent] if consent else []
    data = {
        "code": code,
        "findings": [
            {"severity": told.severity or None, "fate": told.fate or None, "message": told.message, "help": told.help}
            for _, told in entries
        ],
        "manual": {page.module: page.doc for page, _ in entries},
    }
    return Explained(lines, data)


def consent_to(code: str, entries: Sequence[tuple[Page, Told]]) -> str:
    """How to accept what is said under a code; empty where that cannot be."""
    severities = {told.severity for _, told in entries}
    if not severities - {"info"} or any(page.module.startswith("longshore.compose") for page, _ in entries):
        return ""
    return f"To accept it at one service: `x-longshore: {{allow: [{code}]}}` there, or `allow` in the stack file."


def attribute_page(pattern: str, page: Page) -> Explained:
    """What `explain services.healthcheck` prints: the manual of the rule, and the codes that it reports."""
    if pattern in page.lost:
        reason = page.lost[pattern]
        helps = [told.help for told in page.told if told.message == reason and told.help][:1]
        told_help = [f"  help: {each}" for each in helps]
        lines = [pattern, "", f"  unsupported: {reason}", *told_help, "", f"Rule: {page.module}"]
        lost = {"attribute": pattern, "unsupported": reason, "help": "".join(helps), "rule": page.module}
        return Explained(lines, lost)
    codes = sorted({told.code for told in page.told})
    lines = [pattern, "", *_indented(page.doc), "", f"Rule: {page.module}"]
    data = {"attribute": pattern, "manual": page.doc, "rule": page.module, "findings": codes}
    return Explained([*lines, f"Findings: {', '.join(codes)}"] if codes else lines, data)


def _indented(text: str) -> list[str]:
    return [f"  {line}".rstrip() for line in text.splitlines()]


def find_attribute(words: str, claims: Mapping[str, Page]) -> list[str]:
    """Patterns that a path such as `services.web.healthcheck.test`, `services.healthcheck`, `healthcheck` means.

    The deepest pattern at or above the path; where there is none, those below it.
    """
    parts = words.replace("[", ".").replace("]", "").split(".")
    tries = [parts, ["services", "*", *parts]]
    if len(parts) > 1 and parts[0] != "services":
        tries.append([parts[0], "*", *parts[1:]])
    if parts[0] == "services" and len(parts) > 1:
        tries.append(["services", "*", *parts[1:]])
    for steps in tries:
        above = [pattern for pattern in claims if _matches(pattern.split("."), steps)]
        if above:
            return [max(above, key=len)]
    below = [steps for steps in tries if len(steps) > 2 or steps[0] != "services"]  # noqa: PLR2004  `services.*` is all
    return [pattern for steps in below for pattern in claims if _matches(steps, pattern.split("."))]


def _matches(pattern: Sequence[str], steps: Sequence[str]) -> bool:
    """Is `pattern` at or above `steps`?"""
    return len(pattern) <= len(steps) and all(part in {"*", step} for part, step in zip(pattern, steps, strict=False))
