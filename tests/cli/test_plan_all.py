"""`longshore plan --all`: every stack at once, what each shares with others found once, and what one lacks is told."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.components.stage import REPOSITORY
from tests.components.test_graphs import laid_out

if TYPE_CHECKING:
    from pathlib import Path


def planned(folder: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = ("plan", *words)
    code = run(arguments, Shell(out, err, io.BytesIO(), {}, str(folder), arguments))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A platform, two teams on it, and a stack that is wrong."""
    root = laid_out("bootstrap", tmp_path)
    for name in ("__main__.py",):
        (root / name).write_text((REPOSITORY / name).read_text("utf-8"), "utf-8")
    (root / "stacks/Pulumi.case.yaml").unlink()
    (root / "stacks/Pulumi.platform.prod.yaml").write_text("config: {longshore:environment: prod}\n", "utf-8")
    return root


def test_every_stack_is_planned_as_it_is_alone(project: Path) -> None:
    code, out, err = planned(project, "--all", "-o", "json", "--jobs", "2")
    assert code == 1, err
    rows: dict[str, Any] = {row["stack"]: row for row in json.loads(out)["stacks"]}
    assert list(rows) == ["platform.dev", "platform.prod", "search.dev", "shop.dev"]
    assert "needs `cluster`" in rows["platform.prod"]["error"]
    assert rows["shop.dev"]["error"] == ""
    alone = json.loads(planned(project, "-s", "shop.dev", "-o", "json")[1])
    assert rows["shop.dev"]["resources"] == sum(alone["counts"].values())
    assert rows["platform.dev"]["resources"] > 50


@pytest.mark.parametrize("words", [("--jobs", "0"), ("--jobs", "many"), ("-s", "shop.dev"), ("--against", "HEAD")])
def test_what_does_not_go_with_all_is_refused(project: Path, words: tuple[str, ...]) -> None:
    code, out, err = planned(project, "--all", *words)
    assert (code, out) == (2, "")
    assert "error: " in err


def test_make_deploys_and_plans_the_stacks_by_name() -> None:
    """What the two targets read is what `longshore stacks` writes."""
    printed = subprocess.run(
        ["make", "--dry-run", "deploy", "ENVIRONMENT=dev"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    script = next(line for line in printed.stdout.splitlines() if "longshore stacks" in line)
    names = script.partition(" | while")[0].partition(" -c ")[2].strip("'")
    listed = json.dumps({"stacks": [{"stack": "platform.dev"}, {"stack": "shop.dev"}]})
    done = subprocess.run(["python3", "-c", names], input=listed, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["platform.dev", "shop.dev"]
