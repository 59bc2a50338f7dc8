"""Does it fit? The sum of requests, with one node lost and one pod more for a rollout, against what the nodes offer.

Only where the stack file says what that is (`capacity: {nodes, memory, cpu}`); with nodes that come when they are
needed there is nothing to compare. In production it is an error, elsewhere a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.capacity import load_of, weigh
from longshore.convert.registry import estate_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate
    from longshore.model import Effect


@estate_policy
def capacity(estate: Estate) -> Iterator[Effect]:
    """Report what does not fit."""
    offer = estate.options.capacity
    if not offer.nodes:
        return
    weighed = weigh([load_of(service) for service in estate if service.host is service], offer)
    for sentence in weighed.misfits:
        yield Problem(
            "capacity",
            Severity.ERROR if estate.options.production else Severity.WARNING,
            sentence,
            "lower the limits of what needs less (`docker stats` shows it), or add nodes and write them to `capacity`",
        )
