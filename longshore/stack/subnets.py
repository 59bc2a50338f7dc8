"""How a VPC is cut into subnets: pure arithmetic, so that a plan shows the ranges and a test proves them disjoint."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import NamedTuple

ZONES = 3
LARGEST, SMALLEST = 16, 22
"""Lengths of the prefixes that AWS gives a VPC at most, and that three zones need at least."""

EXCEPTIONS = {
    "ap-northeast-1": "acd",
    "ca-central-1": "abd",
}
"""Regions whose first three zones are not a, b and c: https://docs.aws.amazon.com/global-infrastructure/latest/regions/."""


class Zone(NamedTuple):
    """One availability zone: its name (`eu-west-1a`), what tells it from the others (`a`), and its three ranges."""

    name: str
    letter: str
    private: str
    public: str
    control: str


def zones_of(region: str, cidr: str, names: tuple[str, ...] = ()) -> tuple[Zone, ...]:
    """Cut `cidr` (/16 to /22) for three zones: `names`, or the first three of the region.

    A zone gets a quarter for its nodes and pods (every pod takes an address), a sixty-fourth or more for load
    balancers and NAT, and a /28 for the control plane, which must never lack an address because nodes took them all.

    Raises:
        ValueError: another range, or another number of zones.
    """
    whole = IPv4Network(cidr)
    if not LARGEST <= whole.prefixlen <= SMALLEST:
        raise ValueError(f"{cidr} cannot be cut for three zones: take a range from /{LARGEST} to /{SMALLEST}")
    names = names or tuple(f"{region}{letter}" for letter in EXCEPTIONS.get(region, "abc"))
    if len(names) != ZONES:
        raise ValueError(f"{', '.join(names)}: name three zones, or none to take the first three of {region}")
    *private, rest = whole.subnets(prefixlen_diff=2)
    *public, control = rest.subnets(prefixlen_diff=2)
    small = control.subnets(new_prefix=28)
    return tuple(
        Zone(name, name.removeprefix(region).lstrip("-") or name, str(nodes), str(edge), str(next(small)))
        for name, nodes, edge in zip(names, private, public, strict=True)
    )
