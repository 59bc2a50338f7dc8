"""`group_add` → `supplementalGroups` of the pod.

Kubernetes wants numbers; a name is an error, since files of the group could not be read.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#group_add
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import LARGEST_ID
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


NAMES = {"root": 0}


@attribute("services.*.group_add")
def group_add(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list of groups."""
    numbers: list[int] = []
    for index, group in enumerate(value):
        text = str(group)
        number = int(text) if text.isdecimal() else NAMES.get(text)
        if number is not None and number <= LARGEST_ID:
            numbers.append(number)
            continue
        if number is not None:
            yield Unsupported(
                f"`{text}` is too large for a group: {LARGEST_ID} is the largest",
                "write the number that the image knows",
                (index,),
                severity=Severity.ERROR,
            )
            continue
        yield Unsupported(
            f"the number of the group `{text}` is not known, and Kubernetes takes numbers",
            f"`docker run --rm --entrypoint getent {service.model.get('image', '<image>')} group {text}` tells it",
            (index,),
            severity=Severity.ERROR,
        )
    if numbers:
        yield from service.share_pod("securityContext", "supplementalGroups", value=numbers, attribute="group_add")
