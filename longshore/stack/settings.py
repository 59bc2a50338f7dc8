"""Typed stack settings: what a stack file may say, what each key means, and what it is when left out.

A *platform* stack has `network`, `cluster` and the secrets `operator`; an *application* stack has `team` and
`compose`, on the cluster of a platform stack or on any kubeconfig; a small shop puts both in one stack.
`longshore.stack.validation` reads these from a stack file with every error at once, and `longshore.stack.schema` makes
their JSON Schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from longshore.convert.options import Exposure, Login, Scale, SecretSettings, ServiceSettings, Storage, VolumeSettings
from longshore.decoding.types import Boolean, Count, Fields, Integer, Named, Section, Written, text
from longshore.stack.backup_settings import Backup
from longshore.stack.cost_settings import Cost
from longshore.stack.domain_settings import Domain
from longshore.stack.eks_settings import EksCluster
from longshore.stack.image_settings import ImagesSettings
from longshore.stack.network_settings import NetworkSettings
from longshore.stack.observability_settings import Alarms, Observability
from longshore.stack.policy_settings import Policies
from longshore.stack.runner_settings import Runner
from longshore.stack.setting_types import (
    Account,
    Cidr,
    Email,
    Minor,
    Name,
    PolicyArn,
    Quantity,
    Region,
    RoleArn,
    Version,
)
from longshore.stack.team_settings import Access, Quota, Tenant

Service = Annotated[
    ServiceSettings,
    Fields(
        replicas=Count | None,
        scale=Annotated[Scale, Fields(max=Count, min=Count, cpu=Count, memory=Count)] | None,
        memory=Quantity,
        cpu=Quantity,
        backoff_limit=Count | None,
        exposure=Annotated[
            Exposure,
            Fields(
                port=Integer,
                internal=Boolean,
                allow_from=tuple[Cidr, ...],
                login=Annotated[Login, Fields(hours=Count)] | None,
                sticky=Count,
                idle_timeout=Count,
                redirects=Named[Written],
                annotations=Named[Written],
            ),
        ]
        | None,
        plain=Named[Written],
        secret=Named[Written],
    ),
]
Volume = Annotated[VolumeSettings, Fields(size=Quantity)]


PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


def partition_of(region: str) -> str:
    """The first part of every ARN of a region."""
    return next((name for prefix, name in PARTITIONS.items() if region.startswith(prefix)), "aws")


@dataclass(frozen=True, slots=True)
class Aws(Section):
    """The account and region of the stack; a deployment with credentials of another account is refused."""

    region: Annotated[Region, Field(min_length=1, examples=["eu-west-1"])]
    """Where everything lives."""
    account_id: Annotated[Account, Field(min_length=1, examples=["111122223333"])]
    """The number of the account, in quotes."""
    assume_role: RoleArn = ""
    """ARN of the role that deploys, where yours may only assume it."""
    permissions_boundary: PolicyArn = ""
    """ARN of the policy beyond which no role goes that the stack makes; a bootstrap stack has one per environment."""
    tags: Named[Written] = field(default_factory=dict)
    """On every resource, beside `environment`, `team`, `stack` and `managed-by`."""

    @property
    def partition(self) -> str:
        """The first part of every ARN of this region."""
        return partition_of(self.region)


@dataclass(frozen=True, slots=True)
class StackCluster(Section):
    """The cluster of a platform stack of this project."""

    kind: Literal["stack"]
    """The cluster of a platform stack of this project."""
    stack: Annotated[str, Field(min_length=1, examples=["platform.dev"])]
    """Name of the platform stack: `platform.dev`."""


@dataclass(frozen=True, slots=True)
class ExistingEks(Section):
    """What AWS knows of an EKS cluster that somebody else made."""

    name: Annotated[str, text(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}", "the name of an EKS cluster")]
    """Name of the cluster, as `aws eks list-clusters` has it."""
    oidc_provider: Annotated[
        str,
        text(
            r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/.+",
            "the ARN of an identity provider, `arn:aws:iam::…:oidc-provider/oidc.eks.…`",
        ),
    ] = ""
    """ARN of its identity provider in IAM, by which a role trusts ServiceAccounts of the cluster."""

    @property
    def oidc_issuer(self) -> str:
        """Who signs the tokens of ServiceAccounts, without `https://`."""
        return self.oidc_provider.partition(":oidc-provider/")[2]


@dataclass(frozen=True, slots=True)
class KubeconfigCluster(Section):
    """Any cluster that a kubeconfig file names; no credentials of it get into the state of Pulumi."""

    kind: Literal["kubeconfig"]
    """Any cluster that a kubeconfig file names."""
    path: str = ""
    """The kubeconfig, relative to the project; left out: `$KUBECONFIG`, or else `~/.kube/config`."""
    context: str = ""
    """Left out: the current one at the first `up`; from then on the stack stays with that cluster."""
    identifier: str = "kubeconfig"
    """Another value moves the stack to another cluster, where all is made anew, and deleted here."""
    version: Minor = "1.35"
    """Kubernetes minor version of the cluster, in quotes."""
    network_policies: Boolean = False
    """Whether the cluster enforces NetworkPolicies."""
    eks: ExistingEks | None = None
    """What is to be known of it where it is one of EKS."""


ClusterSettings = EksCluster | StackCluster | KubeconfigCluster
"""A new kind of cluster is one more class here, a component, and a line of `longshore.program.cluster`."""


@dataclass(frozen=True, slots=True)
class Operator(Section):
    """The External Secrets Operator."""

    version: Version = "2.9.0"
    """Version of the chart."""
    chart: str = ""
    """A path or `oci://` address of the chart, where its own repository is out of reach."""
    namespace: Name = "external-secrets"
    """The namespace of the operator, which is made."""
    replicas: Count = 2
    """How many run; one of them leads."""
    values: Named[Any] = field(default_factory=dict)
    """Helm values over ours, for tolerations, mirrors and the like."""


@dataclass(frozen=True, slots=True)
class Budget(Section):
    """A monthly budget for what carries the tags of this stack; mails at 80 % spent and 100 % forecast."""

    monthly: Annotated[Count, Field(examples=[300])]
    """The limit of a calendar month."""
    notify: Annotated[tuple[Email, ...], Field(examples=[["ops@example.com"]])]
    """Mail addresses."""
    currency: Literal["USD", "CNY"] = "USD"
    """What the limit is in."""


@dataclass(frozen=True, slots=True)
class Compose(Section):
    """Which compose files to read and how, as `docker compose` options do; paths are relative to the project."""

    files: Annotated[tuple[str, ...], Field(examples=[["compose.yaml"]])]
    """The compose files, in order."""
    directory: str = ""
    """Where relative paths in the files start; left out: the folder of the first file."""
    name: str = ""
    """The project's name; left out: as Docker finds it."""
    profiles: tuple[str, ...] = ()
    """Profiles whose services are wanted."""
    services: tuple[str, ...] = ()
    """Only these services, and what they depend on."""
    variables: Named[Written] = field(default_factory=dict)
    """Values for variables of the files, which beat `.env`; no secrets."""
    env_files: tuple[str, ...] | None = None
    """Files with variables, instead of `.env`."""
    allow_outside: Boolean = False
    """Whether the files may name what lies outside their folder."""


