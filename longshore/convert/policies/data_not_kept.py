"""Data that Docker keeps and a pod loses: a database without a volume is empty after its first crash.

Docker keeps the files of a container, and its anonymous volumes, when the program ends and is started again, until
somebody removes the container. A pod's container is made anew each time. So an image that is known to keep data, and
has no volume where it keeps it, is an error in production and a warning elsewhere, with the line to write; so is a
volume that is mounted beside the place. Where nothing is lost by it, `allow: [data-not-kept]` says so. Redis and its
like may well be caches: it is told as a note, unless they are told to write what they hold (`--appendonly yes`).

Images that are not known to keep data are not spoken of: what a program writes into its own files, nobody can see.
Source: https://docs.docker.com/engine/storage/volumes/#named-and-anonymous-volumes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.container_data import unkept
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.container_data import Unkept


@service_policy
def data_not_kept(service: Service) -> Iterator[Problem]:
    """Tell where a volume is missing."""
    found = unkept(service)
    if found is None:
        return
    severity = Severity.ERROR if service.options.production else Severity.WARNING
    where = " and ".join(f"`{directory}`" for directory in found.directories)
    yield Problem(
        "data-not-kept",
        severity if found.certain else Severity.INFO,
        f"`{service.name}` keeps its data in {where}, {_why(found)}",
        _help(service, found),
        found.at,
    )


def _why(found: Unkept) -> str:
    if found.instead[0]:
        return (
            f"and `{found.instead[0]}` is mounted at `{found.instead[1]}`: a pod loses the data when its program ends"
        )
    if found.at:
        return "an anonymous volume: Docker keeps it when the program ends, a pod loses it"
    return "and no volume is mounted there: Docker keeps it when the program ends, a pod loses it"


def _help(service: Service, found: Unkept) -> str:
    key, first = found.instead[0], found.directories[0]
    if key:
        return f"mount it there: `volumes: [{key}:{first}]`"
    names = [f"{service.slug}-data{number or ''}" for number in range(len(found.directories))]
    mounts = ", ".join(f"{name}:{at}" for name, at in zip(names, found.directories, strict=True))
    declared = ", ".join(f"{name}: {{}}" for name in names)
    return (
        f"write `volumes: [{mounts}]` here, and `volumes: {{{declared}}}` at the top level; if nothing is lost by it, "
        "`x-longshore: {allow: [data-not-kept]}`"
    )
