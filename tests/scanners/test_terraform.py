"""Stacks in Terraform's words: kinds, properties, blocks and references, as Terraform's documentation has them.

That scanners understand them is shown by test_findings.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from longshore.rehearsal.plan import Node
from tools.scanners.terraform import kind_of, terraform_plan

KEY = Node("urn:key", "aws:kms/key:Key", "state", "", inputs={"enableKeyRotation": True})


def bucket_rules(**inputs: Any) -> Node:
    kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    return Node("urn:rules", kind, "state", "", inputs=inputs, sources={"rules": ["urn:key"], "bucket": ["urn:bucket"]})


def plan(*nodes: Node) -> dict[str, Any]:
    return terraform_plan({node.urn: node for node in nodes})


def values(*nodes: Node) -> list[dict[str, Any]]:
    """What is planned of each, without tags."""
    planned = [one["values"] for one in plan(*nodes)["planned_values"]["root_module"]["resources"]]
    return [{key: value for key, value in one.items() if key != "tags_all"} for one in planned]


def expressions(*nodes: Node) -> list[dict[str, Any]]:
    return [one["expressions"] for one in plan(*nodes)["configuration"]["root_module"]["resources"]]


@pytest.mark.parametrize(
    ("pulumi", "terraform"),
    [
        ("aws:ec2/securityGroup:SecurityGroup", "aws_security_group"),
        ("aws:ec2/vpc:Vpc", "aws_vpc"),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws_eks_pod_identity_association"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws_s3_bucket_public_access_block"),
    ],
)
def test_kinds(pulumi: str, terraform: str) -> None:
    assert kind_of(pulumi) == terraform


@pytest.mark.parametrize(
    ("kind", "pulumi", "terraform"),
    [
        ("ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidr_block": "10.0.0.0/16"}),
        ("kms/key:Key", {"deletionWindowInDays": 30.0}, {"deletion_window_in_days": 30}),
        ("ec2/securityGroup:SecurityGroup", {"ingress": [{"toPort": 22.0}]}, {"ingress": [{"to_port": 22}]}),
        ("efs/fileSystem:FileSystem", {"lifecyclePolicies": [{}]}, {"lifecycle_policy": [{}]}),
        ("eks/nodeGroup:NodeGroup", {"scalingConfig": {"minSize": 1.0}}, {"scaling_config": [{"min_size": 1}]}),
        ("eks/nodeGroup:NodeGroup", {"labels": {"aB": "c"}}, {"labels": {"aB": "c"}}),
        ("eks/nodeGroup:NodeGroup", {"instanceTypes": ["m7i.large"]}, {"instance_types": ["m7i.large"]}),
        ("iam/openIdConnectProvider:OpenIdConnectProvider", {"clientIdLists": ["x"]}, {"client_id_list": ["x"]}),
        ("cloudwatch/metricAlarm:MetricAlarm", {"name": "x"}, {"alarm_name": "x"}),
        (
            "ec2/launchTemplate:LaunchTemplate",
            {"blockDeviceMappings": [{"ebs": {"volumeSize": 50.0}}], "tagSpecifications": [{"tags": {"a": "b"}}]},
            {"block_device_mappings": [{"ebs": [{"volume_size": 50}]}], "tag_specifications": [{"tags": {"a": "b"}}]},
        ),
    ],
)
def test_properties(kind: str, pulumi: dict[str, Any], terraform: dict[str, Any]) -> None:
    assert values(Node("urn:x", f"aws:{kind}", "x", "", inputs=pulumi)) == [terraform]


def test_a_reference_is_an_expression_and_no_value() -> None:
    key = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:played:eu-west-1:111122223333:state"}
    rules = bucket_rules(bucket="state-id", rules=[{"applyServerSideEncryptionByDefault": key}])
    bucket = Node("urn:bucket", "aws:s3/bucket:Bucket", "state", "", inputs={})
    assert values(KEY, bucket, rules)[2] == {
        "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]
    }
    assert expressions(KEY, bucket, rules)[2] == {
        "bucket": {"references": ["aws_s3_bucket.state.id", "aws_s3_bucket.state"]},
        "rule": [
            {
                "apply_server_side_encryption_by_default": [
                    {
                        "sse_algorithm": {"constant_value": "aws:kms"},
                        "kms_master_key_id": {"references": ["aws_kms_key.state.arn", "aws_kms_key.state"]},
                    }
                ]
            }
        ],
    }
    (*_, change) = plan(KEY, bucket, rules)["resource_changes"]
    assert change["change"]["after_unknown"] == {"bucket": True}


def test_an_input_refers_to_what_it_is_made_of_and_not_to_another_of_that_name() -> None:
    files = Node("urn:files", "aws:efs/fileSystem:FileSystem", "shared", "")
    group = Node("urn:group", "aws:ec2/securityGroup:SecurityGroup", "shared", "")
    target = Node(
        "urn:target",
        "aws:efs/mountTarget:MountTarget",
        "shared-a",
        "",
        inputs={"fileSystemId": "shared-id", "securityGroups": ["shared-id"], "subnetId": "shared-id"},
        sources={"fileSystemId": ["urn:files"], "securityGroups": ["urn:group"]},
    )
    assert expressions(files, group, target)[2] == {
        "file_system_id": {"references": ["aws_efs_file_system.shared.id", "aws_efs_file_system.shared"]},
        "security_groups": {"references": ["aws_security_group.shared.id", "aws_security_group.shared"]},
        "subnet_id": {"constant_value": "shared-id"},
    }


def test_two_of_a_kind_and_name_have_addresses_of_their_own() -> None:
    nodes = [Node(f"urn:{parent}", "aws:iam/role:Role", "reader", parent) for parent in "abc"]
    planned = plan(*nodes)["planned_values"]["root_module"]["resources"]
    assert [one["address"] for one in planned] == [
        "aws_iam_role.reader",
        "aws_iam_role.reader__2",
        "aws_iam_role.reader__3",
    ]


def test_a_cluster_of_pulumi_is_the_one_that_its_provider_makes_of_it() -> None:
    inputs = {
        "name": "x",
        "version": "1.35",
        "encryptionConfigKeyArn": "arn:aws:played:eu-west-1:111122223333:state",
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["203.0.113.0/24"],
        "authenticationMode": "API",
        "skipDefaultNodeGroup": True,
    }
    outer = Node("urn:eks", "eks:index:Cluster", "x", "", remote=True, inputs=inputs)
    outer = outer._replace(custom=False, sources={"encryptionConfigKeyArn": ["urn:key"]})
    inner = Node("urn:cluster", "aws:eks/cluster:Cluster", "x-eksCluster", "urn:eks", expected=True)
    assert values(KEY, outer, inner)[1] == {
        "name": "x",
        "version": "1.35",
        "vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["203.0.113.0/24"]}],
        "access_config": [{"authentication_mode": "API"}],
        "encryption_config": [{"provider": [{}], "resources": ["secrets"]}],
    }
    (found,) = expressions(KEY, outer, inner)[1]["encryption_config"]
    assert found["provider"] == [{"key_arn": {"references": ["aws_kms_key.state.arn", "aws_kms_key.state"]}}]


def test_tags_of_the_provider_are_on_everything() -> None:
    provider = Node("urn:aws", "pulumi:providers:aws", "aws", "", inputs={"defaultTags": '{"tags": {"team": "shop"}}'})
    vpc = Node("urn:vpc", "aws:ec2/vpc:Vpc", "dev", "", inputs={"tags": {"Name": "dev"}})
    (planned,) = plan(provider, vpc)["planned_values"]["root_module"]["resources"]
    assert planned["values"]["tags_all"] == {"team": "shop", "Name": "dev"}


def test_what_is_read_and_what_is_not_in_aws_is_left_out() -> None:
    read = Node("urn:read", "aws:ec2/vpc:Vpc", "there", "", read=True)
    claim = Node("urn:claim", "kubernetes:core/v1:PersistentVolumeClaim", "data", "")
    assert plan(read, claim)["resource_changes"] == []
