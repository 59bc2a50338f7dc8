"""What AWS's own handlers of CloudFormation ask its API for, of each kind of resource that our stacks have.

From the schemas that cfn-lint brings along, which are AWS's: a source that knows nothing of our table.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

COUNTERPARTS: Final = {
    "acm:Certificate": ("CertificateManager::Certificate",),
    "backup:Plan": ("Backup::BackupPlan",),
    "backup:Selection": ("Backup::BackupSelection",),
    "backup:Vault": ("Backup::BackupVault",),
    "budgets:Budget": ("Budgets::Budget",),
    "cloudwatch:Dashboard": ("CloudWatch::Dashboard",),
    "cloudwatch:LogGroup": ("Logs::LogGroup",),
    "cloudwatch:LogMetricFilter": ("Logs::MetricFilter",),
    "cloudwatch:MetricAlarm": ("CloudWatch::Alarm",),
    "codeconnections:Connection": ("CodeConnections::Connection",),
    "ec2:Eip": ("EC2::EIP",),
    "ec2:FlowLog": ("EC2::FlowLog",),
    "ec2:InternetGateway": ("EC2::InternetGateway", "EC2::VPCGatewayAttachment"),
    "ec2:LaunchTemplate": ("EC2::LaunchTemplate",),
    "ec2:NatGateway": ("EC2::NatGateway",),
    "ec2:Route": ("EC2::Route",),
    "ec2:RouteTable": ("EC2::RouteTable",),
    "ec2:RouteTableAssociation": ("EC2::SubnetRouteTableAssociation",),
    "ec2:SecurityGroup": ("EC2::SecurityGroup",),
    "ec2:Subnet": ("EC2::Subnet",),
    "ec2:Vpc": ("EC2::VPC",),
    "ec2:VpcEndpoint": ("EC2::VPCEndpoint",),
    "ecr:PullThroughCacheRule": ("ECR::PullThroughCacheRule",),
    "ecr:Repository": ("ECR::Repository",),
    "ecr:RepositoryCreationTemplate": ("ECR::RepositoryCreationTemplate",),
    "efs:FileSystem": ("EFS::FileSystem",),
    "efs:MountTarget": ("EFS::MountTarget",),
    "eks:AccessEntry": ("EKS::AccessEntry",),
    "eks:Addon": ("EKS::Addon",),
    "eks:Cluster": ("EKS::Cluster",),
    "eks:NodeGroup": ("EKS::Nodegroup",),
    "eks:PodIdentityAssociation": ("EKS::PodIdentityAssociation",),
    "iam:OpenIdConnectProvider": ("IAM::OIDCProvider",),
    "iam:Policy": ("IAM::ManagedPolicy",),
    "iam:Role": ("IAM::Role",),
    "iam:RolePolicy": ("IAM::RolePolicy",),
    "kms:Alias": ("KMS::Alias",),
    "kms:Key": ("KMS::Key",),
    "route53:Record": ("Route53::RecordSet",),
    "s3:Bucket": ("S3::Bucket",),
    "s3:BucketPolicy": ("S3::BucketPolicy",),
    "sns:Topic": ("SNS::Topic",),
    "sns:TopicSubscription": ("SNS::Subscription",),
}
"""Kind of pulumi-aws → the kinds of CloudFormation that are the same."""

NOT_OURS: Final = {
    "settings that no component of ours has": (
        "acm-pca:* ec2:AcceptAddressTransfer ec2:AssignPrivateNatGatewayAddress ec2:AssociateSubnetCidrBlock "
        "ec2:AttachVpnGateway ec2:CreateVpcEncryptionControl ec2:DescribeVpcEncryptionControls ec2:DescribeVpnGateways "
        "ec2:DetachVpnGateway ec2:DisassociateSubnetCidrBlock ec2:ModifyVpcTenancy "
        "ec2:UnassignPrivateNatGatewayAddress ec2:DescribeKeyPairs eks:ActivateCertificateAuthority "
        "elasticfilesystem:CreateReplicationConfiguration "
        "elasticfilesystem:DeleteReplicationConfiguration firehose:* kms:GenerateDataKeyWithoutPlaintext "
        "logs:AssociateKmsKey logs:DisassociateKmsKey logs:*Index* logs:*DataProtectionPolicy logs:*ResourcePolic* "
        "logs:PutBearerTokenAuthentication logs:PutLogGroupDeletionProtection s3:*Abac s3:*Acl s3:*Accelerate* "
        "s3:*Analytics* s3:*Cors s3:*CORS s3:*IntelligentTiering* s3:*Inventory* s3:PutBucketLogging s3:*Metadata* "
        "s3:*Metrics* s3:*Notification s3:*ObjectLock* s3:PutBucketOwnershipControls s3:*Replication s3:*Website "
        "s3:DeleteBucketEncryption s3:DeleteBucketLifecycle s3:PutReplicationConfiguration s3tables:* "
        "sns:*DataProtectionPolicy vpc-lattice:* vpce:* backup:*VaultAccessPolicy backup:*LockConfiguration "
        "backup:*VaultNotifications"
    ),
    "what is forbidden: to be rid of the boundary": "iam:DeleteRolePermissionsBoundary",
    "users and groups, of which no stack makes one": "iam:AttachGroupPolicy iam:AttachUserPolicy iam:DetachGroupPolicy "
    "iam:DetachUserPolicy",
    "an older name of the same": "elasticfilesystem:DeleteTags s3:REST.PUT.OBJECT",
    "what CloudFormation reads for itself": "autoscaling:DescribeTags",
}
"""Reason → what the handlers ask for, and nobody of ours may."""


@cache
def handlers() -> dict[str, dict[str, frozenset[str]]]:
    """Kind of CloudFormation, without `AWS::` → what is done → the actions that it takes."""
    found = {}
    for file in files("cfnlint").joinpath("data/schemas/resources").iterdir():
        schema = json.loads(file.read_text("utf-8"))
        if "handlers" in schema:
            found[schema["typeName"].removeprefix("AWS::")] = {
                verb: frozenset(each.get("permissions", ())) for verb, each in schema["handlers"].items()
            }
    return found


def asked(kind: str, *verbs: str) -> frozenset[str]:
    """What AWS's API is asked for as a resource of a kind is made, changed, read or deleted."""
    every = handlers()
    return frozenset().union(*(every[one].get(verb, frozenset()) for one in COUNTERPARTS[kind] for verb in verbs))
