"""How `longshore status` reaches the cluster of a stack, and what it says where it does not."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws
from moto.eks.models import eks_backends

from longshore.cli.cluster.connection import connect
from longshore.cli.flags import Given
from longshore.errors import Refused
from longshore.stack.reading import read_stack
from tools.cluster.pki import new_authority

PLATFORM = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: eks}
  longshore:network: {}
  longshore:aws: {region: eu-west-1, accountId: '123456789012'}
"""

APPLICATION = """\
config:
  longshore:environment: dev
  longshore:cluster: {kind: stack, stack: platform.dev}
  longshore:team: shop
  longshore:compose: {files: [compose.yaml]}
"""


def test_a_stack_without_a_team(project):
    project.write(
        "stacks/Pulumi.platform.dev.yaml",
        PLATFORM,
    )
    answer = project.longshore("status", "-s", "platform.dev")
    assert answer.code == 2
    assert "has no team" in answer.err


def test_no_kubeconfig(project):
    answer = project.longshore("status", "-s", "shop.dev", KUBECONFIG=str(project.folder / "nothing"))
    assert answer.code == 2
    assert "can't be reached" in answer.err
    assert "--kubeconfig FILE" in answer.err


KUBECONFIG = """\
current-context: one
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users:
- name: u
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['{"status": {"token": "t"}}']}}
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u}}]
"""


def test_a_cluster_out_of_reach(project):
    """And a login plugin that speaks the version of today."""
    project.write("kubeconfig", KUBECONFIG)
    answer = project.longshore("status", "-s", "shop.dev", "--kubeconfig", str(project.folder / "kubeconfig"))
    assert answer.code == 4
    assert "the cluster of context `one` was not reached at http://127.0.0.1:9: Connection refused" in answer.err
    answer = project.longshore(
        "status", "-s", "shop.dev", "--kubeconfig", str(project.folder / "kubeconfig"), "--context", "three"
    )
    assert answer.code == 2
    assert "three" in answer.err


@mock_aws
def test_eks_is_reached_by_aws_credentials_alone(project, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    project.write(
        "stacks/Pulumi.platform.dev.yaml",
        PLATFORM,
    )
    project.write(
        "stacks/Pulumi.shop.dev.yaml",
        APPLICATION,
    )
    stack = read_stack("shop.dev", str(project.folder))
    with pytest.raises(Refused, match="longshore-dev"):
        connect(Given({}), stack, {})
    authority = base64.b64encode(new_authority().pem).decode()
    client = boto3.client("eks", region_name="eu-west-1")
    client.create_cluster(
        name="longshore-dev", roleArn="arn:aws:iam::123456789012:role/x", resourcesVpcConfig={"subnetIds": []}
    )
    real = client.describe_cluster(name="longshore-dev")["cluster"]
    eks_backends["123456789012"]["eu-west-1"].clusters["longshore-dev"].certificate_authority = {"data": authority}
    made = connect(Given({}), stack, {})
    assert made.context.server == real["endpoint"]
    assert made.context.authority == base64.b64decode(authority)
    token = made._credentials()["token"].removeprefix("k8s-aws-v1.")
    url = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    asked = parse_qs(url.query)
    assert url.hostname == "sts.eu-west-1.amazonaws.com"
    assert asked["Action"] == ["GetCallerIdentity"]
    assert asked["X-Amz-Expires"] == ["60"]
    assert "x-k8s-aws-id" in asked["X-Amz-SignedHeaders"][0]
    assert json.dumps(asked).count("AKIAEXAMPLE") == 1
