"""Writes the pages of docs/ that are made from the program: `python -m tools.documents`. A test keeps them true."""

from __future__ import annotations

from pathlib import Path

from longshore.cli.manual import known_attributes, manual
from longshore.report.manual import attributes_markdown, findings_markdown, matrix
from longshore.stack.schema import FOLDER, schemas
from tools.command_line import command_line_markdown

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def documents() -> dict[Path, str]:
    """Every generated page: file → text."""
    found = manual()
    texts = schemas()
    return {
        **{DOCS / name: text for name, text in texts.items()},
        **{FOLDER / name: text for name, text in texts.items()},
        DOCS / "attributes.md": attributes_markdown(matrix(found, known_attributes())),
        DOCS / "findings.md": findings_markdown(found),
        DOCS / "command-line.md": command_line_markdown(),
    }


if __name__ == "__main__":
    for file, text in documents().items():
        file.write_text(text, "utf-8")
        print(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
