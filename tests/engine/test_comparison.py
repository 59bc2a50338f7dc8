"""`plan --against` says what the engine then shows: the same operations on the same resources, for each change."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from longshore.rehearsal.comparison import PROVIDERS
from tests.components.changes import KINDS, STACK, Edit, summary

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.engine.project import Project

OPERATIONS = frozenset({"create", "update", "delete", "replace"})
OPERATOR = Edit(STACK, "  longshore:operator:\n    version: 2.9.0\n    replicas: 1\n", "")
"""It runs beside the cluster, and is not installed on it."""
HERE = {name: kind for name, kind in KINDS.items() if name != "the operator's replicas"}
ON_TOP = frozenset({"a volume of another class", "a volume that many may write"})
"""The provider previews the new claim on top of the old one, and the API server refuses; test_volumes does it."""


@pytest.mark.usefixtures("operator")
def test_the_engine_shows_what_the_comparison_says(project: Project, say: Callable[[str], None]) -> None:
    OPERATOR.apply(project.folder)
    project.stack("shop.local").up()
    kept = shutil.copytree(project.folder, project.folder.parent / "kept", symlinks=True)
    wrong = {}
    for name, kind in HERE.items():
        for edit in kind.edits:
            edit.apply(project.folder)
        done = project.run("preview", "shop.local", "--json")
        if name in ON_TOP:
            assert done.returncode
            assert "spec is immutable" in done.stdout
        elif (shown := summarised(done, name)) != kind.does:
            wrong[name] = (kind.does, shown)
        for edit in kind.edits:
            shutil.copy(kept / edit.file, project.folder / edit.file)
    say(f"{len(HERE)} kinds of change, {len(HERE) - len(wrong)} of them as the engine shows them")
    assert wrong == {}


def summarised(done: subprocess.CompletedProcess[str], name: str) -> tuple[str, ...]:
    """What a preview of the engine shows, as `changes` writes it."""
    assert done.returncode == 0, f"{name}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    steps = [(step["op"], *step["urn"].split("::")[2:]) for step in json.loads(done.stdout)["steps"]]
    # How a provider logs in says for which namespace; the comparison is of what it makes.
    made = [step for step in steps if not step[1].rpartition("$")[2].startswith(PROVIDERS)]
    return summary(step for step in made if step[0] in OPERATIONS)
