"""EKS add-ons as a plan has them: what they are told, and whose rights they have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.components.stage import copy, edit, nodes, play

if TYPE_CHECKING:
    from pathlib import Path

    from longshore.rehearsal.plan import Node

PLATFORM = "platform.dev"
WATCHED = {
    "amazon-cloudwatch-observability": {
        "version": "v6.4.0-eksbuild.1",
        "policies": ["arn:aws:iam::111122223333:policy/own"],
    },
    "external-dns": {
        "version": "v0.20.0-eksbuild.3",
        "policies": ["AmazonRoute53FullAccess"],
        "serviceAccount": "external-dns",
        "configuration": {"policy": "sync", "domainFilters": ["example.com"]},
    },
    "metrics-server": {"configuration": {"replicas": 3}},
}


def planned(root: Path, **cluster: Any) -> dict[str, Node]:
    edit(copy(root), PLATFORM, lambda config: config["longshore:cluster"].update(cluster))
    return nodes(play(root, PLATFORM, known=True))


def addons(graph: dict[str, Node]) -> dict[str, dict[str, Any]]:
    return {str(node.inputs["addonName"]): dict(node.inputs) for node in graph.values() if node.type.endswith(":Addon")}


def rights(graph: dict[str, Node]) -> dict[str, set[str]]:
    """Role → its policies."""
    found: dict[str, set[str]] = {}
    for node in graph.values():
        if node.type.endswith(":RolePolicyAttachment") and "role" in node.inputs:
            found.setdefault(node.inputs["role"], set()).add(node.inputs["policyArn"])
    return found


def role_of(addon: dict[str, Any]) -> str:
    return str(addon["podIdentityAssociations"][0]["roleArn"]).rsplit(":", 1)[1]


def test_each_addon_has_a_role_of_its_own_with_what_it_needs(tmp_path):
    graph = planned(tmp_path, addons=WATCHED)
    found = addons(graph)
    watcher, names = found["amazon-cloudwatch-observability"], found["external-dns"]
    assert watcher["podIdentityAssociations"][0]["serviceAccount"] == "cloudwatch-agent"
    assert rights(graph)[role_of(watcher)] == {
        "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
        "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
        "arn:aws:iam::111122223333:policy/own",
    }
    assert names["podIdentityAssociations"][0]["serviceAccount"] == "external-dns"
    assert rights(graph)[role_of(names)] == {"arn:aws:iam::aws:policy/AmazonRoute53FullAccess"}
    assert json.loads(names["configurationValues"]) == {"policy": "sync", "domainFilters": ["example.com"]}
    assert json.loads(found["metrics-server"]["configurationValues"]) == {"replicas": 3}
    assert found["metrics-server"]["addonVersion"].startswith("v0.9.0"), "what is only told something keeps its version"
    assert "podIdentityAssociations" not in found["metrics-server"]
    trusts = [json.loads(node.inputs["assumeRolePolicy"]) for node in graph.values() if node.name.endswith("-dns")
              and node.type.endswith(":Role")]  # fmt: skip
    assert [trust["Statement"][0]["Principal"] for trust in trusts] == [{"Service": "pods.eks.amazonaws.com"}]


@pytest.mark.parametrize("policies", [True, False])
def test_the_network_of_managed_nodes_has_a_role_that_no_node_has(tmp_path, policies):
    told = {"env": {"WARM_ENI_TARGET": "2"}}
    graph = planned(
        tmp_path,
        compute="managed",
        nodeGroups={"general": {}},
        networkPolicies=policies,
        addons={"vpc-cni": {"configuration": told}},
    )
    network = addons(graph)["vpc-cni"]
    assert json.loads(network["configurationValues"]) == {"enableNetworkPolicy": str(policies).lower(), **told}
    assert network["podIdentityAssociations"][0]["serviceAccount"] == "aws-node"
    having = {role for role, policies in rights(graph).items() if any("CNI" in policy for policy in policies)}
    assert having == {role_of(network)}


def test_the_control_plane_writes_what_it_is_asked_for(tmp_path):
    graph = planned(tmp_path, logs=["audit"])
    (cluster,) = (node for node in graph.values() if node.type == "eks:index:Cluster")
    assert cluster.inputs["enabledClusterLogTypes"] == ["audit"]


def test_flow_logs_go_to_a_bucket_that_only_aws_writes_to(production):
    platform = production["platform.prod"].values()
    kinds = [node.type.rsplit(":", 1)[1] for node in platform if "flow-logs" in node.name]
    assert sorted(kinds) == [
        "Bucket",
        "BucketLifecycleConfiguration",
        "BucketPolicy",
        "BucketPublicAccessBlock",
        "BucketServerSideEncryptionConfiguration",
        "FlowLog",
    ]
    (old,) = (node for node in platform if node.type.endswith(":BucketLifecycleConfiguration"))
    assert old.inputs["rules"][0]["expiration"] == {"days": 30}
