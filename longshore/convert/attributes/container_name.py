"""`container_name` → a Service of that name, since on Docker others reach the container by it.

The container itself is called like its service. A name that cannot be the name of a Service (`my_app`, capitals) is
rewritten to the service's own wherever a setting or a command calls it.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#container_name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.aliases import alias_service
from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.container_name")
def container_name(name: str, service: Service) -> Iterator[Effect]:
    """Make the name known to the others."""
    yield from alias_service(service.estate, str(name), ())
