"""What a conversion must know that no compose file says: where it goes, and what the stack file decided.

Plain frozen values with defaults good enough for `longshore render -f compose.yaml`. `longshore.stack.settings` builds
them from a stack file, with every error at once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.observed import Observed

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Login(NamedTuple):
    """Who asks people for their name before a request reaches the service."""

    kind: Literal["cognito", "oidc"]
    """Who asks."""
    client_id: str
    """The load balancer, as the one who asks knows it."""
    user_pool: str = ""
    """ARN of the user pool in Cognito."""
    domain: str = ""
    """The prefix of the user pool's domain."""
    issuer: str = ""
    """URL of the provider (OIDC)."""
    authorization_endpoint: str = ""
    """URL where the provider asks people."""
    token_endpoint: str = ""
    """URL where the provider gives tokens out."""
    user_info_endpoint: str = ""
    """URL where the provider says who somebody is."""
    variable: str = ""
    """Name of the secret variable with the client's secret, which `longshore secrets push` stores with those of the
    service."""
    scope: str = ""
    """What is asked of the provider; left out: `openid`."""
    hours: int = 0
    """How long a login lasts; left out: a week."""


class Exposure(NamedTuple):
    """How a compose service is reached from outside the cluster; `ports:` alone never opens anything."""

    kind: Literal["ingress", "loadbalancer"]
    """`ingress`, for HTTP by host name, or `loadbalancer`, for TCP and UDP."""
    port: int = 0
    """The container's port; left out: the first one, or all published ones of a load balancer."""
    host: str = ""
    """Host name of an ingress."""
    path: str = "/"
    """Path of an ingress."""
    certificate: str = ""
    """ARN of a certificate where AWS makes the load balancer; else, of an ingress, the name of a TLS Secret."""
    internal: bool = False
    """Whether only the VPC reaches it."""
    allow_from: tuple[str, ...] = ()
    """Address ranges that are let in; left out: everybody is."""
    login: Login | None = None
    """Who asks people for their name first."""
    sticky: int = 0
    """Seconds for which a client stays with one pod, by a cookie."""
    idle_timeout: int = 0
    """Seconds after which a connection is cut on which nothing is said; left out: 60."""
    health_path: str = ""
    """What the load balancer asks each pod for; left out: `/`."""
    aliases: tuple[str, ...] = ()
    """Other host names, which are sent on to `host`."""
    redirects: Mapping[str, str] = NOTHING
    """Path → the path or URL to which it is sent."""
    annotations: Mapping[str, str] = NOTHING
    """More annotations of the Ingress or Service, for its controller."""


class Scale(NamedTuple):
    """How many pods of a service run, by what they use; a HorizontalPodAutoscaler decides."""

    max: int
    """The most pods."""
    min: int = 1
    """The fewest pods."""
    cpu: int = 0
    """Percent of the processor that the pods request, at which they are held on average; 0 does not look at it. With
    neither this nor `memory` it is 80."""
    memory: int = 0
    """The same of their memory."""


class ServiceSettings(NamedTuple):
    """What the stack decides for one compose service; what is left out the compose file and the policies decide."""

    replicas: int | None = None
    """How many pods run."""
    scale: Scale | None = None
    """Let the cluster decide how many pods run, instead of `replicas`."""
    image: str = ""
    """Another image."""
    memory: str = ""
    """Memory limit, a Kubernetes quantity."""
    cpu: str = ""
    """Request of processor, a Kubernetes quantity."""
    workload: Literal["", "Deployment", "StatefulSet", "DaemonSet", "Job"] = ""
    """The kind of object that runs it."""
    backoff_limit: int | None = None
    """How often a Job is started again where it fails."""
    liveness: Literal["", "on", "off"] = ""
    """Whether there is a liveness probe."""
    nodes: str = ""
    """The group or pool of nodes on which it runs, of `nodeGroups` or `nodePools` of its platform."""
    exposure: Exposure | None = None
    """How it is reached from outside; left out: nothing is open to the world."""
    allow: frozenset[str] = frozenset()
    """Codes of findings that are consented to."""
    plain: Mapping[str, str] = NOTHING
    """Environment key that is no secret → the reason."""
    secret: Mapping[str, str] = NOTHING
    """Environment key that is a secret → the reason."""


class Extension(NamedTuple):
    """What the owner of a compose service decides in the compose file itself, as `x-longshore`."""

    allow: frozenset[str] = frozenset()
    """Codes of findings that are consented to."""
    workload: Literal["", "Deployment", "StatefulSet", "DaemonSet", "Job"] = ""
    """The kind of object that runs the service."""
    backoff_limit: int | None = None
    """How often a Job is started again where it fails."""
    nodes: str = ""
    """The group or pool of nodes on which it runs, of `nodeGroups` or `nodePools` of its platform."""
    plain: Mapping[str, str] = NOTHING
    """Environment key that is no secret → the reason."""
    secret: Mapping[str, str] = NOTHING
    """Environment key that is a secret → the reason."""


class VolumeSettings(NamedTuple):
    """What the stack decides for one named volume."""

    size: str = ""
    """A Kubernetes quantity."""
    storage_class: str = ""
    """Name of a StorageClass; another one makes the volume anew, and empty."""
    access_mode: Literal["", "ReadWriteOnce", "ReadWriteMany"] = ""
    """Whether pods on several nodes may write to it; another one makes the volume anew, and empty."""


