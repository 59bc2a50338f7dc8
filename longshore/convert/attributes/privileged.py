"""`privileged` → `privileged` of the container, with the owner's consent only: such a container owns its node.

Without `allow: [privileged]` it is an error. Most programs want one capability (`cap_add`) or one kernel setting. What
is only there to raise `vm.max_map_count` is not needed: the nodes of EKS have enough.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#privileged
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.node_limits import MAP_COUNT
from longshore.convert.estate.own_texts import commands
from longshore.convert.estate.waivers import unless_waived
from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.privileged")
def privileged(value: bool, service: Service) -> Iterator[Effect]:  # noqa: FBT001  the value of the attribute
    """Translate the flag."""
    if value:
        yield from unless_waived(
            service,
            "privileged",
            "a privileged container can do on its node whatever root can, to every other pod there too",
            _instead(service),
            service.put_container("securityContext", "privileged", value=True),
        )


def _instead(service: Service) -> str:
    if any("vm.max_map_count" in text for _, text in commands(service)):
        return f"leave it out: the nodes of EKS have a `vm.max_map_count` of {MAP_COUNT:,}"
    return "give it the one capability that it needs, by `cap_add`"
