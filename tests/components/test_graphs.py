"""Whole graphs of stacks, each of one folder: every resource, and what it waits for. A plan of one is quick.

`graph.txt` is written from `longshore plan`: a line is a resource, and below it stand those that must be there before.
A difference is a resource more or less, or another order, and wants a reason.
"""

from __future__ import annotations

import resource
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.components.stage import REPOSITORY, nodes, play

if TYPE_CHECKING:
    from longshore.rehearsal.plan import Node

GRAPHS = Path(__file__).with_name("graphs")
CASES = sorted(path.name for path in GRAPHS.iterdir())
COMPOSE = """\
services:
  web: {image: "nginx:1.27.3", mem_limit: 64m, ports: ["80"], volumes: ["data:/data"]}
volumes: {data: {}}
"""
LONGEST = 6.0
"""Seconds of the processor that a plan may take."""


def laid_out(case: str, root: Path, cases: Path = GRAPHS) -> Path:
    """A project with the stack of a case, and those of other names that stand beside it. cases: a folder of cases."""
    (root / "stacks").mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(REPOSITORY / name, root)
    for file in (cases / case).glob("Pulumi.*.*.yaml"):
        shutil.copy(file, root / "stacks")
    (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    shutil.copy(cases / case / "Pulumi.yaml", root / "stacks" / "Pulumi.case.yaml")
    return root


def shown(found: dict[str, Node]) -> str:
    """The graph as people compare it: sorted, and without what is waited for by way of something else."""
    names = {urn: f"{node.type} {node.name}" for urn, node in found.items()}
    lines = []
    for urn in sorted(found, key=names.__getitem__):
        direct = [need for need in found[urn].needs if need in found]
        implied = {earlier for need in direct for earlier in below(found, need)}
        needs = sorted(names[need] for need in direct if need not in implied)
        lines += [names[urn], *(f"    {need}" for need in needs)]
    return "\n".join(lines) + "\n"


def below(found: dict[str, Node], urn: str) -> set[str]:
    """All that must be there before a resource."""
    seen: set[str] = set()
    waiting = [urn]
    while waiting:
        for need in found[waiting.pop()].needs:
            if need in found and need not in seen:
                seen.add(need)
                waiting.append(need)
    return seen


@pytest.mark.parametrize("case", CASES)
def test_a_graph_is_the_one_that_is_known(case: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = nodes(play(laid_out(case, tmp_path), "case"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert shown(found) == (GRAPHS / case / "graph.txt").read_text("utf-8")
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < LONGEST


@pytest.mark.parametrize("case", CASES)
def test_a_graph_is_the_same_when_all_is_known(case: str, tmp_path: Path) -> None:
    """No resource waits for an answer of AWS to be one."""
    root = laid_out(case, tmp_path)
    assert nodes(play(root, "case")).keys() == nodes(play(root, "case", known=True)).keys()


@pytest.mark.parametrize("case", CASES)
def test_everything_has_a_provider_and_nothing_is_named_twice(case: str, tmp_path: Path) -> None:
    found = nodes(play(laid_out(case, tmp_path), "case"))
    lacking = [
        node.name
        for node in found.values()
        if node.custom and not node.expected and not node.provider and node.type.startswith(("aws:", "kubernetes:"))
    ]
    assert lacking == []
