"""Holds the sizes that keep this code readable: a Python file has at most 400 lines, a function at most 50."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

FILE_LINES: Final = 400
FUNCTION_LINES: Final = 50


def violations(path: Path) -> list[str]:
    """Name everything in one file that is too long."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    found = [f"{path}: {lines} lines, at most {FILE_LINES}"] if lines > FILE_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}")
    return found


def main() -> int:
    """Check every Python file that Git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    files = [Path(name) for name in listed.stdout.splitlines()]
    found = [line for path in files if path.exists() for line in violations(path)]
    print("\n".join(found) or f"{len(files)} files within {FILE_LINES} lines, functions within {FUNCTION_LINES}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
