"""`longshore plan --all`: every stack at once, what each shares with others found once, and what one lacks is told."""

from __future__ import annotations

import io
import json
import resource
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.components.stage import REPOSITORY
from tests.components.test_graphs import laid_out

if TYPE_CHECKING:
    from pathlib import Path


ENVIRONMENTS = ("dev", "test", "staging", "demo")
TEAMS = tuple(f"team-{number}" for number in range(29))


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


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Four environments with 29 teams each: 120 stacks."""
    root = laid_out("bootstrap", tmp_path)
    (root / "__main__.py").write_text((REPOSITORY / "__main__.py").read_text("utf-8"), "utf-8")
    found = {name: (root / f"stacks/Pulumi.{name}.dev.yaml").read_text("utf-8") for name in ("platform", "shop")}
    for path in (root / "stacks").iterdir():
        path.unlink()
    for environment in ENVIRONMENTS:
        texts = {name: text.replace("environment: dev", f"environment: {environment}") for name, text in found.items()}
        texts = {name: text.replace("-dev", f"-{environment}") for name, text in texts.items()}
        platform = yaml.safe_load(texts["platform"])
        platform["config"]["longshore:tenants"] = {team: {} for team in TEAMS}
        (root / f"stacks/Pulumi.platform.{environment}.yaml").write_text(yaml.safe_dump(platform), "utf-8")
        for team in TEAMS:
            text = texts["shop"].replace("team: shop", f"team: {team}").replace("form.dev", f"form.{environment}")
            (root / f"stacks/Pulumi.{team}.{environment}.yaml").write_text(text, "utf-8")
    return root


def processor(of: int = resource.RUSAGE_CHILDREN) -> float:
    """Seconds of the processor that processes which have ended took."""
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


@pytest.mark.cluster
def test_a_hundred_and_twenty_stacks_take_no_longer_than_ten_alone(estate: Path) -> None:
    """In time of the processor, which a busy machine leaves as it is; three stand for the ten."""
    names = [f"team-{number}.dev" for number in range(3)]
    before = processor()
    alone = {name: json.loads(planned(estate, "-s", name, "-o", "json")[1]) for name in names}
    ten = (processor() - before) * 10 / len(names)
    before = processor()
    code, out, err = planned(estate, "--all", "-o", "json", "--jobs", "2")
    every = processor() - before
    rows = {row["stack"]: row for row in json.loads(out)["stacks"]}
    assert code == 0, {row["error"] for row in rows.values()} | {err}
    assert rows.keys() == {f"{name}.{environment}" for environment in ENVIRONMENTS for name in ("platform", *TEAMS)}
    assert {row["error"] for row in rows.values()} == {""}
    made = {name: sum(plan["counts"].values()) for name, plan in alone.items()}
    assert {name: rows[name]["resources"] for name in names} == made
    assert every < ten, f"{every:.1f} s for all, {ten:.1f} s for ten alone"


def test_a_program_that_dies_is_told_of_and_the_others_are_planned(project: Path) -> None:
    (project / "__main__.py").write_text(
        "import os, pulumi, sys\n"
        "print('a program may print')\n"
        "if pulumi.get_stack() == 'search.dev': os._exit(3)\n"
        "if pulumi.get_stack() == 'shop.dev': sys.exit('no more')\n"
        "import helper\n"
        "pulumi.export('known', helper.known())\n",
        "utf-8",
    )
    (project / "helper.py").write_text("import pulumi\nNAME = pulumi.get_stack()\ndef known(): return NAME\n", "utf-8")
    code, out, err = planned(project, "--all", "-o", "json", "--jobs", "1")
    assert code == 70, err
    found = {row["stack"]: row["error"] for row in json.loads(out)["stacks"]}
    assert found.pop("search.dev") in {"a program may print", "exit code 3, without a word"}
    assert "the program ended itself: no more" in found.pop("shop.dev")
    assert found == {"platform.dev": "", "platform.prod": ""}


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
