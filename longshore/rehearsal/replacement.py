"""Which changes of a resource make it anew, by the rules of its provider; what is not listed is updated in place.

Kubernetes: the fields that the API server refuses to change, as pulumi-kubernetes has them for the kinds that we make,
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go. A ConfigMap and a Secret change
in place, since our providers say so. AWS: what its own schemas call create-only, by the names that pulumi-aws has,
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-createonlyproperties;
its provider is Terraform's, which takes a route table of a subnet and the settings of a budget in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.model import Field
    from longshore.rehearsal.plan import Node

_OBJECT: Final = ("metadata.name", "metadata.namespace", "apiVersion", "kind")
_KUBERNETES: Final[Mapping[str, tuple[str, ...]]] = {
    "DaemonSet": ("spec.selector",),
    "Deployment": ("spec.selector",),
    "Job": ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    "PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ),
    "ResourceQuota": ("spec.scopes",),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Service": ("spec.clusterIP",),
    "StatefulSet": (
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    "StorageClass": ("parameters", "provisioner"),
}
_CLUSTER: Final = ("name",)
"""Of the component of pulumi-eks: the cluster in it goes by its name."""
_PROVIDER: Final = ("clusterIdentifier",)
_RELEASE: Final = ("name", "namespace")

_AWS: Final[Mapping[str, tuple[str, ...]]] = {
    "acm/certificate:Certificate": ("domainName", "subjectAlternativeNames", "keyAlgorithm", "validationMethod"),
    "acm/certificateValidation:CertificateValidation": ("certificateArn", "validationRecordFqdns"),
    "backup/plan:Plan": (),
    "backup/selection:Selection": ("planId", "name", "iamRoleArn", "resources", "selectionTags", "conditions"),
    "backup/vault:Vault": ("name", "kmsKeyArn"),
    "budgets/budget:Budget": ("name", "accountId"),
    "cloudwatch/dashboard:Dashboard": ("dashboardName",),
    "cloudwatch/logGroup:LogGroup": ("name", "namePrefix"),
    "cloudwatch/metricAlarm:MetricAlarm": ("name",),
    "codebuild/project:Project": ("name",),
    "codebuild/webhook:Webhook": ("projectName",),
    "codeconnections/connection:Connection": ("hostArn", "name", "providerType"),
    "ecr/lifecyclePolicy:LifecyclePolicy": ("repository",),
    "ecr/pullThroughCacheRule:PullThroughCacheRule": (
        *("ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"),
    ),
    "ecr/repositoryCreationTemplate:RepositoryCreationTemplate": ("prefix",),
    "ecr/repository:Repository": ("name", "encryptionConfigurations"),
    "ecr/repositoryPolicy:RepositoryPolicy": ("repository",),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": ("vpcId",),
    "ec2/eip:Eip": ("address", "domain", "networkBorderGroup"),
    "ec2/flowLog:FlowLog": (
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "trafficType",
        "vpcId",
    ),
    "ec2/internetGateway:InternetGateway": (),
    "ec2/launchTemplate:LaunchTemplate": ("name", "namePrefix"),
    "ec2/natGateway:NatGateway": ("allocationId", "availabilityMode", "connectivityType", "subnetId", "vpcId"),
    "ec2/route:Route": (
        "destinationCidrBlock",
        "destinationIpv6CidrBlock",
        "destinationPrefixListId",
        "routeTableId",
    ),
    "ec2/routeTable:RouteTable": ("vpcId",),
    "ec2/routeTableAssociation:RouteTableAssociation": ("subnetId",),
    "ec2/securityGroup:SecurityGroup": ("description", "name", "namePrefix", "vpcId"),
    "ec2/subnet:Subnet": ("availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "vpcId"),
    "ec2/vpc:Vpc": ("cidrBlock", "ipv4IpamPoolId"),
    "ec2/vpcEndpoint:VpcEndpoint": ("serviceName", "vpcEndpointType", "vpcId"),
    "efs/accessPoint:AccessPoint": ("fileSystemId", "posixUser", "rootDirectory"),
    "efs/backupPolicy:BackupPolicy": ("fileSystemId",),
    "efs/fileSystem:FileSystem": ("availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"),
    "efs/fileSystemPolicy:FileSystemPolicy": ("fileSystemId",),
    "efs/mountTarget:MountTarget": ("fileSystemId", "ipAddress", "subnetId"),
    "eks/accessEntry:AccessEntry": ("clusterName", "principalArn", "type"),
    "eks/accessPolicyAssociation:AccessPolicyAssociation": (
        "accessScope",
        "clusterName",
        "policyArn",
        "principalArn",
    ),
    "eks/addon:Addon": ("addonName", "clusterName"),
    "eks/cluster:Cluster": (
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
        "encryptionConfig",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
        "name",
        "roleArn",
    ),
    "eks/nodeGroup:NodeGroup": (
        "amiType",
        "capacityType",
        "clusterName",
        "diskSize",
        "instanceTypes",
        "nodeGroupName",
        "nodeRoleArn",
        "subnetIds",
    ),
    "eks/podIdentityAssociation:PodIdentityAssociation": ("clusterName", "namespace", "serviceAccount"),
    "iam/openIdConnectProvider:OpenIdConnectProvider": ("url",),
    "iam/policy:Policy": ("description", "name", "namePrefix", "path"),
    "iam/role:Role": ("name", "namePrefix", "path"),
    "iam/rolePolicy:RolePolicy": ("name", "namePrefix", "role"),
    "iam/rolePolicyAttachment:RolePolicyAttachment": ("policyArn", "role"),
    "kms/alias:Alias": ("name", "namePrefix"),
    "kms/key:Key": ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"),
    "route53/record:Record": ("name", "type", "zoneId"),
    "s3/bucket:Bucket": ("bucket", "bucketPrefix", "objectLockEnabled"),
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("bucket",),
    "s3/bucketPolicy:BucketPolicy": ("bucket",),
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("bucket",),
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ("bucket",),
    "s3/bucketVersioning:BucketVersioning": ("bucket",),
    "sns/topic:Topic": ("fifoTopic", "name", "namePrefix"),
    "sns/topicSubscription:TopicSubscription": ("endpoint", "protocol", "topic"),
}

HOLDS_DATA: Final = frozenset(
    {
        "aws:backup/vault:Vault",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:efs/fileSystem:FileSystem",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:PersistentVolumeClaim",
    }
)
"""What takes something with it that nobody can make again, when it is deleted or made anew."""


def makes_anew(node: Node, field: Field) -> bool:
    """Does a change of this field make the resource anew?"""
    names = [part for part in field if isinstance(part, str)]
    return any(_begins(names, rule.split(".")) for rule in (*_rules(node.type), *node.replace_on_changes))


def is_known(type_: str) -> bool:
    """Are the rules of this type known? Of another one that changes, nobody here can say whether it is made anew."""
    package, module, kind = type_.split(":", 2)
    return package in {"eks", "kubernetes", "pulumi"} or f"{module}:{kind}" in _AWS


def _rules(type_: str) -> tuple[str, ...]:
    package, module, kind = type_.split(":", 2)
    if package == "eks":
        return _CLUSTER
    if package == "aws":
        return _AWS.get(f"{module}:{kind}", ())
    if package == "pulumi":
        return _PROVIDER
    if package != "kubernetes":
        return ()
    return _RELEASE if module.startswith("helm.sh/") else (*_OBJECT, *_KUBERNETES.get(kind, ()))


def _begins(names: Sequence[str], rule: Sequence[str]) -> bool:
    """Is this the field of the rule, one below it, or one above it that goes or comes as a whole?"""
    shorter = min(len(names), len(rule))
    return list(names[:shorter]) == list(rule[:shorter])
