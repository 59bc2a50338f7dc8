"""What each AWS resource of a plan costs by being there, and which cost nothing by themselves.

A type is in one of the two tables, or it is told that nothing is known of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from longshore.cost.subject import ZONES, Charge, named
from longshore.prices.table import HOURS
from longshore.stack.support import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from longshore.cost.subject import Subject
    from longshore.rehearsal.plan import Node

CLUSTER: Final = "eks:index:Cluster"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
NAT: Final = "aws:ec2/natGateway:NatGateway"
ADDRESS: Final = "aws:ec2/eip:Eip"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"


def _control_plane(node: Node, subject: Subject) -> Iterator[Charge]:
    """Dearer after standard support: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html."""
    ends = ENDS.get(str(node.inputs.get("version", "")))
    support = (node.inputs.get("upgradePolicy") or {}).get("supportType")
    late = bool(ends and subject.day > ends.standard and support == "EXTENDED")
    what = "control plane, extended support" if late else "control plane"
    yield Charge(what, "eks.extended" if late else "eks.standard", HOURS, named(node))


def _node_group(node: Node, subject: Subject) -> Iterator[Charge]:
    types = node.inputs.get("instanceTypes") or ["m7i.large"]
    count = Decimal(int((node.inputs.get("scalingConfig") or {}).get("desiredSize", 1)))
    notes = []
    if node.inputs.get("capacityType") == "SPOT":
        notes.append("spot costs less, by the hour; this is the price on demand")
    if types[1:]:
        notes.append(f"or another of {len(types)} types")
    yield Charge(f"{count} x {types[0]}", f"ec2.{types[0]}", count * HOURS, named(node), note="; ".join(notes))
    for template in subject.of("aws:ec2/launchTemplate:LaunchTemplate"):
        if template.urn in node.sources.get("launchTemplate", ()):
            for disk in template.inputs.get("blockDeviceMappings") or ():
                size = Decimal(int(disk["ebs"]["volumeSize"]))
                yield Charge("disks of nodes", f"ebs.{disk['ebs']['volumeType']}", count * size, named(template))


def _nat_gateway(node: Node, _: Subject) -> Iterator[Charge]:
    regional = node.inputs.get("availabilityMode") == "regional"
    note = f"billed in each of {ZONES} zones" if regional else ""
    zones = ZONES if regional else 1
    yield Charge("NAT gateways", "nat.hour", HOURS * zones, named(node), note=note)
    if regional:  # It takes its addresses by itself.
        yield Charge("public addresses", "ipv4.hour", HOURS * zones, named(node), note=note)


def _address(node: Node, _: Subject) -> Iterator[Charge]:
    yield Charge("public addresses", "ipv4.hour", HOURS, named(node))


def _endpoint(node: Node, _: Subject) -> Iterator[Charge]:
    """Those of type Gateway are free: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html."""
    if node.inputs.get("vpcEndpointType") == "Interface":
        yield Charge("interface endpoints", "endpoint.hour", HOURS * len(node.inputs["subnetIds"]), named(node))


def _alarm(node: Node, _: Subject) -> Iterator[Charge]:
    """By each metric that it looks at: https://aws.amazon.com/cloudwatch/pricing/."""
    metrics = sum("metric" in query for query in node.inputs.get("metricQueries") or ()) or 1
    yield Charge("alarms", "alarm", Decimal(metrics), named(node))


def _dashboard(node: Node, _: Subject) -> Iterator[Charge]:
    yield Charge("dashboards", "dashboard", Decimal(1), named(node), note="the first three of an account are free")


def _key(node: Node, _: Subject) -> Iterator[Charge]:
    yield Charge("keys", "kms.key", Decimal(1), named(node))


PRICED: Final[Mapping[str, Callable[[Node, Subject], Iterator[Charge]]]] = {
    CLUSTER: _control_plane,
    NODE_GROUP: _node_group,
    NAT: _nat_gateway,
    ADDRESS: _address,
    ENDPOINT: _endpoint,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:kms/key:Key": _key,
}
"""Type → what one of it costs."""

