"""The pod sees what the container saw: the same compose files in Docker and on the node, compared fact by fact.

A difference must be told by a finding or by a line of docs/differences.md; a line that nothing shows any more must go.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from longshore.convert.options import Options
from tests.node.comparison import cases
from tests.node.comparison.compare import PAGE, Tally, judge, lines
from tests.node.comparison.run import AS_IT_IS, Plan, Worlds, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.comparison.compare import Line
    from tests.node.comparison.project import Prepared
    from tests.node.comparison.run import Outcome

LEAST_OBSERVATIONS = 3000
EXAMPLES = int(os.environ.get("LONGSHORE_NODE_EXAMPLES") or 12)
SEED = int(os.environ.get("LONGSHORE_NODE_SEED") or 0)
AT_ONCE = 60
COMPARISONS = 5

everything = pytest.mark.skipif(
    not os.environ.get("LONGSHORE_COMPARE"), reason="too many for every change: `make differences` runs them"
)


@pytest.fixture(scope="module")
def worlds(engine, node, tmp_path_factory):
    return Worlds(engine, node, tmp_path_factory.mktemp("worlds"))


class Sum:
    """What all comparisons of this session came to."""

    def __init__(self) -> None:
        self.page = list(lines(PAGE.read_text("utf-8")))
        self.used: set[Line] = set()
        self.counted: Counter[str] = Counter()
        self.unexplained: list[str] = []

    def add(self, outcome: Outcome) -> None:
        if outcome.refused:
            self.counted["projects that one world refuses"] += 1
            return
        prepared = outcome.prepared
        tally: Tally = judge(prepared.case.name, outcome.docker, outcome.kubernetes, prepared.findings, self.page)
        self.used |= tally.used
        self.unexplained += [str(x) for x in tally.unexplained]
        self.counted["projects"] += 1
        self.counted["services"] += len(outcome.docker)
        self.counted["observations"] += tally.observations
        self.counted["differences"] += len(tally.found)
        self.counted["unexplained"] += len(tally.unexplained)

    def __str__(self) -> str:
        kinds = (
            "projects",
            "services",
            "observations",
            "differences",
            "unexplained",
            "projects that one world refuses",
        )
        return ", ".join(f"{self.counted[kind]} {kind}" for kind in kinds)


@pytest.fixture(scope="module")
def total():
    return Sum()


def compare(
    worlds: Worlds, projects: list[Prepared], total: Sum, say: Callable[[str], None], plan: Plan = AS_IT_IS
) -> None:
    before = len(total.unexplained)
    total.counted["comparisons"] += 1
    for outcome in run(worlds, projects, plan, say):
        known = len(total.unexplained)
        total.add(outcome)
        for each in total.unexplained[known:]:
            say(f"unexplained: {each}")
        if outcome.refused:
            say(f"{outcome.prepared.case.name} is not run by one world: {outcome.refused.splitlines()[-1]}")
        if outcome.late:
            say(f"{outcome.prepared.case.name} has services that are not Ready: {', '.join(outcome.late)}")
    assert not total.unexplained[before:], "\n".join(["unexplained:", *total.unexplained[before:]])


def test_cases_from_the_field(worlds, total, tmp_path, say):
    projects, unread = cases.prepared(cases.field_cases(), tmp_path)
    if not projects:
        pytest.skip(f"no cases from the field: {cases.FIELD} is not there")
    assert not unread
    compare(worlds, projects, total, say)


@everything
def test_golden_cases(worlds, total, tmp_path, say):
    projects, unread = cases.prepared(cases.golden_cases(), tmp_path)
    assert not unread
    compare(worlds, projects, total, say)


def test_made_up_projects(worlds, total, tmp_path, say):
    for start in range(0, EXAMPLES, AT_ONCE):
        count = min(AT_ONCE, EXAMPLES - start)
        sources = cases.made_up(count, SEED + start, tmp_path / "made")
        projects, unread = cases.prepared(sources, tmp_path / "copies")
        assert not unread
        compare(worlds, projects, total, say)


@everything
def test_real_projects(worlds, total, tmp_path, say):
    projects, unread = cases.prepared(cases.corpus(), tmp_path)
    if not projects:
        pytest.skip(f"no compose files to read: {cases.CORPUS} is not there (set LONGSHORE_CORPUS)")
    assert not unread
    compare(worlds, projects, total, say)


def test_crashes_ends_and_replacements(worlds, total, tmp_path, say):
    home = cases.ROOT / "tests/node/comparison/endings_project"
    source = cases.Source("endings", home, ("compose.yaml",), Options(storage=cases.STORAGE))
    projects, _ = cases.prepared([source], tmp_path)
    compare(worlds, projects, total, say, Plan(ending=True))


def test_it_was_much_and_every_line_of_the_page_was_seen(total, say):
    say(str(total))
    if total.counted["comparisons"] < COMPARISONS:
        pytest.skip("only some of the comparisons ran")
    assert total.counted["observations"] >= LEAST_OBSERVATIONS
    unseen = [f"{line.title}: `{line.observation}`" for line in total.page if line not in total.used]
    assert not unseen, "\n".join(["lines that nothing shows any more:", *unseen])