@dataclass(frozen=True, slots=True)
class Workloads(Section):
    """House rules for all services of the stack."""

    memory: Quantity = "256Mi"
    """Memory limit where the compose file has none, a Kubernetes quantity."""
    cpu: Quantity = "100m"
    """Request of processor where the compose file has none, a Kubernetes quantity."""
    pod_security: Literal["privileged", "baseline", "restricted"] = "baseline"
    """The Pod Security level of the namespace."""
    network_policies: Boolean = True
    """Whether networks of the compose file become NetworkPolicies."""
    ingress_class: str = ""
    """Class of ingresses; left out: that of AWS's load balancers on EKS, and the cluster's default elsewhere."""
    load_balancer_class: str = ""
    """Class of load balancers; left out: that of AWS's on EKS, and the cluster's default elsewhere."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names of Secrets for private registries."""
    application: str = ""
    """The label `app.kubernetes.io/part-of`; left out: the team."""


@dataclass(frozen=True, slots=True)
class CapacitySettings(Section):
    """What the nodes offer to pods, for the capacity table: `kubectl get nodes` shows it as allocatable."""

    nodes: Count = 0
    """How many nodes there are."""
    memory: Quantity = ""
    """What each offers, a Kubernetes quantity."""
    cpu: Quantity = ""
    """What each offers, a Kubernetes quantity."""


