"""What a stack says of prices, and nobody could use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.errors import suggestion
from longshore.prices.table import is_name, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.settings import Settings


def prices(settings: Settings) -> Iterator[Wrong]:
    """Find prices of nothing that an estimate asks for."""
    for name in settings.cost.prices:
        if not is_name(name):
            there = suggestion(name, names()) or "`longshore cost -o json` names each, or an instance: `ec2.i4i.large`"
            yield Wrong(("cost", "prices", name), "is the name of no price", there, key=True)
