"""What is made in a cluster and costs money carries the tags by which AWS counts it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.stack.iam_policies import tag_what_auto_mode_makes
from tests.components.stage import copy, edit, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = "platform.dev"
TAGS = {"cost-centre": "platform", "environment": "dev", "managed-by": "longshore", "stack": PLATFORM}


def planned(root: Path, **cluster: Any) -> list[Node]:
    edit(copy(root), PLATFORM, lambda config: config["longshore:cluster"].update(cluster))
    return list(nodes(play(root, PLATFORM, known=True)).values())


def disks(graph: list[Node]) -> dict[str, str]:
    (found,) = (node.inputs for node in graph if node.type.endswith(":StorageClass") and "gp3" in node.name)
    tags = [value for key, value in found["parameters"].items() if key.startswith("tagSpecification_")]
    return dict(tag.split("=", 1) for tag in tags)


def test_managed_nodes_with_all_that_they_have(tmp_path):
    graph = planned(tmp_path, compute="managed", nodeGroups={"general": {}})
    (template,) = (node.inputs for node in graph if node.type.endswith(":LaunchTemplate"))
    tagged = {one["resourceType"]: one["tags"] for one in template["tagSpecifications"]}
    assert tagged.keys() == {"instance", "volume", "network-interface"}
    assert all(tags == {**TAGS, "Name": "longshore-dev-nodes-general"} for tags in tagged.values())
    assert disks(graph) == TAGS
    assert not [node for node in graph if node.name == "longshore-dev-tags"], "AWS's own policies let them"


def test_auto_mode_may_tag_its_volumes_and_load_balancers_and_does(tmp_path):
    graph = planned(tmp_path)
    assert disks(graph) == TAGS
    balancers = [node for node in graph if node.inputs.get("kind") == "IngressClassParams"]
    assert len(balancers) == 2
    for node in balancers:
        assert {tag["key"]: tag["value"] for tag in node.inputs["spec"]["tags"]} == TAGS
    (right,) = (node for node in graph if node.name == "longshore-dev-tags")
    assert right.inputs["role"] == "longshore-dev-eksRole"
    for node in (*balancers, *(node for node in graph if node.type.endswith(":StorageClass") and "gp3" in node.name)):
        assert right.urn in node.needs, "a volume whose tags are refused is not made at all"


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_nothing_of_another_cluster_is_tagged(partition):
    policy = tag_what_auto_mode_makes(partition)
    for statement in policy["Statement"]:
        own = statement["Condition"]["StringEquals"]
        assert own == {"aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    assert json.dumps(policy).count(f'"arn:{partition}:') == json.dumps(policy).count('"arn:')
