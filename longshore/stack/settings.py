"""Typed stack settings: what a stack file may say, what each key means, and what it is when left out.

A *platform* stack has `network`, `cluster` and the secrets `operator`; an *application* stack has `team` and
`compose`, on the cluster of a platform stack or on any kubeconfig; a small shop puts both in one stack. Imports no
pulumi; `longshore.stack.validation` reads these from a stack file with every error at once, and
`longshore.stack.schema` makes their JSON Schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from longshore.convert.kubernetes.names import label
from longshore.convert.options import Exposure, Login, Scale, SecretSettings, ServiceSettings, Storage, VolumeSettings
from longshore.decoding.types import Boolean, Count, Fields, Integer, Named, Section, Written, text
from longshore.stack.domain_settings import Domain
from longshore.stack.eks_settings import EksCluster
from longshore.stack.network_settings import NetworkSettings
from longshore.stack.setting_types import (
    Account,
    Cidr,
    Email,
    Group,
    Minor,
    Name,
    Quantity,
    Region,
    RoleArn,
    Version,
)

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

SHARED_CLASS = "efs"
"""The StorageClass of a cluster's shared file system."""

PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


@dataclass(frozen=True, slots=True)
class Aws(Section):
    """The account and region of the stack; a deployment with credentials of another account is refused.

    assume_role: the role that deploys, where the ambient credentials may only assume it. tags: on every resource.
    """

    region: Annotated[Region, Field(min_length=1, examples=["eu-west-1"])]
    account_id: Annotated[Account, Field(min_length=1, examples=["111122223333"])]
    assume_role: RoleArn = ""
    tags: Named[Written] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The first part of every ARN of this region."""
        return next((name for prefix, name in PARTITIONS.items() if self.region.startswith(prefix)), "aws")


@dataclass(frozen=True, slots=True)
class StackCluster(Section):
    """The cluster of a platform stack of this project, by its name: `platform.dev`."""

    kind: Literal["stack"]
    stack: Annotated[str, Field(min_length=1, examples=["platform.dev"])]


@dataclass(frozen=True, slots=True)
class ExistingEks(Section):
    """What AWS knows of an EKS cluster that somebody else made.

    name: as `aws eks list-clusters` has it. oidc_provider: ARN of its identity provider in IAM, by which a role trusts
    its ServiceAccounts.
    """

    name: Annotated[str, text(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}", "the name of an EKS cluster")]
    oidc_provider: Annotated[
        str,
        text(
            r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/.+",
            "the ARN of an identity provider, `arn:aws:iam::…:oidc-provider/oidc.eks.…`",
        ),
    ] = ""

    @property
    def oidc_issuer(self) -> str:
        """Who signs the tokens of ServiceAccounts, without `https://`."""
        return self.oidc_provider.partition(":oidc-provider/")[2]


@dataclass(frozen=True, slots=True)
class KubeconfigCluster(Section):
    """Any cluster that a kubeconfig file names; no credentials of it get into the state of Pulumi.

    path: empty takes `$KUBECONFIG`, or else `~/.kube/config`; relative to the project. context: empty takes the
    current one at the first `up`; from then on the stack stays with that cluster. identifier: another value moves
    the stack to another cluster, where all is made anew, and deleted here. eks: where it is one of EKS.
    """

    kind: Literal["kubeconfig"]
    path: str = ""
    context: str = ""
    identifier: str = "kubeconfig"
    version: Minor = "1.35"
    network_policies: Boolean = False
    eks: ExistingEks | None = None


ClusterSettings = EksCluster | StackCluster | KubeconfigCluster
"""A new kind of cluster is one more class here, and one module that `longshore.components.clusters.interface` names."""


@dataclass(frozen=True, slots=True)
class Operator(Section):
    """The External Secrets Operator. chart: a path or `oci://` address, where its own repository is out of reach.

    values: Helm values over ours, for tolerations, mirrors and the like.
    """

    version: Version = "2.9.0"
    chart: str = ""
    namespace: Name = "external-secrets"
    replicas: Count = 2
    values: Named[Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budget(Section):
    """A monthly budget for what carries the tags of this stack; mails at 80 % spent and 100 % forecast."""

    monthly: Annotated[Count, Field(examples=[300])]
    notify: Annotated[tuple[Email, ...], Field(examples=[["ops@example.com"]])]
    currency: Literal["USD", "CNY"] = "USD"


@dataclass(frozen=True, slots=True)
class Access(Section):
    """Who of the team may do what in its namespace. people: read everything but secrets; deployers: write.

    exec: people may open a shell in a pod; unset means outside production. group: the Kubernetes group of people.
    """

    people: tuple[RoleArn, ...] = ()
    deployers: tuple[RoleArn, ...] = ()
    group: Group = ""
    exec: Boolean | None = None


@dataclass(frozen=True, slots=True)
class Quota(Section):
    """What a team may take of the cluster at most; an empty one is unlimited. container_*: of one container."""

    cpu: Quantity = ""
    memory: Quantity = ""
    pods: Count | None = None
    volumes: Count | None = None
    storage: Quantity = ""
    load_balancers: Count | None = None
    container_memory: Quantity = ""


@dataclass(frozen=True, slots=True)
class Compose(Section):
    """Which compose files to read and how, as `docker compose` options do; paths are relative to the project."""

    files: Annotated[tuple[str, ...], Field(examples=[["compose.yaml"]])]
    directory: str = ""
    name: str = ""
    profiles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    variables: Named[Written] = field(default_factory=dict)
    env_files: tuple[str, ...] | None = None
    allow_outside: Boolean = False


@dataclass(frozen=True, slots=True)
class Workloads(Section):
    """House rules for all services of the stack. memory, cpu: where the compose file leaves them out.

    ingress_class, load_balancer_class: empty takes those of AWS's load balancers on EKS, and elsewhere what the
    cluster has as its default.
    """

    memory: Quantity = "256Mi"
    cpu: Quantity = "100m"
    pod_security: Literal["privileged", "baseline", "restricted"] = "baseline"
    network_policies: Boolean = True
    ingress_class: str = ""
    load_balancer_class: str = ""
    image_pull_secrets: tuple[str, ...] = ()
    application: str = ""


@dataclass(frozen=True, slots=True)
class CapacitySettings(Section):
    """What the nodes offer to pods, for the capacity table: `kubectl get nodes` shows it as allocatable."""

    nodes: Count = 0
    memory: Quantity = ""
    cpu: Quantity = ""


@dataclass(frozen=True, slots=True)
class Settings(Section):
    """All of one stack. production: unset means that the environment is called `prod` or `production`."""

    environment: Annotated[Name, Field(min_length=1, examples=["dev"])]
    cluster: Annotated[ClusterSettings, Field(discriminator="kind", examples=[{"kind": "eks"}])]
    production: Boolean | None = None
    aws: Aws | None = None
    network: NetworkSettings | None = None
    operator: Operator | None = None
    domain: Domain | None = None
    budget: Budget | None = None
    team: Name = ""
    namespace: Name = ""
    access: Access = Access()
    quota: Quota = Quota()
    compose: Compose | None = None
    services: Named[Service] = field(default_factory=dict)
    workloads: Workloads = Workloads()
    storage: Annotated[Storage, Fields(size=Quantity, volumes=Named[Volume])] = field(default_factory=Storage)
    secrets: Annotated[
        SecretSettings, Fields(allow_http=Boolean, versions=Named[Written], variables=Named[Boolean])
    ] = field(default_factory=SecretSettings)
    capacity: CapacitySettings = CapacitySettings()

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

    @property
    def store_role_name(self) -> str:
        """The IAM role that reads the team's secrets; IAM names are global, so it says the region too."""
        region = f"{self.aws.region}-" if self.aws else ""
        return label(f"longshore-{region}{self.environment}-{self.team}-secrets", 64)

    @property
    def store_role(self) -> str:
        """What the store's ServiceAccount assumes: the ARN of an IAM role on AWS, the name of a role in Vault."""
        if self.secrets.role:
            return self.secrets.role
        if self.secrets.backend == "vault":
            return f"{self.environment}-{self.team}"
        if self.secrets.backend != "aws-secrets-manager" or self.aws is None:
            return ""
        return f"arn:{self.aws.partition}:iam::{self.aws.account_id}:role/{self.store_role_name}"


STACK: Final = TypeAdapter(Settings)
"""Reads the settings of a stack."""
