"""`Application`: a converted compose estate as Pulumi resources, in the order in which its parts need each other.

Resources are called as their objects are, so that moving a service within its file, or adding one before it, changes
nothing, and an interrupted deployment goes on where it was (`clusters/connection.py`). Nothing is made inside an
`apply`: a preview shows exactly what a deployment makes.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

from longshore.components.component import Component
from longshore.components.resources import resource
from longshore.convert.kubernetes.creation import creation_needs
from longshore.convert.kubernetes.kinds import REPLICATED, WORKLOADS
from longshore.convert.kubernetes.order import apply_order
from longshore.convert.kubernetes.stable import stable_name
from longshore.errors import Refused
from longshore.model import Conversion, Manifest, ObjectKey, key_of
from longshore.stack.application import convert_application

if TYPE_CHECKING:
    from longshore.components.kubernetes_object import KubernetesObject

CLAIM = "PersistentVolumeClaim"
REPLICAS = ("spec", "replicas")
STATEFUL = frozenset({CLAIM, "StatefulSet"})
ROLE = "eks.amazonaws.com/role-arn"


class ComposeArgs(TypedDict):
    """Which compose files to read and how, as options of `docker compose` say it."""

    files: Sequence[str]
    """The files, in order; relative to the folder in which the program runs."""
    directory: NotRequired[str]
    """Where relative paths in the files start. Default: the folder of the first file."""
    name: NotRequired[str]
    """The project's name. Default: as Docker finds it."""
    profiles: NotRequired[Sequence[str]]
    """Profiles whose services are wanted."""
    services: NotRequired[Sequence[str]]
    """Only these services, and what they depend on."""
    variables: NotRequired[Mapping[str, str]]
    """Values for variables of the files; no secrets."""
    env_files: NotRequired[Sequence[str]]
    """Files with variables, instead of `.env`."""
    allow_outside: NotRequired[bool]
    """Whether the files may name what lies outside their folder. Default: no."""


class LoginArgs(TypedDict):
    """Who asks people for their name before a request reaches the service."""

    kind: str
    """`cognito` or `oidc`."""
    client_id: str
    """Id of the load balancer at the one who asks."""
    user_pool: NotRequired[str]
    """ARN of the pool in Cognito."""
    domain: NotRequired[str]
    """Prefix of the domain of that pool."""
    issuer: NotRequired[str]
    """The provider of OIDC, a URL."""
    authorization_endpoint: NotRequired[str]
    """Where it asks people, a URL."""
    token_endpoint: NotRequired[str]
    """Where it gives out tokens, a URL."""
    user_info_endpoint: NotRequired[str]
    """Where it says who somebody is, a URL."""
    variable: NotRequired[str]
    """Name of the secret variable with the secret of the client; it is stored with the secrets of the service."""
    scope: NotRequired[str]
    """What is asked of the provider. Default: `openid`."""
    hours: NotRequired[int]
    """How long a login lasts. Default: a week."""


class ExposureArgs(TypedDict):
    """How a service is reached from outside the cluster."""

    kind: str
    """`ingress`, for HTTP by host name, or `loadbalancer`, for TCP and UDP."""
    port: NotRequired[int]
    """The container's port. Default: the first one, or all published ones of a load balancer."""
    host: NotRequired[str]
    """Host name of an ingress."""
    path: NotRequired[str]
    """Path of an ingress. Default: `/`."""
    certificate: NotRequired[str]
    """ARN of a certificate (AWS), or name of a TLS secret."""
    internal: NotRequired[bool]
    """Whether only the VPC reaches it. Default: no."""
    allow_from: NotRequired[Sequence[str]]
    """Address ranges that are let in. Default: all."""
    login: NotRequired[LoginArgs]
    """Who asks for a name first. Default: nobody."""
    sticky: NotRequired[int]
    """Seconds for which a client stays with one pod. Default: it does not."""
    idle_timeout: NotRequired[int]
    """Seconds after which a connection is cut on which nothing is said. Default: 60."""
    health_path: NotRequired[str]
    """What the load balancer asks the pods for. Default: `/`."""
    aliases: NotRequired[Sequence[str]]
    """Host names that are sent on to `host`."""
    redirects: NotRequired[Mapping[str, str]]
    """Path → path or URL to which it is sent."""
    annotations: NotRequired[Mapping[str, str]]
    """More annotations of the Ingress or Service."""


class ScaleArgs(TypedDict):
    """How many pods run, by what they use."""

    max: int
    """The most that run."""
    min: NotRequired[int]
    """The fewest that run. Default: 1."""
    cpu: NotRequired[int]
    """Percent of the processor that they request, which they are held at. Default: 80, where `memory` is left out."""
    memory: NotRequired[int]
    """Percent of the memory that they request, which they are held at."""


