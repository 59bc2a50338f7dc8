"""Our stacks and planted faults, scanned at once by both scanners."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.components.stage import REPOSITORY, nodes, play
from tests.components.test_graphs import CASES, GRAPHS, laid_out
from tests.scanners.planted import FAULTS
from tools.cluster.fixtures import say
from tools.go_program import NotBuiltError
from tools.scanners.scan import Finding, checkov, trivy
from tools.scanners.terraform import terraform_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.rehearsal.plan import Node

__all__ = ["say"]

OWN = Path(__file__).with_name("stacks")
PLANTED = "planted-"


def _in_kubernetes(node: Node) -> bool:
    return node.type.startswith("kubernetes:") and node.custom and not node.read and not node.type.endswith(":Release")


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Node]]:
    """Stack → what it makes, with all outputs known: the golden graphs, this repository's own, and those beside."""
    folders = {**dict.fromkeys(CASES, GRAPHS), **{path.name: OWN for path in OWN.iterdir()}}

    def played(stack: str) -> dict[str, Node]:
        if stack not in folders:
            return nodes(play(REPOSITORY, stack, known=True))
        return nodes(play(laid_out(stack, tmp_path_factory.mktemp(stack), folders[stack]), "case", known=True))

    names = [*folders, "platform.dev", "shop.dev"]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(played, names), strict=True))


@pytest.fixture(scope="session")
def found(stacks: Mapping[str, Mapping[str, Node]], tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """All that both scanners find, in the stacks and in each of them with a fault planted."""
    planted = {f"{PLANTED}{name}": fault.plant(stacks[fault.stack]) for name, fault in FAULTS.items()}
    plans = {name: terraform_plan(graph) for name, graph in {**stacks, **planted}.items()}
    objects = {name: [node.inputs for node in graph.values() if _in_kubernetes(node)] for name, graph in stacks.items()}
    in_aws, in_kubernetes = tmp_path_factory.mktemp("plans"), tmp_path_factory.mktemp("manifests")
    for name, plan in plans.items():
        (in_aws / f"{name}.json").write_text(json.dumps(plan), "utf-8")
    for name, manifests in objects.items():
        (in_kubernetes / f"{name}.yaml").write_text(yaml.safe_dump_all(manifests), "utf-8")
    resources = sum(len(plan["resource_changes"]) for plan in plans.values())
    try:
        with ThreadPoolExecutor(2) as pool:
            scans = [
                pool.submit(checkov, in_aws, "terraform_plan", resources),
                pool.submit(checkov, in_kubernetes, "kubernetes", sum(map(len, objects.values()))),
            ]
            return [*trivy(in_aws), *(one for scan in scans for one in scan.result())]
    except NotBuiltError as error:
        pytest.skip(str(error))
