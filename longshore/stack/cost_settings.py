"""What a stack file may say of money: prices of its own, and what no plan knows of its use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from longshore.decoding.types import Count, Named, Section, text


def _as_written(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Amount = Annotated[
    str,
    BeforeValidator(_as_written),
    text(r"[0-9]{1,9}(\.[0-9]{1,9})?", "an amount in USD such as `0.096`"),
    Field(json_schema_extra={"type": ["string", "number"]}),
]


@dataclass(frozen=True, slots=True)
class Cost(Section):
    """What the monthly estimate cannot know."""

    prices: Annotated[Named[Amount], Field(examples=[{"ec2.m7i.large": "0.08"}])] = field(default_factory=dict)
    """Name of a price → what you pay, in USD, over the table of list prices."""
    log_gigabytes: Count | None = None
    """GB that are written to CloudWatch in a month."""
    nat_gigabytes: Count | None = None
    """GB that go through NAT gateways in a month."""