class ServiceArgs(TypedDict):
    """What is decided for one compose service; what is left out is as the compose file and the house's rules say."""

    replicas: NotRequired[int]
    """How many pods."""
    scale: NotRequired[ScaleArgs]
    """How many pods, by what they use; instead of `replicas`."""
    image: NotRequired[str]
    """Another image."""
    memory: NotRequired[str]
    """Memory limit, a Kubernetes quantity."""
    cpu: NotRequired[str]
    """Request of processor, a Kubernetes quantity."""
    workload: NotRequired[str]
    """`Deployment`, `StatefulSet`, `DaemonSet` or `Job`."""
    backoff_limit: NotRequired[int]
    """How often a Job is started again."""
    liveness: NotRequired[str]
    """`on` or `off`: whether there is a liveness probe."""
    exposure: NotRequired[ExposureArgs]
    """How it is reached from outside."""
    allow: NotRequired[Sequence[str]]
    """Codes of findings that are consented to."""
    plain: NotRequired[Mapping[str, str]]
    """Environment key that is no secret → the reason."""
    secret: NotRequired[Mapping[str, str]]
    """Environment key that is a secret → the reason."""


class VolumeArgs(TypedDict):
    """What is decided for one named volume."""

    size: NotRequired[str]
    """A Kubernetes quantity."""
    storage_class: NotRequired[str]
    """Name of a StorageClass."""
    access_mode: NotRequired[str]
    """`ReadWriteOnce` or `ReadWriteMany`."""


class StorageArgs(TypedDict):
    """Where named volumes live."""

    storage_class: NotRequired[str]
    """Name of a StorageClass. Default: the cluster's own."""
    size: NotRequired[str]
    """Size of a volume that names none."""
    shared_class: NotRequired[str]
    """A StorageClass for volumes that several pods mount: `efs` on an `EksCluster` with shared storage."""
    shared_owners: NotRequired[Mapping[str, str]]
    """`uid:gid` → such a class in which this user owns everything."""
    volumes: NotRequired[Mapping[str, VolumeArgs]]
    """Name of a volume → what is decided for it."""


class SecretsArgs(TypedDict):
    """Where secret values live; never a value."""

    backend: NotRequired[str]
    """`aws-secrets-manager`, `vault`, or `fake` for none. Default: `aws-secrets-manager`."""
    store: NotRequired[str]
    """Name of the SecretStore. Default: `longshore`."""
    region: NotRequired[str]
    """Region of AWS Secrets Manager."""
    prefix: NotRequired[str]
    """What the names of all secrets begin with."""
    server: NotRequired[str]
    """Address of Vault."""
    role: NotRequired[str]
    """Role in Vault. Default: `<environment>-<team>`."""
    mount: NotRequired[str]
    """KV engine of Vault. Default: `secret`."""
    auth_mount: NotRequired[str]
    """Where Vault has its login for Kubernetes. Default: `kubernetes`."""
    vault_namespace: NotRequired[str]
    """Namespace of Vault Enterprise."""
    certificate: NotRequired[str]
    """PEM of the authority behind Vault's certificate, where it is a private one."""
    refresh_interval: NotRequired[str]
    """How often the operator looks for new values. Default: every hour."""
    versions: NotRequired[Mapping[str, str]]
    """Name of a secret → id of the version to stay at."""
    variables: NotRequired[Mapping[str, bool]]
    """Variable of the compose files → whether it is a secret, beyond what is detected."""


class WorkloadsArgs(TypedDict):
    """House rules for all services."""

    memory: NotRequired[str]
    """Memory limit where the compose file has none. Default: `256Mi`."""
    cpu: NotRequired[str]
    """Request of processor where the compose file has none. Default: `100m`."""
    pod_security: NotRequired[str]
    """The Pod Security level of the namespace: `privileged`, `baseline` or `restricted`. Default: `baseline`."""
    network_policies: NotRequired[bool]
    """Whether networks of the compose file become NetworkPolicies. Default: they do."""
    ingress_class: NotRequired[str]
    """Class of ingresses: `alb` on an `EksCluster`. Default: the cluster's own."""
    load_balancer_class: NotRequired[str]
    """Class of load balancers: `eks.amazonaws.com/nlb` on an `EksCluster` in Auto Mode. Default: the cluster's own."""
    image_pull_secrets: NotRequired[Sequence[str]]
    """Names of secrets for private registries."""


class ApplicationArgs(TypedDict):
    """What is deployed, for whom, and where."""

    compose: ComposeArgs
    """The compose files."""
    team: str
    """Name of the team."""
    environment: str
    """Name of the environment: the team's secrets are called `<environment>/<team>/<service>`."""
    namespace: pulumi.Input[str]
    """Where everything goes; `TeamAccess` gives it."""
    production: NotRequired[bool]
    """Whether what is a warning elsewhere is an error, and what holds data is protected. Default: no."""
    kubernetes_version: NotRequired[str]
    """Of the cluster. Default: `1.35`."""
    services: NotRequired[Mapping[str, ServiceArgs]]
    """Compose service → what is decided for it."""
    storage: NotRequired[StorageArgs]
    """Where named volumes live."""
    secrets: NotRequired[SecretsArgs]
    """Where secret values live."""
    secrets_role_arn: NotRequired[pulumi.Input[str]]
    """The IAM role that reads the secrets; `AwsSecretsIdentity` gives it."""
    workloads: NotRequired[WorkloadsArgs]
    """House rules for all services."""


