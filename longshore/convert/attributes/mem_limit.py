"""`mem_limit`, `mem_reservation` → memory limit and request of the container, in 1024-based bytes.

A stack's `services.<name>.memory` wins over the limit. Without a reservation the request is the limit: the scheduler
then admits only what fits, and one container over its limit is killed alone. Reservations above the limit count as
the limit.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#mem_limit
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import resources
from longshore.convert.kubernetes.quantity import memory
from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.mem_limit")
def mem_limit(value: str, service: Service) -> Iterator[Effect]:
    """Translate the limit, or take the stack's."""
    del value
    found = resources(service)
    if found.memory_given:
        setting = f"{service.setting}.memory" if service.settings.memory else ""
        yield service.put_container("resources", "limits", "memory", value=memory(found.memory_limit), setting=setting)


@attribute("services.*.mem_reservation")
def mem_reservation(value: str, service: Service) -> Iterator[Effect]:
    """Translate the reservation."""
    del value
    yield service.put_container("resources", "requests", "memory", value=memory(resources(service).memory_request))
