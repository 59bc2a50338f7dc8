"""List prices of AWS by name and region, each with where and when it was read; and what a stack file says over them.

`table.json` is that table. A figure stands there for a region where a public document gives it for this region, and for
`*` where it gives it for all. Where a region has none, that of `standIn` stands for it, and whoever asks is told so.
The documents quote AWS's price list (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html);
we have asked AWS itself for none.
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping

HOURS: Final = Decimal(730)
"""Hours of a month, as AWS's own calculator counts them."""
EVERYWHERE: Final = "*"
_SIZES: Final[Mapping[str, Decimal]] = {
    "nano": Decimal("0.0625"),
    "micro": Decimal("0.125"),
    "small": Decimal("0.25"),
    "medium": Decimal("0.5"),
    "large": Decimal(1),
    "xlarge": Decimal(2),
}
"""How much larger a size is than `large`: what an instance costs goes by it, in all families of the table."""
_TYPE: Final = Regex(r"ec2\.([a-z0-9-]+)\.(?:(nano|micro|small|medium|large|xlarge)|([0-9]{1,2})xlarge)")


class Price(NamedTuple):
    """One figure. amount: per `unit`. region: whose it is; `*` of all. source: URL. date: when it was read, ISO 8601.

    own: a stack file says it; the source is then empty, and so is the date.
    """

    amount: Decimal
    unit: str
    region: str
    source: str = ""
    date: str = ""
    own: bool = False


class Prices(NamedTuple):
    """The table as a stack in one region sees it. own: name of a price → what the stack file says."""

    region: str
    own: Mapping[str, Decimal] = {}

    def find(self, name: str) -> Price | None:
        """Find the price with this name; None where nothing is known of it, anywhere."""
        table = _table()
        if name in self.own:
            return Price(self.own[name], _unit(name), self.region, own=True)
        row = table["prices"].get(name)
        if row is None:
            return self._of_size(name)
        region = next((each for each in (self.region, EVERYWHERE, table["standIn"]) if each in row), "")
        if not region:
            return None
        amount, source = row[region]
        read = table["sources"][source]
        return Price(Decimal(amount), row["unit"], region, read["url"], read["date"])

    def _of_size(self, name: str) -> Price | None:
        found = _TYPE.fullmatch(name)
        if found is None or found[2] == "large":
            return None
        large = self.find(f"ec2.{found[1]}.large")
        factor = _SIZES[found[2]] if found[2] else Decimal(found[3]) * 2
        return large._replace(amount=large.amount * factor) if large else None


def cents(amount: Decimal) -> Decimal:
    """Round an amount to whole cents, half ones up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_name(name: str) -> bool:
    """Is this the name of a price? Those of instances that the table does not have are names too: `ec2.i4i.large`."""
    return name in _table()["prices"] or _TYPE.fullmatch(name) is not None


def names() -> tuple[str, ...]:
    """Name all prices of the table."""
    return tuple(_table()["prices"])


def dates() -> tuple[str, str]:
    """When the oldest and the newest figure of the table were read, ISO 8601."""
    found = sorted(source["date"] for source in _table()["sources"].values())
    return found[0], found[-1]


def _unit(name: str) -> str:
    return str(_table()["prices"].get(name, {}).get("unit", "hours"))


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("table.json").read_text("utf-8"))
    return read