class Application(Component):
    """Every object of a converted compose estate, in one namespace.

    It depends on what must be there before its first object: the namespace with its quota and policies, the identity of
    the store, the operator. Its Kubernetes provider is that of all children.

    Attributes:
        resources: object → its resource, for programs in Python.
    """

    namespace: pulumi.Output[str]
    """Where everything is."""
    objects: Sequence[str]
    """Every object, as `deployment/web`."""

    def __init__(
        self,
        name: str,
        args: ApplicationArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        conversion: Conversion | None = None,
        hooks: Mapping[ObjectKey, pulumi.ResourceHookBinding] = MappingProxyType({}),
    ) -> None:
        """Declare the objects.

        conversion: of the compose files, without errors, where it is there already. hooks: what is run before an object
        is made or changed.

        Raises:
            pulumi.RunError: the compose files or what is decided for them have errors; nothing was declared.
        """
        super().__init__(name, opts, formerly="longshore:compose:Application")
        conversion = conversion or self._converted(name, args)
        account = store_account(conversion)
        needs = creation_needs(conversion)
        manifests = {key_of(manifest): manifest for manifest in conversion.manifests}
        scalers = most_pods(conversion)
        made: dict[ObjectKey, KubernetesObject] = {}
        for key in apply_order(needs):
            manifest = manifests[key]
            claims = sorted(need for need in needs[key] if need.kind == CLAIM and key.kind in WORKLOADS)
            options = pulumi.ResourceOptions(
                depends_on=[made[earlier] for earlier in sorted(needs[key])],
                protect=(args.get("production", False) and key.kind in STATEFUL) or None,
                ignore_changes=[".".join(REPLICAS)] if is_scaled_by_others(conversion, key) else None,
                # A claim that must be made anew goes only once no pod has it; both are called as before.
                replace_with=[made[claim] for claim in claims] or None,
                # Of a Job that changed no two run at once; another name would let them.
                delete_before_replace=bool(claims) or key.kind == "Job" or None,
                hooks=hooks.get(key),
            )
            made[key] = resource(
                stable_name(manifest),
                {**manifest, "metadata": _metadata(manifest, args, account)},
                pulumi.ResourceOptions.merge(self._after, options),
                most=scalers.get(key, 0),
            )
        self.resources: Mapping[ObjectKey, KubernetesObject] = made
        self.namespace = pulumi.Output.from_input(args["namespace"])
        self.objects = [str(key) for key in made]
        self.register_outputs({"namespace": self.namespace, "objects": self.objects})

    def _converted(self, name: str, args: ApplicationArgs) -> Conversion:
        try:
            found = convert_application(name, args)
        except Refused as refused:
            raise pulumi.RunError("\nhelp: ".join(filter(None, (refused.message, refused.help)))) from None
        if found.told:
            pulumi.log.warn(found.told, self)
        return found.conversion


def _metadata(manifest: Manifest, args: ApplicationArgs, account: str) -> dict[str, Any]:
    """The metadata of an object, with what other resources give to the program; account: that of the store."""
    metadata = {**manifest["metadata"], "namespace": args["namespace"]}
    if "secrets_role_arn" in args and manifest["kind"] == "ServiceAccount" and metadata["name"] == account:
        metadata["annotations"] = {**metadata.get("annotations", {}), ROLE: args["secrets_role_arn"]}
    return metadata


def store_account(conversion: Conversion) -> str:
    """Name of the ServiceAccount that the SecretStore of a conversion acts as; "" where nothing is read."""
    for manifest in conversion.manifests:
        if manifest["kind"] == "SecretStore":
            return f"{manifest['metadata']['name']}-secrets"
    return ""


def most_pods(conversion: Conversion) -> dict[ObjectKey, int]:
    """Workload → how many pods the autoscaler that the stack asks for may make of it."""
    specs = [manifest["spec"] for manifest in conversion.manifests if manifest["kind"] == "HorizontalPodAutoscaler"]
    targets = ((spec["scaleTargetRef"], spec["maxReplicas"]) for spec in specs)
    return {ObjectKey(target["kind"], target["name"]): most for target, most in targets}


def is_scaled_by_others(conversion: Conversion, key: ObjectKey) -> bool:
    """Whether the number of pods of a workload stands in no file: then whoever scales it has the say, if anybody does.

    An autoscaler, that of the stack too, and `kubectl scale` write the field. Where a file has a number, each
    deployment writes it again.
    """
    wrote = [origin for field, origin in conversion.origins[key] if field == REPLICAS]
    return key.kind in REPLICATED and all(origin.policy and not origin.setting for origin in wrote)
