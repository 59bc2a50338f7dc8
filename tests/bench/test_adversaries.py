"""A conversion takes time that is linear in the project, also where somebody made it to take more."""

from __future__ import annotations

import pytest

from bench.adversaries import ADVERSARIES
from bench.growth import MOST, growth


@pytest.mark.parametrize("name", ADVERSARIES)
def test_twice_as_much_takes_twice_as_long(name: str) -> None:
    found = growth(ADVERSARIES[name])
    assert found.ratio <= MOST, found
    assert found.seconds < 1, "what is linear may be slow too"
