"""What a stack file may say of a team's place on a cluster: who may do what there, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from longshore.decoding.types import Boolean, Count, Named, Section
from longshore.stack.setting_types import Group, Name, Quantity, Region, RoleArn


@dataclass(frozen=True, slots=True)
class Access(Section):
    """Who of the team may do what in its namespace."""

    people: tuple[RoleArn, ...] = ()
    """ARNs of IAM roles that read everything but Secrets."""
    deployers: tuple[RoleArn, ...] = ()
    """ARNs of IAM roles that write what a conversion makes."""
    group: Group = ""
    """The Kubernetes group of people; left out: `team:<team>`."""
    exec: Boolean | None = None
    """Whether people may open a shell in a pod; left out: outside production."""


@dataclass(frozen=True, slots=True)
class Quota(Section):
    """What a team may take of the cluster at most; an empty one is unlimited."""

    cpu: Quantity = ""
    """Requests of processor, a Kubernetes quantity."""
    memory: Quantity = ""
    """Requests and limits of memory, a Kubernetes quantity."""
    pods: Count | None = None
    """How many pods."""
    volumes: Count | None = None
    """How many volume claims."""
    storage: Quantity = ""
    """What all volumes together ask for, a Kubernetes quantity."""
    load_balancers: Count | None = None
    """How many Services of type LoadBalancer."""
    container_memory: Quantity = ""
    """Memory limit of one container, a Kubernetes quantity."""


@dataclass(frozen=True, slots=True)
class TenantNamespace(Section):
    """A namespace of a tenant."""

    environment: Name = ""
    """Of what runs there, by which its secrets are called; left out: that of the platform."""


@dataclass(frozen=True, slots=True)
class TenantSecrets(Section):
    """What the identity of a tenant's secret store may read, below `<prefix><environment>/<team>/`."""

    backend: Literal["aws-secrets-manager", "vault", "fake"] = "aws-secrets-manager"
    """Where the values are."""
    store: Name = "longshore"
    """Name of the SecretStore."""
    region: Region = ""
    """Region of the secrets; left out: that of the platform."""
    prefix: str = ""
    """What the names of all secrets begin with."""
    role: str = ""
    """A role that somebody else made, of a tenant with one namespace; left out: the platform makes one."""
    kms_key: str = ""
    """ARN of the key with which the secrets are encrypted, where it is not that of AWS."""
    also: tuple[str, ...] = ()
    """Names of secrets elsewhere that the team may read."""


@dataclass(frozen=True, slots=True)
class Tenant(Section):
    """A team on the cluster of this stack, with all that it cannot be allowed to make itself."""

    namespaces: Named[TenantNamespace] = field(default_factory=dict)
    """Name of a namespace → what runs there; left out: one that is called as the team."""
    access: Access = field(default_factory=Access)
    """Who of the team may do what in its namespaces."""
    quota: Quota = field(default_factory=Quota)
    """What each namespace may take of the cluster at most."""
    pod_security: Literal["privileged", "baseline", "restricted"] = "baseline"
    """The Pod Security level of the namespaces."""
    network_policies: Boolean = True
    """Whether nothing reaches a pod that no policy allows."""
    memory: Quantity = "256Mi"
    """Request and limit of a container that names none."""
    cpu: Quantity = "100m"
    """Request of a container that names none."""
    secrets: TenantSecrets = field(default_factory=TenantSecrets)
    """What the identity of the secret store may read."""
    login_secrets: tuple[str, ...] = ()
    """Names of Secrets by which load balancers let people log in."""
    adopt: Boolean = False
    """Whether namespaces that are there already are taken over, with what is in them; it stays so."""
