"""`cap_add`, `cap_drop` → `capabilities` of the container, without the prefix `CAP_`.

A capability that the namespace's Pod Security level refuses is an error of the policy `pod_security`. A container
that is known not to run as root loses all capabilities that it does not ask for.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#cap_add
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.facts import capability
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect
    from convert.view import View


@attribute("services.*.cap_add")
def cap_add(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list."""
    names = [capability(name) for name in value]
    if names:
        yield service.put_container("securityContext", "capabilities", "add", value=names)


@attribute("services.*.cap_drop")
def cap_drop(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list."""
    names = [capability(name) for name in value]
    if names:
        yield service.put_container("securityContext", "capabilities", "drop", value=names)
