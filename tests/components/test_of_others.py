"""What others made: a VPC that a cluster of ours stands in, and a cluster of EKS that an application goes to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.components.stage import copy, edit, nodes, play
from tests.components.test_front_door import of

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM, LOCAL = "platform.dev", "shop.local"
PRIVATE = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
PUBLIC = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]
VPC: dict[str, Any] = {"vpcId": "vpc-0123456789abcdef0", "cidr": "10.20.0.0/16", "subnets": {"private": PRIVATE}}
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
ROLE = "arn:aws:iam::111122223333:role/developers"


def in_vpc(tmp_path: Path, cluster: dict[str, Any], **subnets: list[str]) -> dict[str, Node]:
    root = copy(tmp_path)

    def there(config: dict[str, Any]) -> None:
        config["longshore:network"] = {**VPC, "subnets": {**VPC["subnets"], **subnets}}
        config["longshore:cluster"].update(cluster)

    edit(root, PLATFORM, there)
    return nodes(play(root, PLATFORM))


@pytest.mark.parametrize("cluster", [{}, {"compute": "managed", "nodeGroups": {"a": {}}}], ids=["auto", "managed"])
def test_nothing_is_made_in_a_vpc_that_is_there(tmp_path: Path, cluster: dict[str, Any]) -> None:
    found = in_vpc(tmp_path, cluster)
    assert [node.type for node in found.values() if node.type.startswith("aws:ec2/") and "Vpc" in node.inputs] == []
    kinds = {node.type for node in found.values()}
    made = {kind for kind in kinds if kind.startswith("aws:ec2/")}
    assert made <= {"aws:ec2/securityGroup:SecurityGroup", "aws:ec2/launchTemplate:LaunchTemplate"}, made
    assert "longshore:index:Network" not in kinds


def test_a_cluster_stands_in_the_subnets_that_are_named(tmp_path: Path) -> None:
    found = in_vpc(tmp_path, {}, public=PUBLIC)
    (cluster,) = of(found, "Cluster").values() if len(of(found, "Cluster")) == 1 else [
        node for node in found.values() if node.type == "eks:index:Cluster"
    ]  # fmt: skip
    assert (cluster.inputs["vpcId"], cluster.inputs["subnetIds"]) == (VPC["vpcId"], PRIVATE)
    classes = {name.rsplit("dev-", 1)[1]: node for name, node in of(found, "IngressClassParams").items()}
    assert classes["alb"].inputs["spec"]["subnets"] == {"ids": PUBLIC}
    assert classes["alb-internal"].inputs["spec"]["subnets"] == {"ids": PRIVATE}
    targets = [node.inputs["subnetId"] for node in of(found, "MountTarget").values()]
    assert sorted(targets) == PRIVATE


def test_the_control_plane_of_managed_nodes_may_have_subnets_of_its_own(tmp_path: Path) -> None:
    control = ["subnet-0123456789abcdef4", "subnet-0123456789abcdef5"]
    found = in_vpc(tmp_path, {"compute": "managed", "nodeGroups": {"a": {}}}, control=control)
    (cluster,) = [node for node in found.values() if node.type == "eks:index:Cluster"]
    assert cluster.inputs["subnetIds"] == control
    (group,) = of(found, "NodeGroup").values()
    assert group.inputs["subnetIds"] == PRIVATE


@pytest.mark.parametrize("trusted", [True, False])
def test_an_application_on_an_eks_of_others_has_its_roles(tmp_path: Path, *, trusted: bool) -> None:
    root = copy(tmp_path)

    def there(config: dict[str, Any]) -> None:
        config["longshore:aws"] = {"region": "eu-west-1", "accountId": "111122223333"}
        eks = {"name": "prod", **({"oidcProvider": PROVIDER} if trusted else {})}
        config["longshore:cluster"].update(path="kubeconfig", eks=eks)
        config["longshore:secrets"] = {"backend": "aws-secrets-manager"}
        config["longshore:access"] = {"people": [ROLE]}
        config.setdefault("longshore:operator", {})

    edit(root, LOCAL, there)
    found = nodes(play(root, LOCAL))
    (entry,) = of(found, "AccessEntry").values()
    assert (entry.inputs["clusterName"], entry.inputs["principalArn"]) == ("prod", ROLE)
    roles = list(of(found, "Role").values())
    readers = [node for node in roles if node.type.startswith("aws:iam/")]
    assert len(readers) == trusted
    for reader in readers:
        condition = json.loads(reader.inputs["assumeRolePolicy"])["Statement"][0]
        assert condition["Principal"] == {"Federated": PROVIDER}
        assert f"{ISSUER}:sub" in condition["Condition"]["StringEquals"]
