"""`links` → a Service of the alias's name; the linked service's own name is known anyway.

`links: [db:mysql]` makes `mysql` a name for `db`. On Docker only the linking service knows it, in Kubernetes the whole
namespace does. The order of start that a link implies is carried by `depends_on`, where the loader writes it.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#links
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.aliases import alias_service
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.links")
def links(value: View, service: Service) -> Iterator[Effect]:
    """Translate each `service[:alias]`."""
    for index, link in enumerate(value):
        name, _, alias = str(link).partition(":")
        if name not in service.estate.services:
            yield Unsupported(f"there is no service `{name}`", at=(index,), severity=Severity.ERROR)
        elif alias:
            yield from alias_service(service.estate, alias, (index,))
