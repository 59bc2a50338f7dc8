"""A page for every finding: what is said, what to write, and why, from the manual of the rules that say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.regex import Regex
from longshore.report.catalogue import by_code
from longshore.report.manual import consent_to
from longshore.report.table import markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.report.catalogue import Page, Told

_CODE_SPAN: Final = Regex(r"`[^`]*`")
_ADDRESS: Final = Regex(r"https?://[^\s,)]+[^\s,).;]")
_NEIGHBOUR: Final = Regex(r"\]\((?=[a-z-]+\.md)")
"""A link to another page of docs/, from below which these pages lie one folder deeper."""

_SEVERITIES: Final = ("error", "warning", "info", "depends")
_ALL: Final = """# Every finding

Made from the calls that report them by `make docs`; a test keeps it true. `longshore explain CODE` prints the page of
one. `…` stands for what is known only when a file is read. An error keeps a stack from being deployed, a warning has to
be decided by somebody, a note is worth knowing.

A warning or error that you accept is waived at the service, `x-longshore: {allow: [CODE]}`, or by `allow`
of the service in the stack file: it becomes a note, and is still counted.
"""


def finding_pages(found: Sequence[Page]) -> dict[str, str]:
    """The page of each code: code → Markdown."""
    return {code: _page(code, entries) for code, entries in by_code(found).items()}


def findings_index(found: Sequence[Page]) -> str:
    """docs/findings.md: every code with the first thing that is said under it."""
    rows = []
    for code, entries in by_code(found).items():
        severities = {told.severity or "depends" for _, told in entries}
        ordered = sorted(severities, key=_SEVERITIES.index)
        rows.append((f"[{code}](findings/{code}.md)", ", ".join(ordered), _escaped(entries[0][1].message)))
    return "\n".join([_ALL, *markdown(("finding", "severity", "what it says"), rows)]) + "\n"


def _page(code: str, entries: Sequence[tuple[Page, Told]]) -> str:
    parts = [f"# {code}\n", "## What it says, and what to write\n"]
    for _, told in entries:
        fate = f", {told.fate}" if told.fate else ""
        parts.append(f"- **{told.severity or 'depends'}**{fate}: {_escaped(told.message)}")
        parts += [f"  <br>{_escaped(told.help)}"] if told.help else []
    parts.append("\n## Why\n")
    for page in _distinct(entries).values():
        parts += [*_manual(page.doc), f"Rule: `{page.module}`\n"]
    consent = consent_to(code, entries)
    parts += ["## To accept it\n", f"{consent}\n"] if consent else []
    return "\n".join([*parts, "[All findings](../findings.md)"]) + "\n"


def _distinct(entries: Sequence[tuple[Page, Told]]) -> Mapping[str, Page]:
    return {page.module: page for page, _ in entries}


def _manual(doc: str) -> list[str]:
    """The paragraphs of a docstring; addresses become links, and lists stay lists."""
    return [f"{_linked(paragraph)}\n" for paragraph in doc.strip().split("\n\n")]


def _linked(paragraph: str) -> str:
    lines = (line if line.startswith("    ") else _escaped(line, whole=False) for line in paragraph.splitlines())
    return _NEIGHBOUR.sub("](../", _ADDRESS.sub(lambda match: f"<{match[0]}>", "\n".join(lines)))


def _escaped(text: str, *, whole: bool = True) -> str:
    """Keep Markdown from reading angle brackets outside of code as HTML. whole: on one line, too."""
    text = " ".join(text.split()) if whole else text
    parts = _CODE_SPAN.split(text)
    spans = _CODE_SPAN.findall(text)
    return "".join(part.replace("<", "&lt;") + span for part, span in zip(parts, [*spans, ""], strict=True))
