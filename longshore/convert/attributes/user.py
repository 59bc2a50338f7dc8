"""`user` → `runAsUser` and `runAsGroup` of the container.

Kubernetes wants numbers. A name is translated where its number is known: `root`, `nobody`, and the user of an official
image's own name (`user: postgres` in `postgres`); any other name is an error, since the pod would run as somebody else.
What is known of the user decides more: a container that is known not to run as root gets `runAsNonRoot` (policy
`pod_defaults`), and its volumes belong to its group (policy `volume_group`).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import LARGEST_ID, run_as
from longshore.convert.estate.seen import seen
from longshore.convert.registry import attribute
from longshore.model import Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


GROUPS = {"root": 0}
SMALLER = "write the number that the image knows"


@attribute("services.*.user")
def user(value: str, service: Service) -> Iterator[Effect]:
    """Translate `user[:group]`, each a number or a name."""
    name, _, group = str(value).partition(":")
    number = run_as(service)
    if name.isdecimal() and number is None:
        yield Unsupported(
            f"`{name}` is too large for a user: {LARGEST_ID} is the largest", SMALLER, severity=Severity.ERROR
        )
    elif name and number is None:
        yield Unsupported(
            f"the number of the user `{name}` is not known, and Kubernetes takes numbers",
            f"`docker run --rm --entrypoint id {service.model.get('image', '<image>')} {name}` tells it; write "
            '`user: "1000:1000"`, or leave `user` out if the image runs as that user by itself',
            severity=Severity.ERROR,
        )
    else:
        if name:
            yield service.put_container("securityContext", "runAsUser", value=number)
        yield from _group(group, service)


def _group(name: str, service: Service) -> Iterator[Effect]:
    number = int(name) if name.isdecimal() else GROUPS.get(name)
    ran = seen(service)
    if name and number is None and ran and ran.own:
        number = ran.group
    if number is not None and number > LARGEST_ID:
        yield Unsupported(
            f"`{name}` is too large for a group: {LARGEST_ID} is the largest", SMALLER, severity=Severity.ERROR
        )
    elif number is not None:
        yield service.put_container("securityContext", "runAsGroup", value=number)
    elif name:
        yield Unsupported(
            f"the number of the group `{name}` is not known; the pod gets the group that the image gives the user",
            f'write the number: `user: "{run_as(service) or ""}:<number>"`',
        )
