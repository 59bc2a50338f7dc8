"""One NetworkPolicy per compose network: its members reach each other on every port, and nobody else reaches them.

Members are found by label, in both directions. Everybody may ask DNS (at any address: on EKS Auto Mode it is a
process of the node), and reach the world unless all networks are `internal`; the metadata address of the cloud is
refused. What the stack exposes may be called from outside, on that port. A service with `network_mode: none` gets a
policy that lets nothing through. The secret store is read by the operator, so pods need no way to it. On by default;
`networkPolicies: false` in the stack file leaves them out. A cluster without an enforcing network plugin ignores them
in silence.
Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.convert.estate.exposure import exposed
from longshore.convert.estate.network_names import network_keys
from longshore.convert.estate.networks import declaration, membership, policy_name
from longshore.convert.estate.ranges import Range, ranges
from longshore.convert.kubernetes.kinds import new
from longshore.convert.kubernetes.names import label
from longshore.convert.kubernetes.pod import POD_LABELS
from longshore.convert.registry import estate_policy
from longshore.model import Default, Emit, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.model import Effect

_DNS: Final = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}

_WORLD: Final = {
    "to": [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}},
        {"ipBlock": {"cidr": "::/0", "except": ["fd00:ec2::254/128"]}},
    ]
}
"""Everywhere but the metadata service, which gives away a node's credentials."""


@estate_policy
def networks(estate: Estate) -> Iterator[Effect]:
    """Join the pods of each network; those that name no network are labelled here."""
    used: dict[str, None] = {}
    for service in estate:
        for key in network_keys(service):
            used[key] = None
            if not service.model.get("networks"):
                yield Default(service.workload, (*POD_LABELS, membership(estate, key)), "true")
    if not estate.options.network_policies:
        return
    for key in sorted(used):
        yield Emit(_joined(estate, key))
    for service in estate:
        if service.model.get("network_mode") == "none":
            yield Emit(_policy(f"isolated-{service.slug}", service.selector, [], []))
        ports = exposed(service)
        if ports and service.model.get("network_mode") != "host":
            yield Emit(_public(service))


def _joined(estate: Estate, key: str) -> dict[str, Any]:
    members = {membership(estate, key): "true"}
    peers = [{"podSelector": {"matchLabels": members}}]
    egress: list[dict[str, Any]] = [{"to": peers}, _DNS]
    if not declaration(estate, key).get("internal"):
        egress.append(_WORLD)
    return _policy(policy_name(key), members, [{"from": peers}], egress)


def _public(service: Service) -> dict[str, Any]:
    """Let anybody call the exposed ports; how the answer goes out is known to the connection."""
    found = ranges(Range(port.number, port.number, port.protocol) for port in exposed(service))
    ports = [
        {"port": part.first, "protocol": part.protocol} | ({"endPort": part.last} if part.last > part.first else {})
        for part in found
    ]
    manifest = _policy(f"public-{service.slug}", service.selector, [{"ports": ports}], None)
    manifest["spec"]["policyTypes"] = ["Ingress"]
    return manifest


def _policy(
    name: str, pods: dict[str, str], ingress: list[dict[str, Any]], egress: list[dict[str, Any]] | None
) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": {"matchLabels": pods}, "policyTypes": ["Ingress", "Egress"]}
    if ingress:
        spec["ingress"] = ingress
    if egress:
        spec["egress"] = egress
    return new(ObjectKey("NetworkPolicy", label(name)), spec=spec)
