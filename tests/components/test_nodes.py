"""Nodes of an EKS cluster as its stack wants them and as AWS has them, and what their controllers may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.components.clusters.nodes import NodeGroupArgs, _scaling, _taint
from longshore.convert.kubernetes.nodes import NAMED
from longshore.program.arguments import eks_cluster
from longshore.program.running_nodes import Running, Seen
from longshore.stack.controller_policies import balance_loads, scale_nodes
from longshore.stack.inputs import options_of
from tests.components.stage import EKS, MANAGED, check, copy, edit, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = "platform.dev"
GROUPS = {
    "general": {"minimum": 3, "desired": 4, "maximum": 9},
    "batch": {
        "ami": "BOTTLEROCKET_ARM_64",
        "instanceTypes": ["m7g.large"],
        "release": "1.52.0-1a2b3c4d",
        "taints": ["dedicated=batch:NoSchedule", "spot:PreferNoSchedule"],
    },
}


def planned(root: Path, **cluster: Any) -> list[Node]:
    edit(copy(root), PLATFORM, lambda config: config["longshore:cluster"].update(cluster))
    return list(nodes(play(root, PLATFORM, known=True)).values())


def groups(graph: list[Node]) -> dict[str, Node]:
    found = (node for node in graph if node.type.endswith(":NodeGroup"))
    return {node.name.removeprefix("longshore-dev-nodes-"): node for node in found}


@pytest.mark.parametrize(
    ("there", "running"),
    [
        (None, None),
        (Running(3, 9, 7), None),
        (Running(2, 9, 7), 7),
        (Running(3, 6, 2), 2),
    ],
    ids=["not there", "as it is", "another minimum", "another maximum"],
)
def test_how_many_run_is_said_where_bounds_change_and_nowhere_else(there: Running | None, running: int | None) -> None:
    settings = check({**EKS, "longshore:cluster": {**MANAGED, "nodeGroups": GROUPS}}).settings
    seen = Seen({"general": "1.35.3-20260812"}, {"general": there} if there else {})
    args = eks_cluster(settings.cluster, settings.aws, settings.network, production=False, nodes=seen)
    assert args["node_groups"]["general"].get("running") == running
    assert args["node_groups"]["general"]["release"] == "1.35.3-20260812"
    assert args["node_groups"]["batch"]["release"] == "1.52.0-1a2b3c4d"


@pytest.mark.parametrize(
    ("group", "autoscaled", "sizes", "left"),
    [
        ({"minimum": 2, "desired": 3, "maximum": 6}, True, (2, 3, 6), ["scalingConfig.desiredSize"]),
        ({"minimum": 2, "desired": 3, "maximum": 6, "running": 5}, True, (2, 5, 6), []),
        ({"minimum": 6, "desired": 6, "maximum": 9, "running": 5}, True, (6, 6, 9), []),
        ({"minimum": 1, "desired": 1, "maximum": 4, "running": 5}, True, (1, 4, 4), []),
        ({"minimum": 2, "desired": 3, "maximum": 6, "running": 5}, False, (2, 3, 6), []),
    ],
)
def test_eks_is_never_sent_a_number_beyond_the_bounds(
    group: NodeGroupArgs, sizes: tuple[int, int, int], left: list[str], *, autoscaled: bool
) -> None:
    scaling, owned = _scaling(group, autoscaled=autoscaled)
    assert (scaling.min_size, scaling.desired_size, scaling.max_size) == sizes
    assert owned == left


def test_a_plan_has_groups_with_all_that_the_file_says(tmp_path: Path) -> None:
    found = groups(planned(tmp_path, compute="managed", nodeGroups=GROUPS))
    assert found["general"].ignored == ("scalingConfig.desiredSize",)
    assert "releaseVersion" not in found["general"].inputs, "nobody was asked"
    batch = found["batch"].inputs
    assert batch["releaseVersion"] == "1.52.0-1a2b3c4d"
    assert batch["labels"] == {NAMED: "batch"}
    assert batch["taints"] == [
        {"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"},
        {"key": "spot", "effect": "PREFER_NO_SCHEDULE"},
    ]
    assert not any("forceUpdateVersion" in node.inputs for node in found.values())


def test_without_an_autoscaler_the_file_has_the_say(tmp_path: Path) -> None:
    graph = planned(tmp_path, compute="managed", nodeGroups=GROUPS, autoscaler=False, loadBalancerController=False)
    assert groups(graph)["general"].ignored == ()
    assert not [node for node in graph if node.inputs.get("kind") == "IngressClass"]
    assert {node.name for node in graph if node.type.endswith(":Release")} == {"dev-operator"}


def test_the_role_of_the_nodes_has_no_right_to_the_network(tmp_path: Path) -> None:
    graph = planned(tmp_path, compute="managed", nodeGroups=GROUPS)
    attached = [
        node.inputs["policyArn"].rsplit("/", 1)[1]
        for node in graph
        if node.type.endswith(":RolePolicyAttachment") and node.name.startswith("longshore-dev-nodes-")
    ]
    assert sorted(attached) == ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"]
    (network,) = (node.inputs for node in graph if node.inputs.get("addonName") == "vpc-cni")
    assert network["podIdentityAssociations"][0]["serviceAccount"] == "aws-node"


def test_effects_are_called_as_eks_calls_them() -> None:
    called = {text: _taint(f"a:{text}").effect for text in ("NoSchedule", "PreferNoSchedule", "NoExecute")}
    assert called == {
        "NoSchedule": "NO_SCHEDULE",
        "PreferNoSchedule": "PREFER_NO_SCHEDULE",
        "NoExecute": "NO_EXECUTE",
    }


READING = ("Describe", "Get", "List")


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
@pytest.mark.parametrize("policy", [balance_loads, scale_nodes], ids=lambda policy: policy.__name__)
def test_a_controller_changes_what_is_its_clusters_and_nothing_else(policy: Any, partition: str) -> None:
    """Each right to change something names one thing, or asks for a tag with the cluster's name."""
    more = ["vpc-1"] if policy is balance_loads else []
    document = policy(partition, "eu-west-1", "111122223333", "longshore-dev", *more)
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if all(action.split(":")[1].startswith(READING) for action in actions):
            continue
        assert "*" not in "".join(actions)
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        assert all(each.startswith(f"arn:{partition}:") and ":111122223333:" in each for each in resources)
        asked = json.dumps(statement.get("Condition", {}).get("StringEquals", {}))
        one = all(each.endswith("/vpc-1") for each in resources) or actions == ["iam:CreateServiceLinkedRole"]
        assert one or "longshore-dev" in asked, statement["Sid"]
    assert len(json.dumps(document, separators=(",", ":"))) < 10_240, "of an inline policy of a role"


def test_a_conversion_knows_the_nodes_of_its_platform() -> None:
    pools = {"batch": {"architectures": ["arm64"], "labels": {"tier": "batch"}, "taints": ["a=b:NoSchedule"]}}
    auto = options_of(check({**EKS, "longshore:cluster": {"kind": "eks", "nodePools": pools}}).settings)
    assert [(each.name, each.architectures, each.taints) for each in auto.nodes] == [
        ("general-purpose", ("amd64",), ()),
        ("batch", ("arm64",), ("a=b:NoSchedule",)),
    ]
    assert auto.nodes[1].labels == {"tier": "batch", NAMED: "batch"}
    managed = options_of(check({**EKS, "longshore:cluster": {**MANAGED, "nodeGroups": GROUPS}}).settings)
    assert {each.name: each.architectures for each in managed.nodes} == {"general": ("amd64",), "batch": ("arm64",)}
