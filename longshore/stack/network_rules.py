"""What the settings of a network must be together: of one that is made, and of one that is there."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from longshore.decoding.errors import Wrong
from longshore.stack.network_settings import NetworkSettings, Subnets
from longshore.stack.subnets import LARGEST, SMALLEST, ZONES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.eks_settings import EksCluster

FEWEST: Final = 2
"""Zones in which the subnets of a cluster lie, at least.

Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
"""
_MADE: Final = {
    "zones": "zones",
    "nat": "nat",
    "endpoints": "endpoints",
    "flow_log_days": "flowLogDays",
    "flow_log_destination": "flowLogDestination",
}


def networks(network: NetworkSettings, region: str, cluster: EksCluster | None) -> Iterator[Wrong]:
    """Find what a network cannot be. region: of the account, where it is known. cluster: that stands in it."""
    yield from _addresses(network)
    if network.vpc_id:
        yield from _there(network, cluster)
        return
    if network.subnets != Subnets():
        yield Wrong(("network", "subnets"), "are those of no VPC", "add `vpcId`, or leave them out", key=True)
    if network.zones and len(set(network.zones)) != ZONES:
        yield Wrong(("network", "zones"), f"must be {ZONES} different zones", "or leave it out")
    for index, zone in enumerate(network.zones):
        if region and not zone.startswith(region):
            yield Wrong(("network", "zones", index), f"`{zone}` is not in `{region}`", f"such as `{region}a`")


def _addresses(network: NetworkSettings) -> Iterator[Wrong]:
    try:
        prefix = ipaddress.IPv4Network(network.addresses).prefixlen
    except ValueError as error:
        yield Wrong(("network", "cidr"), f"is no address range: {error}", "such as `10.0.0.0/16`")
        return
    if not network.vpc_id and not LARGEST <= prefix <= SMALLEST:
        yield Wrong(("network", "cidr"), f"must be /{LARGEST} to /{SMALLEST}, is /{prefix}", "such as `10.0.0.0/16`")


def _there(network: NetworkSettings, cluster: EksCluster | None) -> Iterator[Wrong]:
    """Find what does not go with a VPC that somebody else made."""
    usual = NetworkSettings()
    for field, key in _MADE.items():
        if getattr(network, field) != getattr(usual, field):
            help_text = "leave it out: nothing is made in a VPC that is there"
            yield Wrong(("network", key), "is for a VPC that this stack makes", help_text, key=True)
    seen: dict[str, str] = {}
    for tier in ("private", "public", "control"):
        subnets: tuple[str, ...] = getattr(network.subnets, tier)
        place = ("network", "subnets", tier)
        if len(subnets) < FEWEST and (subnets or tier == "private"):
            help_text = "name one in each of two zones, better three"
            yield Wrong(place if subnets else place[:2], f"need {FEWEST} `{tier}` ones or more", help_text)
        for index, subnet in enumerate(subnets):
            if subnet in seen:
                yield Wrong((*place, index), f"`{subnet}` is among the {seen[subnet]} ones already", "name it once")
            seen.setdefault(subnet, tier)
    if cluster and cluster.shared_storage and not network.cidr:
        help_text = "write `cidr`, the addresses of the VPC"
        yield Wrong(("network",), "does not say who reaches the shared storage", help_text, key=True)
