"""Rehearsals that several tests look at, each played once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.components.stage import copy, edit, nodes, own, play

if TYPE_CHECKING:
    from longshore.rehearsal.plan import Node

VARIANTS = (
    *("platform.dev", "platform.prod", "shop.dev", "shop.local", "shop.prod"),
    *("whole", "platform.tenants", "shop.tenants"),
)
"""The repository's own stacks, a production pair that uses every setting which makes resources, it in one stack, and a
platform with tenants and pools of its own with one of these."""


ROLE = "arn:aws:iam::111122223333:role"
CONNECTION = "arn:aws:codeconnections:eu-west-1:111122223333:connection/1b2c3d4e-0000-0000-0000-000000000000"


def platform_of_production(config: dict[str, Any]) -> None:
    config["longshore:environment"] = "prod"
    config["longshore:network"] = {
        "nat": "per-zone",
        "endpoints": ["ecr.api", "ecr.dkr", "sts"],
        "flowLogDestination": "s3",
    }
    config["longshore:aws"]["permissionsBoundary"] = "arn:aws:iam::111122223333:policy/limit"
    config["longshore:runner"] = {"repository": "example/shop", "connection": CONNECTION}
    config["longshore:cluster"].update(compute="managed", nodeGroups={"general": {"minimum": 3}, "big": {"disk": 100}})


POOLS = {
    "batch": {"capacityTypes": ["spot"], "architectures": ["arm64"], "taints": ["dedicated=batch:NoSchedule"]},
    "large": {"categories": ["r"], "limits": {"cpu": "64", "memory": "512Gi"}, "weight": 10},
}
"""Nodes beside those of Auto Mode's own pools."""


def shop_of_production(config: dict[str, Any]) -> None:
    config["longshore:environment"] = "prod"
    config["longshore:production"] = False  # its missing limits are errors in production, and not what is tested here
    config["longshore:cluster"]["stack"] = "platform.prod"
    config["longshore:budget"] = {"monthly": 100, "notify": ["shop@example.com"]}
    config["longshore:quota"] = {"cpu": "40", "memory": "80Gi", "pods": 200, "volumes": 20, "containerMemory": "8Gi"}


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Node]]:
    """The production pair: stack → resources."""
    root = copy(tmp_path_factory.mktemp("production"))
    for stack, change in (("platform", platform_of_production), ("shop", shop_of_production)):
        (root / "stacks" / f"Pulumi.{stack}.dev.yaml").rename(root / "stacks" / f"Pulumi.{stack}.prod.yaml")
        edit(root, f"{stack}.prod", change)
    return {stack: nodes(play(root, stack)) for stack in ("platform.prod", "shop.prod")}


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    """Platform and shop of production in one stack."""
    root = copy(tmp_path_factory.mktemp("whole"))
    team = yaml.safe_load((root / "stacks/Pulumi.shop.dev.yaml").read_text("utf-8"))["config"]

    def both(config: dict[str, Any]) -> None:
        shop_of_production(team)
        config.update({key: value for key, value in team.items() if key != "longshore:cluster"})
        platform_of_production(config)

    edit(root, "platform.dev", both)
    (root / "stacks/Pulumi.shop.dev.yaml").unlink()
    return nodes(play(root, "platform.dev"))


TENANTS = {
    "shop": {
        "access": {"people": [f"{ROLE}/shop-developers"], "deployers": [f"{ROLE}/shop-deploy", f"{ROLE}/both"]},
        "quota": {"cpu": "40", "memory": "80Gi", "pods": 200},
        "secrets": {"also": ["shared/observability"]},
    },
    "search": {
        "namespaces": {"search": {}, "search-trial": {"environment": "trial"}},
        "access": {"people": [f"{ROLE}/search"], "deployers": [f"{ROLE}/search"], "exec": False},
        "podSecurity": "restricted",
        "secrets": {"backend": "vault"},
    },
}
"""Two teams, one of them with two namespaces and Vault."""


def as_tenant(config: dict[str, Any]) -> None:
    """A team's stack without what its platform has made."""
    del config["longshore:access"]


@pytest.fixture(scope="session")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Node]]:
    """A platform with tenants and the shop as one of these: stack → resources."""
    root = copy(tmp_path_factory.mktemp("tenants"))
    edit(root, "platform.dev", lambda config: config.update({"longshore:tenants": TENANTS}))
    edit(root, "platform.dev", lambda config: config["longshore:cluster"].update(nodePools=POOLS))
    edit(root, "shop.dev", as_tenant)
    return {stack: nodes(play(root, f"{stack}.dev")) for stack in ("platform", "shop")}


@pytest.fixture(params=VARIANTS)
def graph(request: pytest.FixtureRequest) -> dict[str, Node]:
    """The resources of a stack by URN."""
    if request.param == "whole":
        together: dict[str, Node] = request.getfixturevalue("whole")
        return together
    if request.param.endswith(".tenants"):
        found: dict[str, Node] = request.getfixturevalue("tenants")[request.param.removesuffix(".tenants")]
        return found
    if request.param.endswith(".prod"):
        made: dict[str, Node] = request.getfixturevalue("production")[request.param]
        return made
    return own(request.param)