FREE, BY_USE = "free", "by what is in it or goes through it"
REGISTRIES: Final = (
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    "aws:ecr/repository:Repository",
)
"""Kinds by which images lie in ECR."""
UNPRICED: Final[Mapping[str, str]] = {
    "aws:acm/certificate:Certificate": FREE,
    "aws:acm/certificateValidation:CertificateValidation": FREE,
    "aws:backup/plan:Plan": FREE,
    "aws:backup/selection:Selection": FREE,
    "aws:backup/vault:Vault": "with the claims that it has backups of",
    "aws:budgets/budget:Budget": FREE,
    LOG_GROUP: BY_USE,
    "aws:codebuild/project:Project": "by the minute of a job",
    "aws:codebuild/webhook:Webhook": FREE,
    "aws:codeconnections/connection:Connection": FREE,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": FREE,
    "aws:ec2/flowLog:FlowLog": BY_USE,
    "aws:ec2/internetGateway:InternetGateway": FREE,
    "aws:ec2/launchTemplate:LaunchTemplate": "with the nodes that are made from it",
    "aws:ec2/route:Route": FREE,
    "aws:ec2/routeTable:RouteTable": FREE,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": FREE,
    "aws:ec2/securityGroup:SecurityGroup": FREE,
    "aws:ec2/subnet:Subnet": FREE,
    "aws:ec2/vpc:Vpc": FREE,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": FREE,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": BY_USE,
    "aws:ecr/repository:Repository": BY_USE,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": FREE,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": FREE,
    "aws:efs/backupPolicy:BackupPolicy": "with the claims on its file system",
    "aws:efs/fileSystem:FileSystem": "with the claims on it",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": FREE,
    "aws:efs/mountTarget:MountTarget": FREE,
    "aws:eks/accessEntry:AccessEntry": FREE,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": FREE,
    "aws:eks/addon:Addon": "its pods run on the nodes",
    "aws:eks/cluster:Cluster": "as the component that makes it",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": FREE,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": FREE,
    "aws:iam/policy:Policy": FREE,
    "aws:iam/role:Role": FREE,
    "aws:iam/rolePolicy:RolePolicy": FREE,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": FREE,
    "aws:kms/alias:Alias": FREE,
    "aws:route53/record:Record": FREE,
    "aws:s3/bucket:Bucket": BY_USE,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": FREE,
    "aws:s3/bucketPolicy:BucketPolicy": FREE,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": FREE,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": FREE,
    "aws:s3/bucketVersioning:BucketVersioning": FREE,
    "aws:sns/topic:Topic": "a thousand mails a month are free",
    "aws:sns/topicSubscription:TopicSubscription": FREE,
}
"""Type → why one of it costs nothing by being there."""


def charges(subject: Subject) -> Iterator[Charge]:
    """What the AWS resources of a plan cost, and what is told to be written to and sent through them."""
    for node in subject.nodes:
        if node.type in PRICED and not node.read:
            yield from PRICED[node.type](node, subject)
    yield from _logs(subject)
    if subject.usage.nat and (gateways := [named(node) for node in subject.of(NAT)]):
        yield Charge("data through NAT gateways", "nat.gigabyte", Decimal(subject.usage.nat), gateways[0])


def kept_longest(subject: Subject) -> Node | None:
    """Find the group of logs that is kept longest."""
    return max(subject.of(LOG_GROUP), key=days_kept, default=None)


def days_kept(group: Node) -> int:
    """For how many days CloudWatch keeps a group of logs."""
    return int(group.inputs.get("retentionInDays") or 0)


def _logs(subject: Subject) -> Iterator[Charge]:
    longest = kept_longest(subject)
    if not subject.usage.logs or longest is None:
        return
    written, days = Decimal(subject.usage.logs), days_kept(longest)
    yield Charge("logs written", "logs.written", written, "longshore:cost.logGigabytes")
    note = f"at most: CloudWatch compresses them; for {days} days"
    yield Charge("logs kept", "logs.kept", written * days / 30, named(longest), note=note)


def unknown(subject: Subject) -> Iterator[str]:
    """Types of resources in a plan of which nobody knows what they cost."""
    known = PRICED.keys() | UNPRICED.keys()
    yield from sorted({node.type for node in subject.nodes if node.type.startswith("aws:")} - known)
