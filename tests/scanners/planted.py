"""Faults planted into our stacks, as Pulumi would register them, and the rules that promise to find each.

What finds nothing could be blind: a plan in which a property has another name than Terraform's is as green as a good
one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.rehearsal.plan import Node

EVERYONE: Final = "0.0.0.0/0"
ANYTHING: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["*", "s3:*"], "Resource": "*"}]}
)
ANYBODY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)


class Fault(NamedTuple):
    """What is wrong in a stack, and who must say so.

    kind: of the resources that get it. inputs: in place of theirs; None takes one away. without: a kind that is not
    there at all. rules: of checkov and of Trivy.
    """

    stack: str
    kind: str
    rules: tuple[str, ...]
    inputs: Mapping[str, Any] = {}
    without: str = ""

    def plant(self, graph: Mapping[str, Node]) -> dict[str, Node]:
        """The stack with the fault."""
        left = {urn: node for urn, node in graph.items() if node.type != self.without}
        assert any(node.type == self.kind for node in left.values()), self
        return {urn: self._changed(node) if node.type == self.kind else node for urn, node in left.items()}

    def _changed(self, node: Node) -> Node:
        inputs = {**node.inputs, **self.inputs}
        return node._replace(inputs={key: value for key, value in inputs.items() if value is not None})


BLOCK: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
SSH: Final = {"description": "x", "protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "cidrBlocks": [EVERYONE]}

FAULTS: Final[Mapping[str, Fault]] = {
    "open-group": Fault(
        "private", "aws:ec2/securityGroup:SecurityGroup", ("CKV_AWS_24", "AWS-0107"), {"ingress": [SSH]}
    ),
    "open-api-server": Fault(
        "pools",
        "eks:index:Cluster",
        ("CKV_AWS_38", "AWS-0041"),
        {"endpointPublicAccess": True, "publicAccessCidrs": [EVERYONE]},
    ),
    "plain-cluster-secrets": Fault(
        "pools", "eks:index:Cluster", ("CKV_AWS_58", "AWS-0039"), {"encryptionConfigKeyArn": None}
    ),
    "plain-files": Fault("backup", "aws:efs/fileSystem:FileSystem", ("CKV_AWS_42", "AWS-0037"), {"encrypted": False}),
    "unscanned-images": Fault(
        "images",
        "aws:ecr/repository:Repository",
        ("CKV_AWS_163", "AWS-0030"),
        {"imageScanningConfiguration": {"scanOnPush": False}},
    ),
    "mutable-images": Fault(
        "images", "aws:ecr/repository:Repository", ("CKV_AWS_51", "AWS-0031"), {"imageTagMutability": "MUTABLE"}
    ),
    "public-bucket": Fault(
        "bootstrap",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        ("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "AWS-0086", "AWS-0087", "AWS-0091", "AWS-0093"),
        dict.fromkeys(BLOCK, False),
    ),
    "bucket-without-block": Fault(
        "bootstrap",
        "aws:s3/bucket:Bucket",
        ("CKV2_AWS_6", "AWS-0094"),
        without="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ),
    "bucket-without-versions": Fault(
        "bootstrap",
        "aws:s3/bucketVersioning:BucketVersioning",
        ("CKV_AWS_21", "AWS-0090"),
        {"versioningConfiguration": {"status": "Suspended"}},
    ),
    "bucket-without-key": Fault(
        "bootstrap",
        "aws:s3/bucket:Bucket",
        ("CKV_AWS_145", "AWS-0132"),
        without="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ),
    "one-key-for-ever": Fault("bootstrap", "aws:kms/key:Key", ("CKV_AWS_7", "AWS-0065"), {"enableKeyRotation": False}),
    "all-rights": Fault(
        "managed", "aws:iam/rolePolicy:RolePolicy", ("CKV_AWS_62", "CKV_AWS_63", "AWS-0345"), {"policy": ANYTHING}
    ),
    "a-role-for-all": Fault("managed", "aws:iam/role:Role", ("CKV_AWS_60",), {"assumeRolePolicy": ANYBODY}),
    "old-metadata": Fault(
        "managed",
        "aws:ec2/launchTemplate:LaunchTemplate",
        ("CKV_AWS_79", "AWS-0130"),
        {"metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "optional"}},
    ),
    "public-nodes": Fault(
        "managed", "aws:ec2/subnet:Subnet", ("CKV_AWS_130", "AWS-0164"), {"mapPublicIpOnLaunch": True}
    ),
    "open-nodes": Fault(
        "managed", "aws:eks/nodeGroup:NodeGroup", ("CKV_AWS_100",), {"remoteAccess": {"ec2SshKey": "me"}}
    ),
    "no-flow-logs": Fault("managed", "aws:ec2/vpc:Vpc", ("CKV2_AWS_11", "AWS-0178"), without="aws:ec2/flowLog:FlowLog"),
    "no-default-group": Fault(
        "managed", "aws:ec2/vpc:Vpc", ("CKV2_AWS_12",), without="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    ),
    "group-of-nobody": Fault(
        "backup",
        "aws:ec2/securityGroup:SecurityGroup",
        ("CKV2_AWS_5",),
        without="aws:efs/mountTarget:MountTarget",
    ),
    "privileged-runner": Fault(
        "private",
        "aws:codebuild/project:Project",
        ("CKV_AWS_316",),
        {"environment": {"image": "x", "type": "LINUX_CONTAINER", "computeType": "x", "privilegedMode": True}},
    ),
    "images-for-all": Fault(
        "images",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        ("CKV_AWS_32", "AWS-0032"),
        {"policy": ANYBODY.replace("sts:AssumeRole", "ecr:*")},
    ),
    "logs-for-ever": Fault("alarms", "aws:cloudwatch/logGroup:LogGroup", ("CKV_AWS_66",), {"retentionInDays": None}),
    "alarms-off": Fault(
        "alarms", "aws:cloudwatch/metricAlarm:MetricAlarm", ("CKV_AWS_319",), {"actionsEnabled": False}
    ),
}
"""Name → fault."""
