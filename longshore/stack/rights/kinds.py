"""What AWS's API is asked for a resource of each kind that our stacks have: to change it, and to see it.

`change` makes, updates, tags and deletes; `see` is what a preview, a refresh and the provider itself read. Sources:
what AWS's own handlers of CloudFormation ask for, which tests/rights/test_kinds.py holds this table against, and the
provider that Pulumi's is made from, https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Rights(NamedTuple):
    """Actions without their service, separated by blanks; those of another service have it before them."""

    change: str
    see: str = ""


_EC2_TAGS: Final = " CreateTags DeleteTags"
_TAGS: Final = " TagResource UntagResource"

KINDS: Final[Mapping[str, Rights]] = {
    "acm:Certificate": Rights(
        "RequestCertificate DeleteCertificate UpdateCertificateOptions AddTagsToCertificate RemoveTagsFromCertificate",
        "DescribeCertificate ListTagsForCertificate",
    ),
    "acm:CertificateValidation": Rights("", "DescribeCertificate"),
    "backup:Plan": Rights("CreateBackupPlan UpdateBackupPlan DeleteBackupPlan" + _TAGS, "GetBackupPlan ListTags"),
    "backup:Selection": Rights(
        "CreateBackupSelection DeleteBackupSelection iam:PassRole iam:CreateServiceLinkedRole",
        "GetBackupSelection ListBackupSelections iam:GetRole",
    ),
    "backup:Vault": Rights(
        "CreateBackupVault DeleteBackupVault DeleteRecoveryPoint backup-storage:Mount backup-storage:MountCapsule "
        "kms:CreateGrant kms:Decrypt kms:GenerateDataKey kms:RetireGrant" + _TAGS,
        "DescribeBackupVault ListTags ListRecoveryPointsByBackupVault kms:DescribeKey",
    ),
    "budgets:Budget": Rights("ModifyBudget" + _TAGS, "ViewBudget ListTagsForResource billing:GetBillingViewData"),
    "cloudwatch:Dashboard": Rights("PutDashboard DeleteDashboards" + _TAGS, "GetDashboard ListTagsForResource"),
    "cloudwatch:LogGroup": Rights(
        "logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy logs:DeleteRetentionPolicy logs:TagResource "
        "logs:UntagResource",
        "logs:DescribeLogGroups logs:ListTagsForResource",
    ),
    "cloudwatch:LogMetricFilter": Rights("logs:PutMetricFilter logs:DeleteMetricFilter", "logs:DescribeMetricFilters"),
    "cloudwatch:MetricAlarm": Rights("PutMetricAlarm DeleteAlarms" + _TAGS, "DescribeAlarms ListTagsForResource"),
    "codeconnections:Connection": Rights(
        "CreateConnection DeleteConnection" + _TAGS, "GetConnection ListTagsForResource"
    ),
    "codebuild:Project": Rights("CreateProject UpdateProject DeleteProject", "BatchGetProjects"),
    "codebuild:Webhook": Rights("CreateWebhook UpdateWebhook DeleteWebhook", "BatchGetProjects"),
    "ec2:DefaultSecurityGroup": Rights(
        "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress "
        "RevokeSecurityGroupEgress" + _EC2_TAGS,
        "DescribeSecurityGroups DescribeSecurityGroupRules",
    ),
    "ec2:Eip": Rights(
        "AllocateAddress ReleaseAddress AssociateAddress DisassociateAddress" + _EC2_TAGS,
        "DescribeAddresses DescribeAddressesAttribute",
    ),
    "ec2:FlowLog": Rights(
        "CreateFlowLogs DeleteFlowLogs logs:CreateLogDelivery logs:DeleteLogDelivery iam:PassRole" + _EC2_TAGS,
        "DescribeFlowLogs DescribeTags",
    ),
    "ec2:InternetGateway": Rights(
        "CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway" + _EC2_TAGS,
        "DescribeInternetGateways",
    ),
    "ec2:LaunchTemplate": Rights(
        "CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate" + _EC2_TAGS,
        "DescribeLaunchTemplates DescribeLaunchTemplateVersions",
    ),
    "ec2:NatGateway": Rights(
        "CreateNatGateway DeleteNatGateway AssociateNatGatewayAddress DisassociateNatGatewayAddress" + _EC2_TAGS,
        "DescribeNatGateways DescribeAddresses",
    ),
    "ec2:Route": Rights("CreateRoute ReplaceRoute DeleteRoute", "DescribeRouteTables DescribeNetworkInterfaces"),
    "ec2:RouteTable": Rights("CreateRouteTable DeleteRouteTable" + _EC2_TAGS, "DescribeRouteTables"),
    "ec2:RouteTableAssociation": Rights(
        "AssociateRouteTable ReplaceRouteTableAssociation DisassociateRouteTable", "DescribeRouteTables DescribeSubnets"
    ),
    "ec2:SecurityGroup": Rights(
        "CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
        "RevokeSecurityGroupIngress RevokeSecurityGroupEgress UpdateSecurityGroupRuleDescriptionsIngress "
        "UpdateSecurityGroupRuleDescriptionsEgress" + _EC2_TAGS,
        "DescribeSecurityGroups DescribeSecurityGroupRules DescribeNetworkInterfaces DescribeInstances",
    ),
    "ec2:Subnet": Rights(
        "CreateSubnet DeleteSubnet ModifySubnetAttribute" + _EC2_TAGS,
        "DescribeSubnets DescribeNetworkAcls DescribeNetworkInterfaces",
    ),
    "ec2:Vpc": Rights(
        "CreateVpc DeleteVpc ModifyVpcAttribute" + _EC2_TAGS,
        "DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups",
    ),
    "ec2:VpcEndpoint": Rights(
        "CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints" + _EC2_TAGS,
        "DescribeVpcEndpoints DescribeVpcEndpointServices DescribePrefixLists DescribeSubnets DescribeSecurityGroups "
        "DescribeVpcs",
    ),
    "ecr:LifecyclePolicy": Rights("PutLifecyclePolicy DeleteLifecyclePolicy", "GetLifecyclePolicy"),
    "ecr:PullThroughCacheRule": Rights(
        "CreatePullThroughCacheRule UpdatePullThroughCacheRule DeletePullThroughCacheRule "
        "iam:CreateServiceLinkedRole iam:PassRole secretsmanager:GetSecretValue",
        "DescribePullThroughCacheRules",
    ),
    "ecr:Repository": Rights(
        "CreateRepository DeleteRepository PutImageScanningConfiguration PutImageTagMutability kms:RetireGrant" + _TAGS,
        "DescribeRepositories ListTagsForResource",
    ),
    "ecr:RepositoryPolicy": Rights("SetRepositoryPolicy DeleteRepositoryPolicy", "GetRepositoryPolicy"),
    "ecr:RepositoryCreationTemplate": Rights(
        "CreateRepositoryCreationTemplate UpdateRepositoryCreationTemplate DeleteRepositoryCreationTemplate "
        "CreateRepository PutLifecyclePolicy SetRepositoryPolicy iam:CreateServiceLinkedRole iam:PassRole",
        "DescribeRepositoryCreationTemplates",
    ),
    "efs:BackupPolicy": Rights("PutBackupPolicy", "DescribeBackupPolicy"),
    "efs:FileSystem": Rights(
        "CreateFileSystem UpdateFileSystem UpdateFileSystemProtection DeleteFileSystem PutLifecycleConfiguration"
        + _TAGS,
        "DescribeFileSystems DescribeLifecycleConfiguration DescribeReplicationConfigurations ListTagsForResource "
        "kms:DescribeKey",
    ),
    "efs:FileSystemPolicy": Rights("PutFileSystemPolicy DeleteFileSystemPolicy", "DescribeFileSystemPolicy"),
    "efs:MountTarget": Rights(
        "CreateMountTarget DeleteMountTarget ModifyMountTargetSecurityGroups ec2:CreateNetworkInterface "
        "ec2:DeleteNetworkInterface ec2:ModifyNetworkInterfaceAttribute",
        "DescribeMountTargets DescribeMountTargetSecurityGroups ec2:DescribeSubnets ec2:DescribeSecurityGroups "
        "ec2:DescribeNetworkInterfaces ec2:DescribeNetworkInterfaceAttribute",
    ),
    "eks:AccessEntry": Rights(
        "CreateAccessEntry UpdateAccessEntry DeleteAccessEntry" + _TAGS,
        "DescribeAccessEntry ListAssociatedAccessPolicies",
    ),
    "eks:AccessPolicyAssociation": Rights(
        "AssociateAccessPolicy DisassociateAccessPolicy", "DescribeAccessEntry ListAssociatedAccessPolicies"
    ),
    "eks:Addon": Rights(
        "CreateAddon UpdateAddon DeleteAddon CreatePodIdentityAssociation UpdatePodIdentityAssociation "
        "DeletePodIdentityAssociation iam:PassRole" + _TAGS,
        "DescribeAddon DescribeAddonVersions DescribeAddonConfiguration DescribeUpdate DescribePodIdentityAssociation "
        "ListPodIdentityAssociations iam:GetRole",
    ),
    "eks:Cluster": Rights(
        "CreateCluster UpdateClusterConfig UpdateClusterVersion DeleteCluster AssociateEncryptionConfig "
        "CreateAccessEntry iam:PassRole iam:CreateServiceLinkedRole iam:CreateInstanceProfile "
        "iam:DeleteInstanceProfile iam:TagInstanceProfile iam:AddRoleToInstanceProfile "
        "iam:RemoveRoleFromInstanceProfile kms:CreateGrant" + _TAGS,
        "DescribeCluster DescribeUpdate ListUpdates DescribeClusterVersions iam:GetRole iam:ListAttachedRolePolicies "
        "iam:GetInstanceProfile "
        "ec2:DescribeSubnets ec2:DescribeVpcs ec2:DescribeSecurityGroups kms:DescribeKey",
    ),
    "eks:NodeGroup": Rights(
        "CreateNodegroup UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup iam:PassRole "
        "iam:CreateServiceLinkedRole ec2:RunInstances ec2:CreateTags ec2:DeleteTags" + _TAGS,
        "DescribeNodegroup DescribeUpdate ListUpdates ListClusters ListNodegroups ssm:GetParameter iam:GetRole "
        "iam:ListAttachedRolePolicies ec2:DescribeSubnets "
        "ec2:DescribeVpcs ec2:DescribeSecurityGroups ec2:DescribeRouteTables ec2:DescribeLaunchTemplates "
        "ec2:DescribeLaunchTemplateVersions",
    ),
    "eks:PodIdentityAssociation": Rights(
        "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation iam:PassRole" + _TAGS,
        "DescribePodIdentityAssociation iam:GetRole",
    ),
    "iam:OpenIdConnectProvider": Rights(
        "CreateOpenIDConnectProvider DeleteOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint "
        "AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider "
        "UntagOpenIDConnectProvider",
        "GetOpenIDConnectProvider ListOpenIDConnectProviderTags",
    ),
    "iam:Policy": Rights(
        "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion TagPolicy UntagPolicy",
        "GetPolicy GetPolicyVersion ListPolicyVersions ListEntitiesForPolicy",
    ),
    "iam:Role": Rights(
        "CreateRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy PutRolePermissionsBoundary DeleteRole "
        "TagRole UntagRole",
        "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole ListRoleTags",
    ),
    "iam:RolePolicy": Rights("PutRolePolicy DeleteRolePolicy", "GetRolePolicy"),
    "iam:RolePolicyAttachment": Rights("AttachRolePolicy DetachRolePolicy", "ListAttachedRolePolicies"),
    "kms:Alias": Rights("CreateAlias UpdateAlias DeleteAlias", "ListAliases"),
    "kms:Key": Rights(
        "CreateKey PutKeyPolicy EnableKey DisableKey EnableKeyRotation DisableKeyRotation UpdateKeyDescription "
        "ScheduleKeyDeletion" + _TAGS,
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
    ),
    "route53:Record": Rights(
        "ChangeResourceRecordSets", "GetChange GetHostedZone ListResourceRecordSets ListHostedZones"
    ),
    "s3:Bucket": Rights(
        "CreateBucket DeleteBucket PutBucketTagging TagResource UntagResource DeleteObject DeleteObjectVersion",
        "ListBucket ListBucketVersions GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration "
        "GetBucketOwnershipControls GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning "
        "GetBucketWebsite GetAccelerateConfiguration GetEncryptionConfiguration GetLifecycleConfiguration "
        "GetReplicationConfiguration GetBucketPublicAccessBlock GetBucketAbac ListTagsForResource",
    ),
    "s3:BucketLifecycleConfiguration": Rights("PutLifecycleConfiguration", "GetLifecycleConfiguration"),
    "s3:BucketPolicy": Rights("PutBucketPolicy DeleteBucketPolicy", "GetBucketPolicy"),
    "s3:BucketPublicAccessBlock": Rights("PutBucketPublicAccessBlock", "GetBucketPublicAccessBlock"),
    "s3:BucketServerSideEncryptionConfiguration": Rights("PutEncryptionConfiguration", "GetEncryptionConfiguration"),
    "s3:BucketVersioning": Rights("PutBucketVersioning", "GetBucketVersioning"),
    "sns:Topic": Rights("CreateTopic DeleteTopic SetTopicAttributes" + _TAGS, "GetTopicAttributes ListTagsForResource"),
    "sns:TopicSubscription": Rights(
        "Subscribe Unsubscribe SetSubscriptionAttributes", "GetSubscriptionAttributes ListSubscriptionsByTopic"
    ),
}
"""`eks:NodeGroup`, the module and the class of a resource of pulumi-aws → what it takes."""

_PREFIXES: Final[Mapping[str, str]] = {"efs": "elasticfilesystem"}
"""Module of pulumi-aws → how IAM calls the service, where it does otherwise."""


def changes(kinds: Iterable[str]) -> frozenset[str]:
    """All actions that make, update and delete resources of these kinds, `ec2:CreateVpc`."""
    return frozenset(action for kind in kinds for action in _actions(kind, KINDS[kind].change))


def sees(kinds: Iterable[str]) -> frozenset[str]:
    """All actions that read resources of these kinds, `ec2:DescribeVpcs`."""
    return frozenset(action for kind in kinds for action in _actions(kind, KINDS[kind].see))


def _actions(kind: str, names: str) -> list[str]:
    module = kind.partition(":")[0]
    service = _PREFIXES.get(module, module)
    return [name if ":" in name else f"{service}:{name}" for name in names.split()]
