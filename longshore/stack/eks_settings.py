"""What a stack file may say of an EKS cluster of its own. Imports no pulumi."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from longshore.decoding.types import Boolean, Count, Named, Section, Shorthand, Written
from longshore.stack.setting_types import AddonVersion, Cidr, Days, Minor, Name, Policy, RoleArn


@dataclass(frozen=True, slots=True)
class Endpoint(Section):
    """Where the API server answers, beside the VPC: `public` to `cidrs` only."""

    public: Boolean = False
    cidrs: tuple[Cidr, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeGroup(Section):
    """Managed nodes; disk in GiB. Spot groups want three instance types or more to choose from."""

    instance_types: tuple[str, ...] = ("m7i.large",)
    capacity: Literal["on-demand", "spot"] = "on-demand"
    ami: Literal["AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"] = (
        "AL2023_x86_64_STANDARD"
    )
    minimum: Count = 2
    desired: Count = 3
    maximum: Count = 6
    disk: Count = 50
    labels: Named[Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Addon(Section):
    """An EKS add-on. version: exact; an empty one leaves it out, none at all takes the one that is pinned here.

    configuration: as `aws eks describe-addon-configuration` has it. policies: of its role by EKS Pod Identity, names of
    AWS's or ARNs, beside those that it is known to need. service_account: that gets the role, where it is not known.
    """

    version: AddonVersion | None = None
    configuration: Named[Any] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    service_account: Name = ""


Log = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


@dataclass(frozen=True, slots=True)
class EksCluster(Section):
    """An EKS cluster of our own. compute: `auto` is EKS Auto Mode, `managed` runs `nodeGroups`.

    admins: roles with full rights beside the one that deploys (which has them already and must not be listed).
    viewers: roles that may read all but Secrets, for previews of pull requests. addons: by name, beside those that the
    cluster needs; a text is a version. shared_storage: a file system (EFS) for volumes that several pods
    mount, as StorageClass `efs`. support: `standard` upgrades at the end of standard support,
    `extended` keeps the version at about six times the price. logs: what the control plane writes to CloudWatch, each
    billed by what it writes. load_balancers: of Auto Mode; `shared` is one for all hosts that face the internet, and
    one for those inside, `each` one for every host. protect: unset means in production.
    """

    kind: Literal["eks"]
    name: Name = ""
    version: Minor = "1.35"
    compute: Literal["auto", "managed"] = "auto"
    node_pools: tuple[Literal["system", "general-purpose"], ...] = ("system", "general-purpose")
    node_groups: Named[NodeGroup] = field(default_factory=dict)
    endpoint: Endpoint = Endpoint()
    admins: tuple[RoleArn, ...] = ()
    viewers: tuple[RoleArn, ...] = ()
    addons: Named[Annotated[Addon, Shorthand("version")]] = field(default_factory=dict)
    network_policies: Boolean = True
    load_balancers: Literal["shared", "each"] = "shared"
    shared_storage: Boolean = False
    support: Literal["standard", "extended"] = "standard"
    logs: tuple[Log, ...] = ("api", "audit", "authenticator")
    log_days: Days = 90
    protect: Boolean | None = None

    @property
    def addon_versions(self) -> dict[str, str | None]:
        """Add-on → version as the stack has it, for `longshore.stack.addons`."""
        return {name: addon.version for name, addon in self.addons.items()}
