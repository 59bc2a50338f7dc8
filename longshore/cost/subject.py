"""What is estimated: the plan of a stack with all that a price depends on, and one charge of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from longshore.rehearsal.plan import kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from longshore.model import Manifest
    from longshore.rehearsal.plan import Node

ZONES: Final = 3
"""Of a network of ours, and so of what AWS makes once in each."""


class Usage(NamedTuple):
    """What no plan says, in GB a month; None where nobody has said it."""

    logs: int | None = None
    nat: int | None = None


class Surroundings(NamedTuple):
    """The cluster that a stack runs on.

    stack: that which makes it; empty where it is the stack itself, or none of the project. compute: of a cluster of EKS
    that the project makes, else empty. shares: Ingresses of a class have one load balancer. ingress_classes: those
    behind which an Application Load Balancer stands.
    """

    stack: str = ""
    compute: Literal["auto", "managed", ""] = ""
    shares: bool = False
    ingress_classes: frozenset[str] = frozenset()


class Charge(NamedTuple):
    """So much of one thing with a price. quantity: in the unit of the price, a month. source: resource or setting.

    at: the stack whose bill has it, where that is another one. note: what is to be known of it.
    """

    what: str
    price: str
    quantity: Decimal
    source: str
    at: str = ""
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """A stack to estimate.

    nodes: its plan. region: of AWS; empty where it has none. others: stack → manifests, of the stacks on the cluster
    that this one makes. production: whether savings that cost availability are none. day: on which support has ended
    or not.
    """

    stack: str
    nodes: Sequence[Node]
    region: str
    day: date
    around: Surroundings
    others: Mapping[str, Sequence[Manifest]]
    usage: Usage
    production: bool

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """What the stack itself makes in a cluster."""
        return tuple(dict(node.inputs) for node in self.nodes if "kind" in node.inputs and not node.read)

    def of(self, type_: str) -> Iterator[Node]:
        """All resources of a type that the stack makes: `aws:ec2/eip:Eip`."""
        return (node for node in self.nodes if node.type == type_ and not node.read)


def named(node: Node) -> str:
    """Name a resource as a plan shows it: `ec2.NatGateway dev-nat-a`."""
    return f"{kind(node.type)} {node.name}"
