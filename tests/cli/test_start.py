"""What a start does not do: compile patterns that nobody has asked anything yet, and import what a plain run needs not.

It runs in a process of its own, where nothing is imported before.
"""

from __future__ import annotations

import json
import subprocess
import sys

FOR_FEW = (
    "longshore.convert.estate.fronts",
    "longshore.components",
    "longshore.rehearsal",
    "longshore.report.page",
    "jinja2",
    "pulumi",
    "pydantic",
    "boto3",
)

WATCHED = """
import json, re, sys
compile, seen = re.compile, []

def watched(pattern, flags=0):
    module = sys._getframe(1).f_globals.get("__name__", "")
    seen.extend([f"{module}: {pattern}"] if module.startswith("longshore.") and isinstance(pattern, str) else ())
    return compile(pattern, flags)

re.compile = watched
import longshore.cli.main, longshore.cli.render, longshore.convert.engine
print(json.dumps([seen, sorted(sys.modules)]))
"""


def test_a_start_compiles_no_pattern_and_imports_nothing_for_few():
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, check=True)
    compiled, modules = json.loads(done.stdout)
    assert compiled == []
    assert "longshore.convert.secrets.detection" in modules
    assert [module for module in modules if module.startswith(FOR_FEW)] == []
