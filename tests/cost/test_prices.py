"""The table of prices: every figure has a source and a day, and what is not known of a region is not made up."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from longshore.prices import table
from longshore.prices.table import EVERYWHERE, Prices, dates, is_name, names

TABLE: dict[str, Any] = json.loads(Path(table.__file__).with_name("table.json").read_text("utf-8"))
FIGURES = [
    (name, region, figure)
    for name, row in TABLE["prices"].items()
    for region, figure in row.items()
    if isinstance(figure, list)
]


def test_every_figure_has_a_source_and_every_source_a_figure():
    assert {source for _, _, (_, source) in FIGURES} == TABLE["sources"].keys()
    for source in TABLE["sources"].values():
        assert source["url"].startswith("https://")
        assert date.fromisoformat(source["date"]) <= date.today()  # noqa: DTZ011  a day of a document has no zone


def test_every_price_is_one_and_stands_for_regions_that_have_none():
    for name, row in TABLE["prices"].items():
        assert row["unit"], name
        assert row["what"], name
        assert row.keys() & {TABLE["standIn"], EVERYWHERE}, name
    assert all(Decimal(amount) > 0 for _, _, (amount, _) in FIGURES)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1", "ap-south-2"])
def test_a_price_of_another_region_says_so(region):
    for name in names():
        found = Prices(region).find(name)
        assert found, name
        row = TABLE["prices"][name]
        assert found.region == (region if region in row else EVERYWHERE if EVERYWHERE in row else "us-east-1")


def test_a_size_costs_so_much_more_than_large():
    prices = Prices("us-east-1")
    wanted = {"medium": "0.0416", "large": "0.0832", "xlarge": "0.1664", "2xlarge": "0.3328"}
    for size, amount in wanted.items():
        found = prices.find(f"ec2.t3.{size}")
        assert found
        assert found.amount == Decimal(amount)


def test_what_the_stack_file_says_wins_also_over_the_size():
    prices = Prices(
        "eu-west-1", {"ec2.m7i.large": Decimal("0.05"), "ec2.i4i.large": Decimal("0.2"), "kms.key": Decimal(0)}
    )
    found = {name: prices.find(name) for name in ("ec2.m7i.large", "ec2.m7i.2xlarge", "ec2.i4i.xlarge", "kms.key")}
    assert {name: price and price.amount for name, price in found.items()} == {
        "ec2.m7i.large": Decimal("0.05"),
        "ec2.m7i.2xlarge": Decimal("0.20"),
        "ec2.i4i.xlarge": Decimal("0.4"),
        "kms.key": Decimal(0),
    }
    assert all(price and price.own for price in found.values())


@pytest.mark.parametrize("name", ["ec2.i4i.large", "ec2.m7i.metal", "ec2.m7i", "nat", "", "ec2.m7i.large.large"])
def test_what_is_not_known_has_no_price(name):
    assert Prices("us-east-1").find(name) is None


def test_names():
    assert is_name("nat.hour")
    assert is_name("ec2.i4i.24xlarge")
    assert not is_name("nat.hours")
    assert not is_name("ec2.i4i.metal")


def test_the_table_says_how_old_it_is():
    first, last = dates()
    assert first < last
    assert {first, last} <= {source["date"] for source in TABLE["sources"].values()}
