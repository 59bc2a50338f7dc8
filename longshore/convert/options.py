"""What a conversion must know that no compose file says: where it goes, and what the stack file decided.

Plain frozen values with defaults good enough for `longshore render -f compose.yaml`. `longshore.stack.settings` builds
them from a stack file, with every error at once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Login(NamedTuple):
    """Who asks people for their name before a request reaches the service.

    kind: `cognito` or `oidc`. client_id: of the load balancer, at the one who asks. user_pool: ARN of the pool in
    Cognito; domain: its prefix. issuer, the endpoints: URLs of the provider. variable: the name of the secret variable
    with the client's secret, which `longshore secrets push` stores with those of the service. scope: what is asked of
    the provider. hours: how long a login lasts.
    """

    kind: Literal["cognito", "oidc"]
    client_id: str
    user_pool: str = ""
    domain: str = ""
    issuer: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    user_info_endpoint: str = ""
    variable: str = ""
    scope: str = ""
    hours: int = 0


class Exposure(NamedTuple):
    """How a compose service is reached from outside the cluster; `ports:` alone never opens anything.

    kind: `ingress` (HTTP by host name) or `loadbalancer` (TCP/UDP). port: the container port; 0 = the
    first one, or all published ones for a load balancer.
    host, path: of an ingress. certificate: ARN (AWS) or name of a TLS secret. internal: inside the VPC only.
    allow_from: address ranges that are let in, all where it is empty. login: who asks for a name first.
    sticky: seconds for which a client stays with one pod. idle_timeout: seconds after which a connection on which
    nothing is said is cut, 60 where it is left out. health_path: what the load balancer asks the pods for.
    aliases: host names that are sent on to `host`. redirects: path → path or URL to which it is sent.
    """

    kind: Literal["ingress", "loadbalancer"]
    port: int = 0
    host: str = ""
    path: str = "/"
    certificate: str = ""
    internal: bool = False
    allow_from: tuple[str, ...] = ()
    login: Login | None = None
    sticky: int = 0
    idle_timeout: int = 0
    health_path: str = ""
    aliases: tuple[str, ...] = ()
    redirects: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING


class Scale(NamedTuple):
    """How many pods of a service run, by what they use; a HorizontalPodAutoscaler decides between `min` and `max`.

    cpu, memory: percent of what the pods request, which they are held at on average; 0 does not look at it. With
    neither, it is 80 percent of the processor.
    """

    max: int
    min: int = 1
    cpu: int = 0
    memory: int = 0


class ServiceSettings(NamedTuple):
    """What the stack decides for one compose service; None or empty leaves it to the compose file and the policies.

    memory: Kubernetes quantity for the memory limit; cpu: for the CPU request. backoff_limit: how often a Job is
    started again. allow: finding codes that were consented to. plain / secret: environment keys declared not secret /
    secret, with the reason. scale: the cluster decides how many pods run, instead of `replicas`.
    """

    replicas: int | None = None
    scale: Scale | None = None
    image: str = ""
    memory: str = ""
    cpu: str = ""
    workload: Literal["", "Deployment", "StatefulSet", "DaemonSet", "Job"] = ""
    backoff_limit: int | None = None
    liveness: Literal["", "on", "off"] = ""
    exposure: Exposure | None = None
    allow: frozenset[str] = frozenset()
    plain: Mapping[str, str] = NOTHING
    secret: Mapping[str, str] = NOTHING


class Extension(NamedTuple):
    """What the owner of a compose service decides in the compose file itself, as `x-longshore`.

    allow: finding codes that were consented to. backoff_limit: how often a Job is started again. plain / secret:
    environment keys declared not secret / secret, with the reason.
    """

    allow: frozenset[str] = frozenset()
    workload: Literal["", "Deployment", "StatefulSet", "DaemonSet", "Job"] = ""
    backoff_limit: int | None = None
    plain: Mapping[str, str] = NOTHING
    secret: Mapping[str, str] = NOTHING


class VolumeSettings(NamedTuple):
    """What the stack decides for one named volume: Kubernetes quantity, StorageClass name, access mode."""

    size: str = ""
    storage_class: str = ""
    access_mode: Literal["", "ReadWriteOnce", "ReadWriteMany"] = ""


class Storage(NamedTuple):
    """Where named volumes live. shared_class: a StorageClass that gives ReadWriteMany (EFS); empty = there is none."""

    storage_class: str = ""
    size: str = ""
    shared_class: str = ""
    volumes: Mapping[str, VolumeSettings] = NOTHING


class SecretSettings(NamedTuple):
    """Where secret values live, and how the manifests name them; never a value.

    backend: `aws-secrets-manager`, `vault` or `fake` (a local cluster without a backend).
    store: name of the SecretStore in the namespace. versions: remote key → version id to pin (`rotation: pinned`).
    role: ARN of the IAM role (AWS) or role name (Vault) that the store's ServiceAccount assumes.
    kms_key: ARN of the customer's own key in AWS, where secrets are encrypted with one.
    server, mount, auth_mount, vault_namespace: where Vault is, its KV engine, its Kubernetes login, its (Enterprise)
    namespace. certificate: PEM of the authority behind Vault's own certificate, where it is a private one. allow_http:
    let values travel unencrypted to a `http://` server that is not on this machine.
    variables: compose variables declared secret (True) or plain (False), beyond what detection finds.
    """

    backend: Literal["aws-secrets-manager", "vault", "fake"] = "aws-secrets-manager"
    store: str = "longshore"
    region: str = ""
    role: str = ""
    prefix: str = ""
    kms_key: str = ""
    server: str = ""
    mount: str = "secret"
    auth_mount: str = "kubernetes"
    vault_namespace: str = ""
    certificate: str = ""
    allow_http: bool = False
    rotation: Literal["pinned", "refresh"] = "pinned"
    refresh_interval: str = "1h0m0s"
    versions: Mapping[str, str] = NOTHING
    variables: Mapping[str, bool] = NOTHING


class Capacity(NamedTuple):
    """What the cluster can offer, for the capacity table: allocatable per node, in bytes and millicores."""

    nodes: int = 0
    node_memory: int = 0
    node_cpu: int = 0


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
