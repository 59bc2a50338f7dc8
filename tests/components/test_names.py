"""Names that AWS takes once: two platforms of an environment and two namespaces of a team never ask for the same."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from longshore.stack.names import store_role
from longshore.stack.reading import read_stack
from tests.components.ground import kind_of, made
from tests.components.stage import copy, edit, nodes, own, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from longshore.rehearsal.plan import Node

Graph = dict[str, "Node"]

UNIQUE = ("name", "clusterIdentifier", "dashboardName", "alarmName", "bucket")
"""Properties by which AWS tells resources of a kind apart, where a program gives them."""
OF_THE_CLUSTER = frozenset({"aws:Addon", "aws:RolePolicy"})
"""Kinds whose names are those of a cluster or of another resource, and no account's."""


def duplicate(root: Path, stack: str, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Another stack like one that is there, but for a change."""
    folder = root / "stacks"
    shutil.copy(folder / f"Pulumi.{stack}.yaml", folder / f"Pulumi.{name}.yaml")
    edit(root, name, change)


def names(graph: Graph) -> set[tuple[str, str]]:
    """(kind, name) of all that AWS knows by a name of the program's choice."""
    return {
        (kind_of(node), str(node.inputs[key]))
        for node in made(graph)
        if node.type.split(":")[0] in {"aws", "eks"} and kind_of(node) not in OF_THE_CLUSTER
        for key in UNIQUE
        if key in node.inputs
    }


def green(config: dict[str, Any]) -> None:
    config["longshore:cluster"]["name"] = "longshore-green"


def as_it_is(config: dict[str, Any]) -> None:
    """Change nothing."""


def on_green(config: dict[str, Any]) -> None:
    config["longshore:cluster"]["stack"] = "platform.green"
    config["longshore:budget"] = {"monthly": 10, "notify": ["ops@example.com"]}


def test_a_blue_and_a_green_platform_share_no_name(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(
        root, "shop.dev", lambda config: config.update({"longshore:budget": {"monthly": 9, "notify": ["a@b.example"]}})
    )
    duplicate(root, "platform.dev", "platform.green", green)
    duplicate(root, "shop.dev", "shop.green", on_green)
    taken: dict[tuple[str, str], str] = {}
    for stack in ("platform.dev", "platform.green", "shop.dev", "shop.green"):
        found = names(nodes(play(root, stack)))
        assert found
        for each in found:
            assert taken.setdefault(each, stack) == stack, f"{each} is made by {taken[each]} too"
    kinds = {kind for kind, _ in taken}
    assert {"aws:Role", "aws:LogGroup", "aws:Budget", "aws:Alias", "eks:Cluster"} <= kinds


def test_two_namespaces_of_a_team_have_two_roles(tmp_path: Path) -> None:
    root = copy(tmp_path)
    duplicate(root, "shop.dev", "trial.dev", lambda config: config.update({"longshore:namespace": "shop-trial"}))
    edit(root, "trial.dev", lambda config: config.pop("longshore:access"))
    roles = []
    for stack in ("shop.dev", "trial.dev"):
        found = read_stack(stack, str(root))
        assert found.settings
        roles.append(store_role(found.settings, found.platform).rpartition("/")[2])
    assert roles == ["longshore-eu-west-1-dev-shop-secrets", "longshore-dev-eu-west-1-shop-trial-secrets"]


def test_two_clusters_of_one_name_are_told(tmp_path: Path) -> None:
    root = copy(tmp_path)
    duplicate(root, "platform.dev", "platform.green", as_it_is)
    found = read_stack("platform.green", str(root))
    assert found.settings is None
    (finding,) = found.findings
    assert "makes the cluster `longshore-dev`, which stack platform.dev makes in the same region" in finding.message
    edit(root, "platform.green", lambda config: config["longshore:aws"].update(region="eu-central-1"))
    assert read_stack("platform.green", str(root)).settings


@pytest.mark.parametrize(
    ("stack", "kind", "name"),
    [
        ("platform.dev", "aws:LogGroup", "dev-flow-logs"),
        ("platform.dev", "aws:Budget", "longshore-dev-monthly"),
        ("shop.dev", "aws:Role", "shop-secrets-role"),
    ],
)
def test_what_was_made_under_an_earlier_name_keeps_it(stack: str, kind: str, name: str) -> None:
    """A changed name would be another resource: AWS renames neither a role nor a log group nor a budget."""
    (node,) = [node for node in made(own(stack)) if kind_of(node) == kind and node.name == name]
    assert "name" in node.ignored
