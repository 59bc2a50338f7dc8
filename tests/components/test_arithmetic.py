"""Ranges of subnets, and policies of IAM: what can be computed without any cloud."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.stack.addons import VERSIONS, addons_of, unknown_addons
from longshore.stack.eks_settings import Addon, EksCluster, NodeGroup
from longshore.stack.iam_policies import deliver_logs, mount_by_access_points, read_secrets, trust_service_account
from longshore.stack.subnets import zones_of


@given(st.integers(16, 22), st.integers(0, 255))
def test_subnets_lie_in_the_vpc_and_apart(prefix, second):
    whole = IPv4Network(f"10.{second}.0.0/{prefix}")
    zones = zones_of("eu-west-1", str(whole))
    ranges = [IPv4Network(text) for zone in zones for text in (zone.private, zone.public, zone.control)]
    assert len(ranges) == 9
    assert all(part.subnet_of(whole) for part in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
    assert {IPv4Network(zone.control).prefixlen for zone in zones} == {28}
    assert {IPv4Network(zone.private).prefixlen for zone in zones} == {prefix + 2}


@pytest.mark.parametrize(
    ("region", "names"),
    [
        ("eu-west-1", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ("ap-northeast-1", ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]),
    ],
)
def test_zones_of_a_region(region, names):
    zones = zones_of(region, "10.0.0.0/16")
    assert [zone.name for zone in zones] == names
    assert len({zone.letter for zone in zones}) == 3


def test_a_team_reads_its_own_secrets_and_nothing_else():
    arns = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"
    policy = read_secrets(arns, "dev/shop", "shop", ["legacy/key"], "arn:aws:kms:eu-west-1:111122223333:key/1")
    assert [statement["Sid"] for statement in policy["Statement"]] == ["Team", "External", "Key"]
    team, external, key = policy["Statement"]
    assert team["Resource"] == f"{arns}dev/shop/*"
    assert team["Condition"] == {"StringEquals": {"secretsmanager:ResourceTag/team": "shop"}}
    assert external["Resource"] == [f"{arns}legacy/key-??????"]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}
    assert {statement["Action"] for statement in policy["Statement"]} == {
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
    }
    assert len(json.dumps(policy)) < 10_240, "IAM's limit for the inline policies of a role"


def test_a_bucket_takes_the_flow_logs_of_one_account():
    policy = deliver_logs("arn:aws-cn:s3:::logs", "arn:aws-cn:ec2:cn-north-1:111122223333:vpc/vpc-1")
    write, look, tls = policy["Statement"]
    assert write["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "111122223333",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    assert look["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws-cn:logs:cn-north-1:111122223333:*"}
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert write["Resource"] == "arn:aws-cn:s3:::logs/*"


def test_only_one_service_account_is_trusted():
    (statement,) = trust_service_account("arn:aws:iam::1:oidc-provider/x", "x", "shop", "store")["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "x:sub": "system:serviceaccount:shop:store",
        "x:aud": "sts.amazonaws.com",
    }


def test_addons_are_pinned_moved_and_left_out():
    wanted = {"amazon-cloudwatch-observability": Addon("v6.4.0-eksbuild.1"), "metrics-server": Addon("")}
    assert addons_of(EksCluster(kind="eks", addons=wanted)) == {"amazon-cloudwatch-observability": "v6.4.0-eksbuild.1"}
    managed = EksCluster(kind="eks", compute="managed", node_groups={"a": NodeGroup()}, version="1.34")
    assert addons_of(managed)["kube-proxy"].startswith("v1.34.")
    assert addons_of(managed).keys() == VERSIONS.keys() - {"aws-efs-csi-driver"}
    told = {"metrics-server": Addon(configuration={"replicas": 3})}
    assert addons_of(EksCluster(kind="eks", addons=told)) == {"metrics-server": VERSIONS["metrics-server"]["1.35"]}
    assert unknown_addons(EksCluster(kind="eks", version="1.99")) == ["metrics-server"]
    assert unknown_addons(EksCluster(kind="eks", addons={"external-dns": Addon()})) == ["external-dns"]
    pinned = {"metrics-server": Addon("v1.0.0-eksbuild.1")}
    assert unknown_addons(EksCluster(kind="eks", version="1.99", addons=pinned)) == []


def test_a_file_system_is_mounted_by_tls_and_an_access_point_and_by_nobody_as_root():
    policy = mount_by_access_points("arn:aws:efs:x", "arn:aws:iam::111122223333:role/driver")
    found = {statement["Sid"]: statement for statement in policy["Statement"]}
    allowed = {
        statement["Sid"]: statement["Action"] for statement in policy["Statement"] if statement["Effect"] == "Allow"
    }
    assert [sid for sid, actions in allowed.items() if "elasticfilesystem:ClientRootAccess" in actions] == ["Driver"]
    assert found["Driver"]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/driver"}
    assert found["OnlyByTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert found["OnlyByAccessPoint"]["Condition"] == {
        "Null": {"elasticfilesystem:AccessPointArn": "true"},
        "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/driver"},
    }
    assert {statement["Resource"] for statement in policy["Statement"]} == {"arn:aws:efs:x"}
    nobody = mount_by_access_points("arn:aws:efs:x", "")
    assert [statement["Sid"] for statement in nobody["Statement"]] == ["Mount", "OnlyByTls", "OnlyByAccessPoint"]
