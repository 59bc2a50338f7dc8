"""The monthly estimate of whole stacks: nothing in a plan without a price or a reason, each line with its source."""

from __future__ import annotations

import io
import json
import os
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.cost.aws_resources import PRICED, UNPRICED
from longshore.cost.subject import named
from tests.components.stage import copy, edit, nodes, play
from tests.components.test_graphs import CASES, GRAPHS, laid_out

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

DAY = "1793491200"
"""2026-11-01 for `SOURCE_DATE_EPOCH`."""


def longshore(root: Path, *words: str) -> tuple[int, str, str]:
    """A command in a project, on one day: its exit code, what it wrote, what it said beside."""
    out, err = io.StringIO(), io.StringIO()
    code = run([*words], Shell(out, err, io.BytesIO(), os.environ, str(root), words))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)


def test_no_type_is_in_both_tables():
    assert not PRICED.keys() & UNPRICED.keys()


def test_every_aws_resource_of_every_known_stack_has_a_price_or_a_reason_for_none(graph: dict[str, Node]):
    """A new type of resource fails here until somebody has looked up what it costs."""
    made = {node.type for node in graph.values() if node.type.startswith("aws:") and not node.read}
    assert made - PRICED.keys() - UNPRICED.keys() == set()


@pytest.mark.parametrize("case", CASES)
def test_an_estimate_is_the_one_that_is_known(case: str, tmp_path: Path):
    root = laid_out(case, tmp_path)
    made = {node.type for node in nodes(play(root, "case")).values() if node.type.startswith("aws:")}
    assert made - PRICED.keys() - UNPRICED.keys() == set()
    code, out, err = longshore(root, "cost", "-s", "case")
    assert (code, err) == (0, "")
    assert out == (GRAPHS / case / "estimate.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The estimates of a platform and of the team on it, as JSON."""
    root = copy(tmp_path_factory.mktemp("project"))
    edit(
        root, "platform.dev", lambda config: config.update({"longshore:cost": {"natGigabytes": 50, "logGigabytes": 10}})
    )
    found = {}
    for stack in ("platform.dev", "shop.dev"):
        code, out, _ = longshore(root, "cost", "-s", stack, "-o", "json")
        assert code == 0
        found[stack] = json.loads(out)
        found[f"{stack} plan"] = nodes(play(root, stack))
    return found


@pytest.mark.parametrize("stack", ["platform.dev", "shop.dev"])
def test_each_line_names_what_it_comes_from_and_they_add_up(documents: dict[str, dict[str, Any]], stack: str):
    found = documents[stack]
    assert sum(Decimal(line["monthly"]) for line in found["lines"]) == Decimal(found["total"])
    known = {named(node) for node in documents[f"{stack} plan"].values()}
    for line in found["lines"]:
        assert line["from"], line
        for source in line["from"]:
            of_others = (
                source.startswith(("requests of ", "longshore:", "secret ")) or line["billOf"] or "Ingress" in source
            )
            assert source in known or of_others, source
        assert line["priceSource"].startswith("https://")
        assert line["priceDate"]


def test_what_a_team_shares_is_in_the_bill_of_its_platform_alone(documents: dict[str, dict[str, Any]]):
    platform, team = documents["platform.dev"], documents["shop.dev"]
    others = {line["what"]: line["monthly"] for line in team["lines"] if line["billOf"] == "platform.dev"}
    own = {line["what"]: line["monthly"] for line in platform["lines"]}
    assert others.keys() <= own.keys()
    assert all(Decimal(amount) <= Decimal(own[what]) for what, amount in others.items())
    assert {line["billOf"] for line in platform["lines"]} == {""}


def test_a_plan_ends_with_the_estimate(tmp_path: Path):
    root = laid_out("existing-vpc", tmp_path)
    code, out, _ = longshore(root, "plan", "-s", "case")
    assert code == 0
    block = out[out.index("a month costs about") :]
    total = (GRAPHS / "existing-vpc" / "estimate.txt").read_text("utf-8").split("total")[1].split()[0]
    assert block.startswith(f"a month costs about {total} USD\n")
    assert len(block.splitlines()) <= 7
    _, quiet, _ = longshore(root, "plan", "-s", "case", "--quiet")
    assert "a month costs" not in quiet
    _, document, _ = longshore(root, "plan", "-s", "case", "-o", "json")
    assert json.loads(document)["monthly"]["total"] == total.replace(",", "")


def test_prices_of_the_stack_file_are_taken_and_those_of_nothing_refused(tmp_path: Path):
    root = copy(tmp_path)
    edit(
        root,
        "platform.dev",
        lambda config: config.update({"longshore:cost": {"prices": {"nat.hour": 0.01, "kms.key": "2"}}}),
    )
    _, out, _ = longshore(root, "cost", "-s", "platform.dev", "-o", "json")
    amounts = {line["price"]: (line["monthly"], line["priceSource"]) for line in json.loads(out)["lines"]}
    assert amounts["nat.hour"] == ("7.30", "")
    assert amounts["kms.key"] == ("2.00", "")
    edit(root, "platform.dev", lambda config: config["longshore:cost"]["prices"].update({"nat.hours": "1"}))
    code, _, err = longshore(root, "cost", "-s", "platform.dev")
    assert code == 2
    assert "`longshore:cost.prices.nat.hours` is the name of no price" in err
    assert "did you mean `nat.hour`?" in err


def test_markdown_has_a_mark_and_a_row_for_each_line(tmp_path: Path):
    _, out, _ = longshore(laid_out("existing-vpc", tmp_path), "cost", "-s", "case", "-o", "markdown")
    lines = out.splitlines()
    assert lines[0] == "<!-- longshore cost case -->"
    assert sum(line.startswith("|") for line in lines) == 2 + 5


def test_a_stack_that_is_on_no_cloud_says_that_nothing_is_counted(tmp_path: Path):
    code, out, _ = longshore(laid_out("issuer", tmp_path), "cost", "-s", "case")
    assert code == 0
    assert "total" not in out
    assert "names no region of AWS" in out


def test_what_a_change_costs(tmp_path: Path):
    root = copy(tmp_path)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(root)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "before"]):
        subprocess.run([*git, *words], check=True)
    edit(root, "platform.dev", lambda config: config["longshore:network"].update(nat="per-zone"))
    _, out, _ = longshore(root, "plan", "-s", "platform.dev", "--against", "HEAD")
    tail = out[out.index("a month:") :].splitlines()
    assert "(+77.38)" in tail[0]  # two gateways at 35.04 and two addresses at 3.65
    assert [line.split("  ")[1] for line in tail[1:]] == ["NAT gateways", "public addresses"]
    _, document, _ = longshore(root, "plan", "-s", "platform.dev", "--against", "HEAD", "-o", "json")
    found = json.loads(document)["monthly"]
    assert Decimal(found["after"]) - Decimal(found["before"]) == Decimal("77.38")
    _, comment, _ = longshore(root, "plan", "-s", "platform.dev", "--against", "HEAD", "-o", "markdown")
    assert "(+77.38)" in comment
    _, same, _ = longshore(root, "plan", "-s", "shop.dev", "--against", "HEAD")
    assert "a month:" not in same
