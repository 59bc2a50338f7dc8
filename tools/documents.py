"""Writes the pages of docs/ that are made from the program: `python -m tools.documents`. A test keeps them true."""

from __future__ import annotations

import json
from importlib.metadata import version
from inspect import cleandoc
from pathlib import Path
from typing import Any

from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.host import components_from_module

from longshore import components
from longshore.cli.manual import known_attributes, manual
from longshore.inventory.document import schema_text
from longshore.report.finding_pages import finding_pages, findings_index
from longshore.report.manual import attributes_markdown, matrix
from longshore.report.page.build import Subject, page_of
from longshore.report.page.html import svg
from longshore.stack.inputs import options_of
from longshore.stack.reading import convert_stack, read_stack
from longshore.stack.schema import FOLDER, schemas
from tools.command_line import command_line_markdown
from tools.scanners.waivers import read_waivers, waivers_markdown

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FINDINGS = DOCS / "findings"


def documents() -> dict[Path, str]:
    """Every generated page: file → text."""
    found = manual()
    texts = schemas()
    return {
        **{DOCS / name: text for name, text in texts.items()},
        **{FOLDER / name: text for name, text in texts.items()},
        DOCS / "inventory.schema.json": schema_text(),
        DOCS / "attributes.md": attributes_markdown(matrix(found, known_attributes())),
        DOCS / "findings.md": findings_index(found),
        **{FINDINGS / f"{code}.md": text for code, text in finding_pages(found).items()},
        DOCS / "command-line.md": command_line_markdown(),
        DOCS / "report.svg": report_picture(),
        DOCS / "scanners.md": waivers_markdown(read_waivers()),
        ROOT / "plugin" / "schema.json": components_schema(),
    }


def report_picture() -> str:
    """The picture on the page of `longshore report -s shop.dev`, as a file of its own."""
    stack = read_stack("shop.dev", str(ROOT))
    estate = convert_stack(stack, {})
    if estate is None or estate.loaded.project is None or estate.conversion is None or stack.settings is None:
        raise ValueError("stack shop.dev cannot be read: `longshore check -s shop.dev` says why")
    project, options = estate.loaded.project, options_of(stack.settings, stack.platform)
    subject = Subject(stack.name, project, estate.conversion, options, estate.findings, estate.sources, project.locate)
    return svg(page_of(subject))


def components_schema() -> str:
    """What the components are to other languages, as Pulumi's own host of components reads them.

    Source: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
    """
    host = ComponentProvider(components_from_module(components), "longshore", version=version("longshore"))
    return json.dumps(_clean(json.loads(host.schema or "")), indent=2) + "\n"


def _clean(schema: Any) -> Any:
    """Without the indentation of docstrings, which newer Pythons leave out."""
    if isinstance(schema, dict):
        return {
            key: cleandoc(value) if key == "description" and isinstance(value, str) else _clean(value)
            for key, value in schema.items()
        }
    return [_clean(one) for one in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    FINDINGS.mkdir(exist_ok=True)
    written = documents()
    for file in set(FINDINGS.glob("*.md")) - set(written):
        file.unlink()  # of a finding that nothing reports any more
    for file, text in written.items():
        file.write_text(text, "utf-8")
    print(f"{len(written)} pages and schemas")
