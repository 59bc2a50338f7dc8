"""`networks` → membership labels on the pods, a Service for each alias, and one NetworkPolicy for each network.

Pods on one network reach each other on every port, in both directions, and others do not; the policies themselves are
made by `network_policies`. `internal: true` takes away the way to the world: its pods reach each other and the
cluster's DNS. An alias becomes a Service that selects the same pods; one that two services share on one network
selects both. An alias that cannot be the name of a Service (dots, capitals) is rewritten where it is called, or
reported. `labels` of a network become annotations of its policy. An external network is one that another project
makes: pods of this namespace that are on a network of the same name are reached, pods of other namespaces are not.

What is lost: fixed addresses, interfaces, drivers and their options. A pod has one address on the cluster's one
network, and gets a new one when it is replaced.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#networks
and https://github.com/compose-spec/compose-spec/blob/main/06-networks.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.aliases import alias_service
from longshore.convert.estate.labels import annotate
from longshore.convert.estate.network_names import network_keys
from longshore.convert.estate.networks import membership, policy_name
from longshore.convert.estate.texts import mentions, places
from longshore.convert.kubernetes.pod import POD_LABELS
from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import Approximated, LocalOnly, ObjectKey, Put, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.registry import Entry
    from longshore.convert.view import View
    from longshore.model import Effect, Path

_ADDRESSES: Final = ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address")
_INTERFACES: Final = ("priority", "gw_priority", "interface_name", "driver_opts")
_ORDINARY: Final = frozenset({"bridge", "overlay", "default"})
_OF_THE_CLUSTER: Final = ("ipam", "enable_ipv4", "enable_ipv6")


@attribute("services.*.networks")
def networks(attached: View, service: Service) -> Iterator[Effect]:
    """Translate the mapping network → how the service is on it."""
    for key, wanted in attached.items():
        yield Put(service.workload, (*POD_LABELS, membership(service.estate, key)), "true")
        if not wanted:
            continue
        for index, alias in enumerate(wanted.get("aliases") or ()):
            yield from alias_service(service.estate, str(alias), (key, "aliases", index))
        if wanted.get("use_service_name_alias") is False:
            yield Approximated(
                "others reach the service by its own name too: in a namespace it always has one",
                at=(key, "use_service_name_alias"),
                severity=Severity.INFO,
            )
        for name in _ADDRESSES:
            if wanted.get(name):
                yield from _address(service, wanted[name], (key, name))
        for name in _INTERFACES:
            value = wanted.get(name)
            if value:
                _ = value if isinstance(value, (str, int)) else value.plain()
                yield LocalOnly(f"`{name}` chooses between interfaces; a pod has one", at=(key, name))


def _address(service: Service, value: str | View, at: Path) -> Iterator[Effect]:
    addresses = (value,) if isinstance(value, str) else tuple(str(item) for item in value)
    called = [path for address in addresses for path in mentions(service.estate, address)]
    if called:
        yield Unsupported(
            f"a pod has no fixed address, and {', '.join(addresses)} is called in {places(called)}",
            f"call `{service.host.slug}` instead",
            at,
            "fixed-address",
            Severity.ERROR,
        )
    else:
        yield Unsupported(
            f"a pod has no fixed address: `{at[-1]}` is given up",
            f"others reach it as `{service.host.slug}`",
            at,
            "fixed-address",
        )


@attribute("networks.*")
def network(declared: View | None, entry: Entry) -> Iterator[Effect]:
    """Translate what a network says of itself; its members carry its label."""
    key, estate = str(entry.path[1]), entry.estate
    if not declared:
        return
    declared.get("name")
    declared.get("attachable")
    if key not in estate.memo(_used):
        plain(declared)
        yield LocalOnly(f"no service is on the network `{key}`")
        return
    yield from _isolation(declared, entry)
    driver = declared.get("driver")
    if driver and driver not in _ORDINARY:
        yield Unsupported(
            f"driver `{driver}` has no equivalent: pods are on the cluster's own network",
            "if the containers need addresses of your own network, give them an `exposure` in the stack file",
            ("driver",),
            "network-driver",
        )
    options = declared.get("driver_opts")
    if options:
        encrypted = "encrypted" in options.plain()
        if encrypted:
            yield Unsupported(
                "`encrypted`: traffic between pods is encrypted by the cluster's network, or not at all",
                "use TLS between the services, or nodes that encrypt their traffic",
                ("driver_opts",),
                "network-encryption",
            )
        else:
            yield LocalOnly("options of Docker's driver; the cluster has its own", at=("driver_opts",))
    for name in _OF_THE_CLUSTER:
        value = declared.get(name)
        if value not in (None, {}):
            plain(value)
            yield LocalOnly("addresses are given out by the cluster", at=(name,))
    policy = ObjectKey("NetworkPolicy", policy_name(key)) if estate.options.network_policies else None
    yield from annotate(declared.get("labels"), policy, "network policy")


def _isolation(declared: View, entry: Entry) -> Iterator[Effect]:
    if declared.get("internal") and not entry.estate.options.network_policies:
        yield Unsupported(
            "`internal` cuts the network off from the world, and `networkPolicies` is off: nothing is cut off",
            "set `networkPolicies: true` in the stack file",
            ("internal",),
            "network-isolation",
        )
    if declared.get("external"):
        yield Approximated(
            f"another project makes the network `{declared.get('name') or entry.path[1]}`: its services are reached if "
            "they run in the same namespace",
            "a service of another namespace is called `<service>.<namespace>` and must let this one in",
            ("external",),
            "external-network",
            Severity.INFO,
        )


def _used(estate: Estate) -> frozenset[str]:
    return frozenset(key for service in estate for key in network_keys(service))
