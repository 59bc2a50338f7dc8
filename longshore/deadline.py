"""How long reading and converting may take: what is made to take for ever ends with a place, and not with the machine.

The converter knows no clock; it asks, service by service, whether it is late.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE: Final = "LONGSHORE_SECONDS"
"""Environment variable with another bound, in whole seconds; 0 lifts it."""

SECONDS: Final = 600
"""A project at the bounds of what is read takes a tenth of it."""

_DIGITS: Final = 9


def deadline(environment: Mapping[str, str]) -> Callable[[], bool]:
    """Begin to count; what is given says whether the time is over.

    Raises:
        Refused: the variable holds no number of seconds.
    """
    text = environment.get(VARIABLE) or str(SECONDS)
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise Refused(
            f"{VARIABLE} is no number of seconds", f"write a whole number, `{VARIABLE}=900`; 0 lifts the bound"
        )
    end = monotonic() + int(text) if int(text) else float("inf")
    return lambda: monotonic() >= end
