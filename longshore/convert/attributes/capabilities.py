"""`cap_add`, `cap_drop` → `capabilities` of the container, without the prefix `CAP_`.

A capability that the namespace's Pod Security level refuses is an error of the policy `pod_security`. NET_RAW, which
`baseline` refuses to add, is one that nodes give every container, as Docker does: it is not written there, unless
compose drops it. At the level `restricted` all are dropped, whichever compose drops.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#cap_add
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import capability
from longshore.convert.estate.rights import given_anyway
from longshore.convert.registry import attribute
from longshore.model import LocalOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.cap_add")
def cap_add(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list."""
    names: list[str] = []
    for index, given in enumerate(value):
        name = capability(given)
        if given_anyway(service, name):
            yield LocalOnly(
                f"nodes give {name} to every container, as Docker does: there is nothing to add", at=(index,)
            )
        else:
            names.append(name)
    if names:
        yield service.put_container("securityContext", "capabilities", "add", value=names)


@attribute("services.*.cap_drop")
def cap_drop(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list."""
    names = [capability(name) for name in value]
    if names:
        every = service.options.pod_security == "restricted"
        yield service.put_container("securityContext", "capabilities", "drop", value=["ALL"] if every else names)
