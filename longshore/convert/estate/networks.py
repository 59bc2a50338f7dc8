"""Compose networks as labels: a pod carries one label per network it is on, and policies select by it.

The label names the network as Docker does (`marketplace_backend`, or its explicit `name`), so that two projects in one
namespace share a network exactly where they did on one Docker host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.kubernetes.names import digest, label, valid_annotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service

PREFIX: Final = "network.longshore.dev"

BRIDGE: Final = "bridge"
"""Key under which services with `network_mode: bridge` are joined; Docker's own network of that name."""


def declaration(estate: Estate, key: str) -> Mapping[str, Any]:
    """What the top level says of a network; empty where it says nothing."""
    return (estate.project.model.get("networks") or {}).get(key) or {}


def membership(estate: Estate, key: str) -> str:
    """The label of pods on the network `key`."""
    known = estate.memo(_memberships)
    if key not in known:
        known[key] = _membership(estate, key)
    return known[key]


def _memberships(_estate: Estate) -> dict[str, str]:
    return {}


def _membership(estate: Estate, key: str) -> str:
    given = declaration(estate, key).get("name") or (key if key == BRIDGE else f"{estate.project.name}_{key}")
    whole = f"{PREFIX}/{given}"
    return whole if valid_annotation(whole) else f"{PREFIX}/{label(f'{given}-{digest(str(given))}')}"


def policy_name(key: str) -> str:
    """Name of the NetworkPolicy that joins the pods of the network `key`."""
    name = label(key)
    return label(f"network-{name}" if name == key else f"network-{name}-{digest(key)}")


def owner_of(estate: Estate, address: str) -> Service | None:
    """The service that has a fixed address on one of Docker's networks, which no pod can have."""
    return estate.memo(_addresses).get(address)


def _addresses(estate: Estate) -> dict[str, Service]:
    found: dict[str, Service] = {}
    for service in estate:
        for wanted in (service.model.get("networks") or {}).values():
            for name in ("ipv4_address", "ipv6_address"):
                if (wanted or {}).get(name):
                    found[str(wanted[name])] = service
    return found