class Storage(NamedTuple):
    """Where named volumes live."""

    storage_class: str = ""
    """Name of the StorageClass of all volumes; left out: the cluster's default."""
    size: str = ""
    """Size of a volume that names none."""
    shared_class: str = ""
    """A StorageClass for volumes that several pods mount; left out: `efs` where the platform has `sharedStorage`."""
    shared_owners: Mapping[str, str] = NOTHING
    """`uid:gid` → such a class in which this user owns everything, for programs that give files an owner."""
    volumes: Mapping[str, VolumeSettings] = NOTHING
    """Name of a volume → what is decided for it."""


class SecretSettings(NamedTuple):
    """Where secret values live, and how the manifests name them; never a value."""

    backend: Literal["aws-secrets-manager", "vault", "fake"] = "aws-secrets-manager"
    """The secret store; `fake` is for a local cluster without one."""
    store: str = "longshore"
    """Name of the SecretStore in the namespace."""
    region: str = ""
    """Region of AWS Secrets Manager; left out: that of the account."""
    role: str = ""
    """What the store's ServiceAccount acts as: ARN of an IAM role that somebody else made, or name of a role in Vault.
    """
    prefix: str = ""
    """What the names of all secrets begin with."""
    kms_key: str = ""
    """ARN of the customer's own key in AWS, where secrets are encrypted with one."""
    server: str = ""
    """Address of Vault."""
    server_from_outside: str = ""
    """Address of the same Vault for people and CI, where it runs in the cluster and `server` is known only there."""
    mount: str = "secret"
    """KV engine of Vault."""
    auth_mount: str = "kubernetes"
    """Where Vault has its login for Kubernetes."""
    vault_namespace: str = ""
    """Namespace of Vault Enterprise."""
    certificate: str = ""
    """PEM of the authority behind Vault's certificate, where it is a private one."""
    allow_http: bool = False
    """Whether values may travel unencrypted to a `http://` server that is not on this machine."""
    rotation: Literal["pinned", "refresh"] = "pinned"
    """`pinned`: a new version of a secret is rolled out by the next deployment; `refresh`: the operator fetches it by
    itself."""
    refresh_interval: str = "1h0m0s"
    """How often the operator looks for new values."""
    versions: Mapping[str, str] = NOTHING
    """Name of a secret → id of the version to stay at."""
    variables: Mapping[str, bool] = NOTHING
    """Variable of the compose files → whether it is a secret, beyond what is detected."""


class Capacity(NamedTuple):
    """What the cluster can offer, for the capacity table: allocatable per node, in bytes and millicores."""

    nodes: int = 0
    node_memory: int = 0
    node_cpu: int = 0


class Nodes(NamedTuple):
    """A group or pool of nodes of the cluster, by its name: their labels, processors (`arm64`), and taints."""

    name: str
    labels: Mapping[str, str] = NOTHING
    architectures: tuple[str, ...] = ("amd64",)
    taints: tuple[str, ...] = ()


class Images(NamedTuple):
    """Which images run, where that is decided outside of the compose file.

    repository: under which every build is pushed, by the name of its service; empty = as the compose file names it.
    lock: the file that says so; empty = there is none. pulled: a name as it is written → its digest. built: service →
    the whole reference of the image that was built for it. awaited: what is looked at is deployed later, and what has
    no image yet is built before. caches: registry, `docker.io` for Docker Hub → where nodes pull its images instead.
    """

    repository: str = ""
    lock: str = ""
    pulled: Mapping[str, str] = NOTHING
    built: Mapping[str, str] = NOTHING
    awaited: bool = False
    caches: Mapping[str, str] = NOTHING


class Options(NamedTuple):
    """All that a conversion is told beside the project.

    environment, team: name the place (`dev`, `shop`); secrets live under `<environment>/<team>/<service>`.
    namespace: empty leaves it out of the manifests, for `kubectl -n`. production: missing limits, mutable image
    tags and placeholders become errors. application: `app.kubernetes.io/part-of`; empty = the project's name.
    load_balancer_class: who makes load balancers (`eks.amazonaws.com/nlb` on EKS); empty = the cluster's own way.
    internal_ingress_class: the class of what is open inside only, where the load balancers of `ingress_class` stand
    outside whatever an Ingress says; empty = it is the same one. shared_load_balancers: all Ingresses of a class have
    one load balancer, so that what one says of it holds for all. zone: the domain for whose hosts the platform has a
    certificate; issuer: the ClusterIssuer of cert-manager that makes them, where it is not AWS.
    nodes: those that the cluster has; empty = nothing is known of them.
    observed: what an inventory saw of the project where it ran; None = there is none.
    """

    environment: str = "dev"
    team: str = "team"
    namespace: str = ""
    application: str = ""
    production: bool = False
    kubernetes_version: tuple[int, int] = (1, 34)
    services: Mapping[str, ServiceSettings] = NOTHING
    storage: Storage = Storage()
    secrets: SecretSettings = SecretSettings()
    capacity: Capacity = Capacity()
    default_memory: str = "256Mi"
    default_cpu: str = "100m"
    network_policies: bool = True
    pod_security: Literal["privileged", "baseline", "restricted"] = "baseline"
    ingress_class: str = "alb"
    internal_ingress_class: str = ""
    load_balancer_class: str = ""
    shared_load_balancers: bool = False
    zone: str = ""
    issuer: str = ""
    image_pull_secrets: tuple[str, ...] = ()
    nodes: tuple[Nodes, ...] = ()
    images: Images = Images()
    observed: Observed | None = None
