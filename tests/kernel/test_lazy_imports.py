"""Imports inside functions: only where a verb would wait for what it does not need, each with the reason beside it."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from grimp import build_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = ("longshore", "tools", "bench")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MARK = "# noqa: PLC0415  "
SLOW = {"pydantic", "boto3", "botocore", "hvac", "pulumi", "requests"}
"""Packages that take longer to import than most verbs to run."""

PROGRAM = """
import io, sys
from longshore.cli.program import run
from longshore.cli.shell import Shell
out = io.StringIO()
code = run(sys.argv[2:], Shell(out, out, io.BytesIO(), {}, sys.argv[1], tuple(sys.argv[2:])))
assert code in (0, 1), out.getvalue()
print(*sorted(sys.modules))
"""


def inner_imports(path: Path) -> Iterator[str]:
    """The lines of imports that stand in functions."""
    lines = path.read_text("utf-8").splitlines()
    for function in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = (each for each in ast.walk(function) if isinstance(each, (ast.Import, ast.ImportFrom)))
            yield from (lines[each.lineno - 1] for each in found)


def loaded(folder: Path, *words: str) -> set[str]:
    command = [sys.executable, "-c", PROGRAM, str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_each_has_its_reason():
    found = [(path, line) for path in FILES for line in inner_imports(path)]
    assert len(found) > 20
    bare = [f"{path.relative_to(ROOT)}: {line.strip()}" for path, line in found if not line.partition(MARK)[2].strip()]
    assert bare == []


def test_no_module_is_part_of_a_circle():
    """Those in functions count as any other: no import stands there because of one."""
    graph = build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


@pytest.mark.parametrize("words", [("check",), ("render", "--fail-on", "never"), ("config",), ("explain", "restart")])
def test_a_compose_file_alone_waits_for_no_slow_package(tmp_path, words):
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'example.com/web:1', mem_limit: 64m}}", "utf-8")
    assert loaded(tmp_path, *words) & SLOW == set()


def test_an_extension_is_read_by_pydantic(tmp_path):
    text = "services: {web: {image: 'example.com/web:1', mem_limit: 64m, x-longshore: {workload: Job}}}"
    (tmp_path / "compose.yaml").write_text(text, "utf-8")
    assert loaded(tmp_path, "check") & SLOW == {"pydantic"}


def test_a_stack_without_secrets_to_compare_waits_for_pydantic_only():
    assert loaded(ROOT, "check", "-s", "platform.dev") & SLOW == {"pydantic"}
