"""What whoever deploys a platform may do: the kinds of resources that its settings ask for, and no others' of these.

IAM knows most resources of a platform by their names, which begin with that of its cluster or environment; those of
EC2, EFS, KMS and ACM it knows by their tags, which every stack puts on all that it makes.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.kubernetes.names import label
from longshore.stack.eks_settings import EksCluster
from longshore.stack.images import cache_prefix
from longshore.stack.names import BUCKET, budget_name, store_role_name
from longshore.stack.rights.kinds import changes, sees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.settings import Aws, Settings

Statement = dict[str, Any]
ALL: Final = "*"
TAG: Final = "environment"
"""The tag by which whatever a stack makes is that of an environment: `longshore.program.providers`."""

_NETWORK: Final = frozenset(
    f"ec2:{kind}"
    for kind in (
        *("DefaultSecurityGroup", "Eip", "InternetGateway", "NatGateway", "Route", "RouteTable"),
        *("RouteTableAssociation", "SecurityGroup", "Subnet", "Vpc", "VpcEndpoint"),
    )
)
_ROLES: Final = frozenset({"iam:Role", "iam:RolePolicy", "iam:RolePolicyAttachment"})
_CLUSTER: Final = frozenset(
    {
        *("cloudwatch:LogGroup", "eks:AccessEntry", "eks:AccessPolicyAssociation", "eks:Addon", "eks:Cluster"),
        *("iam:OpenIdConnectProvider", "kms:Alias", "kms:Key"),
    }
)
_NODES: Final = frozenset({"ec2:LaunchTemplate", "eks:NodeGroup"})
_CONTROLLERS: Final = frozenset({"eks:PodIdentityAssociation"})
_SHARED: Final = frozenset(
    {"ec2:SecurityGroup", "efs:BackupPolicy", "efs:FileSystem", "efs:FileSystemPolicy", "efs:MountTarget"}
)
_BUCKET: Final = frozenset(
    {
        *("s3:Bucket", "s3:BucketLifecycleConfiguration", "s3:BucketPolicy", "s3:BucketPublicAccessBlock"),
        "s3:BucketServerSideEncryptionConfiguration",
    }
)
_DOMAIN: Final = frozenset(
    {"acm:Certificate", "acm:CertificateValidation", "route53:Record", "eks:PodIdentityAssociation"}
)
_ALARMS: Final = frozenset({"cloudwatch:MetricAlarm", "sns:Topic", "sns:TopicSubscription"})
_TEAM_ALARMS: Final = _ALARMS | {"cloudwatch:Dashboard", "cloudwatch:LogMetricFilter"}
_REPOSITORIES: Final = frozenset({"ecr:LifecyclePolicy", "ecr:Repository", "ecr:RepositoryPolicy"})
_CACHES: Final = frozenset({"ecr:PullThroughCacheRule", "ecr:RepositoryCreationTemplate", "iam:RolePolicy"})
_BACKUPS: Final = frozenset({"backup:Plan", "backup:Selection", "backup:Vault"})
_RUNNER: Final = frozenset({"cloudwatch:LogGroup", "codebuild:Project", "codebuild:Webhook", "ec2:SecurityGroup"})


BOOTSTRAP: Final = (_BUCKET | _ROLES | {"codeconnections:Connection", "iam:OpenIdConnectProvider", "iam:Policy"}) | {
    "kms:Alias",
    "kms:Key",
    "s3:BucketVersioning",
}
"""Kinds of what a bootstrap stack makes, which a person deploys, and CI looks at."""


class Where(NamedTuple):
    """The parts of an ARN."""

    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, aws: Aws) -> Where:
        """The account and the region of a stack."""
        return cls(aws.partition, aws.region, aws.account_id)

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        """The ARN of a resource, whose service has regions or accounts, or not."""
        middle = f"{self.region if region else ''}:{self.account if account else ''}"
        return f"arn:{self.partition}:{service}:{middle}:{resource}"


def kinds_of(settings: Settings) -> frozenset[str]:
    """Kinds of AWS that a stack which makes a cluster may make, as its settings are."""
    found: set[str] = set()
    cluster, network = settings.cluster, settings.network
    if isinstance(cluster, EksCluster):
        found |= _CLUSTER | _ROLES
        managed = cluster.compute == "managed"
        found |= _NODES if managed else set()
        found |= _CONTROLLERS if managed and (cluster.autoscaler or cluster.load_balancer_controller) else set()
        found |= _SHARED if cluster.shared_storage else set()
    if network and not network.vpc_id:
        logs = _BUCKET if network.flow_log_destination == "s3" else {"cloudwatch:LogGroup"} | _ROLES
        found |= _NETWORK | {"ec2:FlowLog"} | logs
    asked = {
        _DOMAIN | _ROLES: settings.domain and settings.domain.zone_id,
        _ALARMS | {"cloudwatch:LogGroup"}: settings.observability,
        _TEAM_ALARMS: settings.alarms,
        frozenset({"budgets:Budget"}): settings.budget,
        _BACKUPS | _ROLES: settings.backup and settings.backup.keep_days,
        _RUNNER | _ROLES: settings.runner,
        _REPOSITORIES: settings.images.repositories,
        _CACHES: settings.images.caches,
    }
    return frozenset(found.union(*(kinds for kinds, wanted in asked.items() if wanted)))


def statements(settings: Settings, aws: Aws, boundary: str) -> Mapping[str, list[Statement]]:
    """What the role that deploys a platform may do: topic → statements of IAM.

    boundary: ARN of the policy beyond which no role goes that it makes.
    """
    kinds = kinds_of(settings)
    wanted = changes(kinds)
    at = Where.of(aws)
    topics: dict[str, list[Statement]] = {"network": [], "cluster": [], "identities": [], "rest": []}
    by_name = _named_resources(settings, at)
    for service in sorted({action.partition(":")[0] for action in wanted} - {"iam"}):
        actions = sorted(action for action in wanted if action.startswith(f"{service}:"))
        topic = "network" if service in {"ec2", "logs", "s3"} else "cluster" if service in _OF_CLUSTER else "rest"
        topics[topic] += (
            _by_tag(service, actions, at, settings)
            if service in _TAGGED
            else [{"Action": actions, "Resource": by_name[service]}]
        )
    deliveries = sorted(action for action in wanted if action.endswith("LogDelivery"))
    if deliveries:
        topics["network"].append({"Action": deliveries, "Resource": ALL})
    of_registry = sorted(action for action in wanted if action.endswith(_OF_REGISTRY))
    if of_registry:
        topics["rest"].append({"Action": of_registry, "Resource": ALL})
    topics["identities"] = [*_identities(wanted, at, settings, boundary)]
    topics["look"] = [{"Action": sorted(sees(kinds)), "Resource": ALL}]
    topics["fence"] = [*fence(settings.environment)]
    return {topic: found for topic, found in topics.items() if found}


_OF_REGISTRY: Final = ("PullThroughCacheRule", "RepositoryCreationTemplate")
"""Ends of actions on the registry of an account and a region as a whole, of which IAM knows no resource."""
_OF_CLUSTER: Final = frozenset({"eks", "elasticfilesystem", "kms"})
_TAGGED: Final[Mapping[str, tuple[str, ...]]] = {
    "acm": ("RequestCertificate", "AddTagsToCertificate"),
    "elasticfilesystem": ("CreateFileSystem", "TagResource"),
    "kms": ("CreateKey", "TagResource"),
}
"""Services whose resources have no names of ours → their actions that make one with its tags."""


def _by_tag(service: str, actions: list[str], at: Where, settings: Settings) -> Iterator[Statement]:
    environment = settings.environment
    makes = [f"{service}:{name}" for name in _TAGGED[service]]
    yield {
        "Action": makes,
        "Resource": ALL,
        "Condition": {"StringEquals": {f"aws:RequestTag/{TAG}": environment, "aws:RequestedRegion": at.region}},
    }
    yield {
        "Action": [action for action in actions if action != makes[0]],
        "Resource": ALL,
        "Condition": {"StringEquals": {f"aws:ResourceTag/{TAG}": environment}},
    }
    if service == "kms":
        # An alias has no tags, and is asked for beside its key.
        aliases = [action for action in actions if action.endswith("Alias")]
        yield {"Action": aliases, "Resource": at.arn("kms", f"alias/{settings.cluster_name}-*")}


def _named_resources(settings: Settings, at: Where) -> dict[str, str | list[str]]:
    """Service → the resources of it that are the platform's."""
    cluster, environment = settings.cluster_name, settings.environment
    bucket = f"arn:{at.partition}:s3:::{label(f'{environment}-flow-logs', BUCKET)}-*"
    kinds = ("addon", "access-entry", "nodegroup", "podidentityassociation")
    zone = settings.domain.zone_id if settings.domain else ""
    kept = [cache_prefix(settings)] if settings.images.caches else []
    groups = (f"/aws/eks/{cluster}/*", f"/aws/vpc/{cluster}*", f"/aws/containerinsights/{cluster}/*")
    return {
        "ec2": [at.arn("ec2", "*"), at.arn("ec2", "image/*", account=False)],
        "logs": [*(at.arn("logs", f"log-group:{group}") for group in (*groups, f"/aws/codebuild/{cluster}*"))],
        "s3": [bucket, f"{bucket}/*"],
        "eks": [at.arn("eks", f"cluster/{cluster}"), *(at.arn("eks", f"{kind}/{cluster}/*") for kind in kinds)],
        "backup": [at.arn("backup", f"backup-vault:{cluster}-backups"), at.arn("backup", "backup-plan:*")],
        "backup-storage": ALL,
        "budgets": at.arn("budgets", f"budget/{budget_name(settings, None)}", region=False),
        "cloudwatch": [
            at.arn("cloudwatch", f"alarm:{cluster}-*"),
            at.arn("cloudwatch", f"dashboard/{cluster}-*", region=False),
        ],
        "sns": [at.arn("sns", f"{environment}-alarms-*"), at.arn("sns", f"{settings.team or environment}-alarms-*")],
        "route53": [f"arn:{at.partition}:route53:::hostedzone/{zone}"],
        "ecr": [at.arn("ecr", f"repository/{name}/*") for name in (*sorted(settings.images.repositories), *kept)],
        # ECR reads the login of a registry by the rights of whoever makes the rule.
        "secretsmanager": [cache.secret for cache in settings.images.caches.values() if cache.secret],
        "codebuild": at.arn("codebuild", f"project/{cluster}-runner"),
    }


