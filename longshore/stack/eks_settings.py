"""What a stack file may say of an EKS cluster of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from longshore.decoding.types import Boolean, Named, NamesOnly, Section, Shorthand, Switch
from longshore.stack.node_settings import BUILT_IN, Controller, NodeGroup, NodePool
from longshore.stack.setting_types import AddonVersion, Cidr, Days, Idle, Minor, Name, Owner, Policy, RoleArn


@dataclass(frozen=True, slots=True)
class Endpoint(Section):
    """Where the API server answers, beside the VPC."""

    public: Boolean = False
    """Whether it answers outside the VPC."""
    cidrs: tuple[Cidr, ...] = ()
    """Address ranges that reach it there; everyone (`0.0.0.0/0`) is refused in production."""


@dataclass(frozen=True, slots=True)
class Addon(Section):
    """An EKS add-on."""

    version: AddonVersion | None = None
    """The exact version; an empty one leaves the add-on out. Left out: the one that is pinned here."""
    configuration: Named[Any] = field(default_factory=dict)
    """What `aws eks describe-addon-configuration` knows, laid over ours."""
    policies: tuple[Policy, ...] = ()
    """Of its role by EKS Pod Identity: names of AWS's or ARNs, beside those that it is known to need."""
    service_account: Name = ""
    """The ServiceAccount that gets the role, where it is not known."""


@dataclass(frozen=True, slots=True)
class SharedStorage(Section):
    """File systems (EFS) for volumes that several pods mount."""

    teams: tuple[Name, ...] = ()
    """Each gets a file system of its own, as StorageClass `efs-<team>`."""
    owners: tuple[Owner, ...] = ()
    """Users as `uid:gid`, each of them a StorageClass more, in which this user owns everything."""
    lifecycle_days: Idle = 30
    """What nobody read for so long costs less to keep, and more to read; 0 keeps all at hand."""
    backups: Boolean | None = None
    """Whether AWS Backup keeps what is in them; unset means in production."""


Log = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


@dataclass(frozen=True, slots=True)
class EksCluster(Section):
    """An EKS cluster of our own."""

    kind: Literal["eks"]
    """An EKS cluster of our own."""
    name: Name = ""
    """Left out: `longshore-<environment>`. 42 characters at most, for the names of IAM roles that begin with it."""
    version: Minor = "1.35"
    """Kubernetes minor version in quotes, one at a time upwards."""
    compute: Literal["auto", "managed"] = "auto"
    """`auto` is EKS Auto Mode: nodes, DNS, disks and load balancers are AWS's business. `managed` runs `nodeGroups`."""
    node_pools: Annotated[Named[Annotated[NodePool, Switch()] | None], NamesOnly(*BUILT_IN)] = field(
        default_factory=dict
    )
    """Of Auto Mode: name → nodes beside those of AWS's own pools, `system` and `general-purpose`; `false` leaves one of
    these out, and so does a list with the other alone."""
    node_groups: Named[NodeGroup] = field(default_factory=dict)
    """Name → managed nodes."""
    autoscaler: Annotated[Controller, Switch()] | None = field(default_factory=Controller)
    """The Cluster Autoscaler, of managed nodes: groups grow and shrink between `minimum` and `maximum`."""
    load_balancer_controller: Annotated[Controller, Switch()] | None = field(default_factory=Controller)
    """The AWS Load Balancer Controller, of managed nodes: by it services are reached from outside. `false` where the
    cluster has one already."""
    endpoint: Endpoint = Endpoint()
    """Where the API server answers, beside the VPC."""
    admins: tuple[RoleArn, ...] = ()
    """ARNs of IAM roles with all rights beside the one that deploys, which has them already and must not be listed."""
    viewers: tuple[RoleArn, ...] = ()
    """ARNs of IAM roles that may read all but Secrets: for previews of pull requests."""
    addons: Named[Annotated[Addon, Shorthand("version")]] = field(default_factory=dict)
    """Add-on → its exact version, or all of it, beside those that the cluster needs; an empty version leaves one out.
    """
    network_policies: Boolean = True
    """Whether NetworkPolicies are enforced."""
    load_balancers: Literal["shared", "each"] = "shared"
    """`shared` is one for all hosts that face the internet and one for those inside, `each` one for every host. Another
    value makes them anew, with other addresses."""
    shared_storage: Annotated[SharedStorage, Switch()] | None = None
    """A file system (EFS) for volumes that several pods mount, as StorageClass `efs`; `true` is one with defaults."""
    support: Literal["standard", "extended"] = "standard"
    """`standard` upgrades the cluster when standard support ends, `extended` keeps the version at about six times the
    price."""
    logs: tuple[Log, ...] = ("api", "audit", "authenticator")
    """What the control plane writes to CloudWatch, billed by the gigabyte."""
    log_days: Days = 90
    """For how many days CloudWatch keeps the control plane's logs."""
    protect: Boolean | None = None
    """Whether neither Pulumi nor AWS deletes the cluster; left out: in production."""

    @property
    def built_in_pools(self) -> tuple[str, ...]:
        """Which of AWS's own pools the cluster has in Auto Mode."""
        return tuple(name for name in BUILT_IN if self.node_pools.get(name, NodePool()) is not None)

    @property
    def own_pools(self) -> dict[str, NodePool]:
        """Name → what it is, of the pools beside those."""
        return {name: pool for name, pool in self.node_pools.items() if pool is not None and name not in BUILT_IN}

    @property
    def balances(self) -> bool:
        """Whether the cluster makes load balancers by classes of its own."""
        return self.compute == "auto" or self.load_balancer_controller is not None

    @property
    def shares_load_balancers(self) -> bool:
        """Whether all hosts of one scheme have one load balancer."""
        return self.balances and self.load_balancers == "shared"

    @property
    def addon_versions(self) -> dict[str, str | None]:
        """Add-on → version as the stack has it, for `longshore.stack.addons`."""
        return {name: addon.version for name, addon in self.addons.items()}
