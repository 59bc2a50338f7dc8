"""The monthly estimate of a stack: a line for each thing that is billed, what is not counted, what would be cheaper.

A line is rounded to whole cents, and a total is the sum of its lines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.cost import aws_resources, in_cluster
from longshore.cost.savings import Saving, savings
from longshore.prices.table import EVERYWHERE, Price, Prices, cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from longshore.cost.subject import Charge, Subject

_SETTING: Final = "`longshore:cost.prices`"


class Line(NamedTuple):
    """So much of one thing in a month. sources: resources and settings that it comes from. at: as of a `Charge`."""

    what: str
    price_name: str
    quantity: Decimal
    price: Price
    sources: tuple[str, ...]
    at: str = ""
    notes: tuple[str, ...] = ()

    @property
    def monthly(self) -> Decimal:
        """What it costs, in whole cents."""
        return cents(self.quantity * self.price.amount)


class Estimate(NamedTuple):
    """What a stack costs in a month, in USD.

    lines: the dearest first. not_counted: sentences. stand_ins: names of prices of another region, which stand for
    those of this one.
    """

    stack: str
    region: str
    lines: tuple[Line, ...]
    not_counted: tuple[str, ...]
    stand_ins: tuple[str, ...]
    cheaper: tuple[Saving, ...]

    @property
    def total(self) -> Decimal:
        """All lines together."""
        return sum((line.monthly for line in self.lines), Decimal(0))

    @property
    def elsewhere(self) -> Decimal:
        """What of them the bill of another stack has."""
        return sum((line.monthly for line in self.lines if line.at), Decimal(0))


def estimate(subject: Subject, prices: Prices) -> Estimate:
    """Say what a stack costs in a month, by what its plan makes and by what that makes AWS make."""
    found = [*aws_resources.charges(subject), *in_cluster.charges(subject)] if subject.region else []
    lines, lacking = _lines(found, prices)
    return Estimate(
        subject.stack,
        subject.region,
        tuple(sorted(lines, key=lambda line: (-line.monthly, line.what))),
        (*lacking, *_not_counted(subject, found)),
        tuple(dict.fromkeys(line.price_name for line in lines if _stands_in(line.price, subject))),
        tuple(savings(subject, prices)) if subject.region else (),
    )


def _lines(charges: Iterable[Charge], prices: Prices) -> tuple[list[Line], list[str]]:
    """One line for what is alike, and sentences on what has no price."""
    together: dict[tuple[str, str, str], list[Charge]] = {}
    for charge in charges:
        together.setdefault((charge.what, charge.price, charge.at), []).append(charge)
    lines, lacking = [], []
    for (what, name, at), group in together.items():
        price = prices.find(name)
        if price is None:
            lacking.append(f"{what}: {_SETTING} may say what it costs: `{name}: 0.10`")
            continue
        sources = tuple(sorted({charge.source for charge in group}))
        notes = tuple(dict.fromkeys(charge.note for charge in group if charge.note))
        lines.append(Line(what, name, sum((each.quantity for each in group), Decimal(0)), price, sources, at, notes))
    return lines, lacking


def _stands_in(price: Price, subject: Subject) -> bool:
    return not price.own and price.region not in {subject.region, EVERYWHERE}


def _not_counted(subject: Subject, found: Sequence[Charge]) -> Iterator[str]:
    for type_ in aws_resources.unknown(subject):
        yield f"{type_}: nothing is known of what it costs"
    if not subject.region:
        yield "anything: the stack names no region of AWS; what it runs on, its owner pays for"
        return
    if not subject.around.compute:
        yield "nodes and load balancers: the cluster is made elsewhere"
    for class_ in in_cluster.unknown_classes(subject):
        yield f"volumes of the class {class_}: it is not known what makes them"
    if any(subject.of(aws_resources.NAT)) and subject.usage.nat is None:
        yield "data through NAT gateways: `longshore:cost.natGigabytes` says how much in a month"
    if any(subject.of(aws_resources.LOG_GROUP)) and subject.usage.logs is None:
        yield "logs in CloudWatch: `longshore:cost.logGigabytes` says how much is written in a month"
    if any(charge.price == "elb.hour" for charge in found):
        yield "what goes through load balancers (LCU)"
    if any(subject.of("aws:s3/bucket:Bucket")):
        yield "what is kept in buckets of S3"
    if any(any(subject.of(kind)) for kind in aws_resources.REGISTRIES):
        yield "what images take in ECR"
    if any(node.inputs.get("addonName") == "amazon-cloudwatch-observability" for node in subject.nodes):
        yield "measurements of the observability add-on"
    if any(charge.price == "efs.standard" for charge in found):
        yield "reading and writing of shared files"
    yield "data between zones and to the internet, requests to AWS, taxes, free tiers and discounts"
