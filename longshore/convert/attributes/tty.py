"""`tty` → `tty` of the container.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#tty
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.tty")
def tty(value: bool, service: Service) -> Iterator[Effect]:  # noqa: FBT001  the value of the attribute
    """Translate the flag."""
    if value:
        yield service.put_container("tty", value=True)