@dataclass(frozen=True, slots=True)
class Settings(Section):
    """All of one stack."""

    environment: Annotated[Name, Field(min_length=1, examples=["dev"])]
    """`dev`, `staging`, `prod`: the first part of the name of every secret."""
    cluster: Annotated[ClusterSettings, Field(discriminator="kind", examples=[{"kind": "eks"}])]
    """The cluster: `eks` makes one, `stack` is that of a platform stack, `kubeconfig` any other."""
    production: Boolean | None = None
    """Whether missing limits and mutable tags are errors, and what holds data is protected; left out: where the
    environment is `prod` or `production`."""
    aws: Aws | None = None
    """The account and region; an application stack takes it from its platform."""
    network: NetworkSettings | None = None
    """A VPC over three zones, for a cluster of its own."""
    operator: Operator | None = None
    """The External Secrets Operator; left out where the cluster has one."""
    domain: Domain | None = None
    """The domain for whose hosts the platform has records and certificates."""
    observability: Observability | None = None
    """Logs and metrics of the cluster of the stack, in CloudWatch."""
    budget: Budget | None = None
    """Mails before the bill."""
    runner: Runner | None = None
    """A runner of GitHub Actions inside the VPC, for an API server that answers there alone."""
    tenants: Named[Tenant] = field(default_factory=dict)
    """Teams on the cluster of this stack, by name: what lies beyond their namespaces is made here."""
    team: Name = ""
    """The team of an application stack."""
    namespace: Name = ""
    """Of the application; left out: the team's name. One team per namespace."""
    access: Access = field(default_factory=Access)
    """Who of the team may do what in its namespace."""
    quota: Quota = field(default_factory=Quota)
    """What the team may take of the cluster at most."""
    compose: Compose | None = None
    """Which compose files to read and how."""
    inventory: str = ""
    """A file of `longshore inventory`, relative to the project, with what runs today."""
    images: ImagesSettings = field(default_factory=ImagesSettings)
    """Where images that are built go, and which run."""
    services: Named[Service] = field(default_factory=dict)
    """Compose service → what no compose file decides of it."""
    workloads: Workloads = Workloads()
    """House rules for all services."""
    storage: Annotated[Storage, Fields(size=Quantity, shared_owners=Named[str], volumes=Named[Volume])] = field(
        default_factory=Storage
    )
    """Where named volumes live."""
    secrets: Annotated[
        SecretSettings, Fields(allow_http=Boolean, versions=Named[Written], variables=Named[Boolean])
    ] = field(default_factory=SecretSettings)
    """Where secret values live; never a value."""
    capacity: CapacitySettings = CapacitySettings()
    """What the nodes offer to pods, for the capacity table."""
    policies: Policies | None = None
    """Rules of the organisation that `check` holds the stack against; left out: none beside the house rules."""
    alarms: Alarms | None = None
    """What wakes the team, and a dashboard; left out: nothing does."""
    backup: Backup | None = None
    """AWS Backup for what the cluster of the stack keeps; left out: nothing is kept but shared files in production."""
    cost: Cost = field(default_factory=Cost)
    """What the monthly estimate cannot know."""

    @property
    def in_production(self) -> bool:
        """Whether mistakes that are warnings elsewhere are errors here, and whether what holds data is protected."""
        return self.environment in {"prod", "production"} if self.production is None else self.production

    @property
    def team_namespace(self) -> str:
        """The namespace of the team's application."""
        return self.namespace or self.team

    @property
    def team_group(self) -> str:
        """The Kubernetes group of the team's people."""
        return self.access.group or f"team:{self.team}"

    @property
    def cluster_name(self) -> str:
        """The name of the EKS cluster that this stack makes; empty where it makes none."""
        return self.cluster.name or f"longshore-{self.environment}" if isinstance(self.cluster, EksCluster) else ""


STACK: Final = TypeAdapter(Settings)
"""Reads the settings of a stack."""
