"""What would cost less: settings of a stack file, and by how much, as far as the table knows.

Outside of production also what costs availability.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.capacity import loads_in
from longshore.convert.nodes import choices
from longshore.cost import aws_resources as aws
from longshore.cost import in_cluster
from longshore.cost.subject import ZONES
from longshore.prices.table import HOURS, cents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.cost.subject import Subject
    from longshore.prices.table import Prices
    from longshore.rehearsal.plan import Node

ARM: Final[Mapping[str, str]] = {
    "m5": "m6g", "m6i": "m6g", "m6a": "m6g", "m7i": "m7g", "m7a": "m7g", "m8i": "m8g",
    "c5": "c6g", "c6i": "c6g", "c6a": "c6g", "c7i": "c7g", "c7a": "c7g", "c8i": "c8g",
    "r5": "r6g", "r6i": "r6g", "r6a": "r6g", "r7i": "r7g", "r7a": "r7g", "r8i": "r8g",
    "t3": "t4g", "t3a": "t4g",
}  # fmt: skip
"""Family of instances → that of the same generation with processors of AWS's own, which are arm64."""
SHORT: Final = 30
"""Days for which logs are kept where nobody has a reason for more."""
RETENTION: Final[Mapping[str, str]] = {
    "/aws/containerinsights/": "longshore:observability.logDays",
    "/aws/eks/": "longshore:cluster.logDays",
    "/aws/vpc/": "longshore:network.flowLogDays",
}
"""How the name of a log group begins → the setting that says how long it is kept."""


class Saving(NamedTuple):
    """One way to pay less. change: what to write. monthly: USD; None where it depends. why: what it costs otherwise."""

    change: str
    monthly: Decimal | None
    why: str


def savings(subject: Subject, prices: Prices) -> list[Saving]:
    """What would cost less, the most first, and last what nobody can say beforehand."""
    found = [*_network(subject, prices), *_nodes(subject, prices), *_rest(subject, prices)]
    worth = [one for one in found if one.monthly is None or one.monthly > 0]
    return sorted(worth, key=lambda one: (one.monthly is None, -(one.monthly or 0)))


def _monthly(prices: Prices, name: str, quantity: Decimal) -> Decimal:
    price = prices.find(name)
    return cents(price.amount * quantity) if price else Decimal(0)


def _network(subject: Subject, prices: Prices) -> Iterator[Saving]:
    if subject.production:
        return
    gateways = len(list(subject.of(aws.NAT)))
    if gateways > 1:
        hours = HOURS * (gateways - 1)
        less = _monthly(prices, "nat.hour", hours) + _monthly(prices, "ipv4.hour", hours)
        yield Saving("longshore:network.nat: single", less, "with its zone, the way out of all zones is lost")
    interfaces = [node for node in subject.of(aws.ENDPOINT) if node.inputs.get("vpcEndpointType") == "Interface"]
    zones = sum(len(node.inputs["subnetIds"]) for node in interfaces)
    through = prices.find("nat.gigabyte")
    if interfaces and through:
        less = _monthly(prices, "endpoint.hour", HOURS * zones)
        why = f"as long as less than {less / through.amount:.0f} GB a month go through them"
        yield Saving("longshore:network.endpoints: []", less, why)


def _nodes(subject: Subject, prices: Prices) -> Iterator[Saving]:
    groups = list(subject.of(aws.NODE_GROUP))
    if len(groups) == 1:
        yield from _fewer(groups[0], subject, prices)
    on_demand = [node for node in groups if node.inputs.get("capacityType") != "SPOT"]
    for node in on_demand:
        yield from _arm(node, prices)
    if on_demand and not subject.production:
        why = "up to 90 %, as AWS says; nodes go with two minutes' notice"
        yield Saving("longshore:cluster.nodeGroups: capacity: spot", None, why)


def _fewer(node: Node, subject: Subject, prices: Prices) -> Iterator[Saving]:
    """Nodes that nothing asks for, where all services of the cluster are known."""
    type_, desired = _type(node), int(node.inputs["scalingConfig"]["desiredSize"])
    loads = loads_in(in_cluster.everything(subject))
    needed = next((each.nodes for each in choices(loads) if each.type.name == type_), desired) if loads else desired
    if needed < desired:
        less = _monthly(prices, f"ec2.{type_}", HOURS * (desired - needed))
        why = "all services fit, with one node lost and one rollout under way"
        yield Saving(f"longshore:cluster.nodeGroups: desired: {needed}", less, why)


def _arm(node: Node, prices: Prices) -> Iterator[Saving]:
    family, _, size = _type(node).partition(".")
    other = f"{ARM.get(family, '')}.{size}"
    today, then = prices.find(f"ec2.{family}.{size}"), prices.find(f"ec2.{other}")
    if today and then and today.region == then.region:
        count = int(node.inputs["scalingConfig"]["desiredSize"])
        less = cents((today.amount - then.amount) * HOURS * count)
        yield Saving(
            f"{node.name}: instanceTypes: [{other}], ami: AL2023_ARM_64_STANDARD", less, "where all images have arm64"
        )


def _type(node: Node) -> str:
    return str((node.inputs.get("instanceTypes") or ["m7i.large"])[0])


def _rest(subject: Subject, prices: Prices) -> Iterator[Saving]:
    late = any(each.price == "eks.extended" for each in aws.charges(subject))
    if late:
        less = _monthly(prices, "eks.extended", HOURS) - _monthly(prices, "eks.standard", HOURS)
        yield Saving(f"longshore upgrade -s {subject.stack}", less, "a version in standard support")
    balancers = [each for each in in_cluster.charges(subject) if each.price == "elb.hour"]
    ingresses = [each for each in balancers if each.source.startswith("Ingress ")]
    if subject.around.compute == "auto" and not subject.around.shares and len(ingresses) > 1:
        more = HOURS * (len(ingresses) - 1)
        less = _monthly(prices, "elb.hour", more) + _monthly(prices, "ipv4.hour", more * ZONES)
        yield Saving("longshore:cluster.loadBalancers: shared", less, "all hosts get other addresses once")
    older = sum((size for _, class_, size in in_cluster.claims(subject.manifests) if class_ == "gp2"), Decimal(0))
    if older:
        less = _monthly(prices, "ebs.gp2", older) - _monthly(prices, "ebs.gp3", older)
        yield Saving("longshore:storage.storageClass: gp3", less, "of new claims: another class makes a claim anew")
    yield from _logs(subject, prices)


def _logs(subject: Subject, prices: Prices) -> Iterator[Saving]:
    longest = aws.kept_longest(subject)
    days = aws.days_kept(longest) if longest else 0
    if longest and days > SHORT and not subject.production:
        written, name = subject.usage.logs, str(longest.inputs.get("name", ""))
        less = _monthly(prices, "logs.kept", Decimal(written) * (days - SHORT) / 30) if written else None
        setting = next((found for prefix, found in RETENTION.items() if name.startswith(prefix)), longest.name)
        yield Saving(f"{setting}: {SHORT}", less, f"logs end after {SHORT} days instead of {days}")
    if any(node.inputs.get("logDestinationType") != "s3" for node in subject.of("aws:ec2/flowLog:FlowLog")):
        yield Saving("longshore:network.flowLogDestination: s3", None, "searched by Athena instead of at once")