_LINKED: Final = ("backup", "ecr", "eks", "eks-nodegroup", "elasticfilesystem", "pullthroughcache.ecr")
_PASSED_TO: Final = ("backup", "codebuild", "ec2", "eks", "pods.eks", "vpc-flow-logs")
_BOUND: Final = frozenset(
    f"iam:{name}"
    for name in (
        *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary"),
        "PutRolePolicy",
    )
)
"""Actions of which IAM knows the boundary of the role:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html."""
_KEPT: Final = frozenset(
    f"iam:{name}"
    for name in ("DeleteRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription")
)
"""Actions on a role that is there, which has its tags."""


def _identities(wanted: frozenset[str], at: Where, settings: Settings, boundary: str) -> Iterator[Statement]:
    """Roles of the platform, within the boundary: whoever may make roles could otherwise make one that may do all.

    EKS Auto Mode has instance profiles of its own, by the rights of whoever makes the cluster.
    """
    environment = settings.environment
    own_team = [store_role_name(settings, None)] if settings.team else []  # those of tenants begin as the cluster does
    names = [f"{settings.cluster_name}-*", f"{environment}-*", *own_team]
    roles = [at.arn("iam", f"role/{name}", region=False) for name in names]
    bound = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    yield {"Action": sorted(_BOUND & wanted), "Resource": roles, "Condition": bound}
    tagged = {"StringEquals": {f"aws:ResourceTag/{TAG}": environment}}
    yield {"Action": sorted(_KEPT & wanted), "Resource": roles, "Condition": tagged}
    with_tags = {"StringEquals": {f"aws:RequestTag/{TAG}": environment}}
    yield {"Action": "iam:TagRole", "Resource": roles, "Condition": with_tags}
    services = [f"{service}.amazonaws.com" for service in _PASSED_TO]
    passed = {"StringEquals": {"iam:PassedToService": services}}
    yield {"Action": "iam:PassRole", "Resource": roles, "Condition": passed}
    linked = [f"{service}.amazonaws.com" for service in _LINKED]
    yield {
        "Action": "iam:CreateServiceLinkedRole",
        "Resource": at.arn("iam", "role/aws-service-role/*", region=False),
        "Condition": {"StringEquals": {"iam:AWSServiceName": linked}},
    }
    profiles = sorted(action for action in wanted if action.endswith("InstanceProfile"))
    yield {
        "Action": profiles,
        "Resource": [at.arn("iam", "instance-profile/eks*", region=False), *roles],
    }
    issuer = f"oidc-provider/oidc.eks.{at.region}.amazonaws.com/id/*"
    providers = sorted(action for action in wanted if "OpenIDConnectProvider" in action)
    yield {"Action": providers, "Resource": at.arn("iam", issuer, region=False)}


USES: Final = ("codeconnections:*", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "sts:*")
"""What is asked of resources of the bootstrap stack: its key, its connection, its roles."""


def fence(environment: str) -> Iterator[Statement]:
    """Keep off what carries the tag of another environment, and off changing that tag.

    What carries none passes by: routes, associations, and what AWS makes before it is tagged.
    """
    for sid, key in (("Others", "ResourceTag"), ("NoOthers", "RequestTag")):
        yield {
            "Sid": sid,
            "Effect": "Deny",
            "NotAction": list(USES),
            "Resource": ALL,
            "Condition": {
                "StringNotEquals": {f"aws:{key}/{TAG}": environment},
                "Null": {f"aws:{key}/{TAG}": "false"},
            },
        }
