"""What each service should be given, from what it used, what happened to it, and what its own settings let it take.

Memory: what the samples say, at least; as much as its program is told that it may take (`-Xmx`, `--max-old-space-size`,
`shared_buffers`, `maxmemory`), and half as much again, where that is more, since it will take it some day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.facts import resources
from longshore.convert.estate.memory import claimed
from longshore.convert.estate.seen import seen
from longshore.convert.kubernetes.quantity import cpu, mebibytes
from longshore.convert.observed import hours_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.observed import Size


class Recommended(NamedTuple):
    """What to give one service. memory, limit: bytes, of the limit to set and of that which it has (0: none).

    cpu: millicores to request, 0 where nothing can be said. reasons: how the numbers came about. warnings: what is
    wrong. sure: are the samples long enough, and is the need known?
    """

    service: str
    memory: int
    cpu: int
    limit: int
    peak: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    sure: bool


def recommended(estate: Estate) -> tuple[Recommended, ...]:
    """Recommend for each service that was seen: the killed ones first, those that grow, then by what they use."""
    sizes = {service: size for service in estate if (size := _size(service))}
    first = sorted(sizes, key=lambda one: (not sizes[one].killed, not sizes[one].growth, -sizes[one].peak, one.name))
    return tuple(_of(service, sizes[service]) for service in first)


def unseen(estate: Estate) -> tuple[str, ...]:
    """Services without a sample, about which nothing can be said."""
    return tuple(sorted(service.name for service in estate if not _size(service)))


def _size(service: Service) -> Size | None:
    found = seen(service)
    return found.size if found else None


def _of(service: Service, size: Size) -> Recommended:
    claim = claimed(service)
    memory, given = size.memory, resources(service)
    limit = given.memory_limit if given.memory_given else 0
    reasons = []
    if size.peak:
        watched = hours_text(size.hours)
        reasons.append(f"used {mebibytes(size.peak)} at most in {watched}, and a third more for what no sample saw")
    if size.cpu:
        reasons.append(f"{cpu(size.cpu)} was enough in 95 of 100 spans of time")
    if size.too_little:
        reasons.append(f"half as much again as the {mebibytes(size.too_little)} at which it was killed, at least")
    if claim and claim.needed > memory:
        memory = claim.needed
        reasons.append(f"{claim.why}, which it may take some day")
    return Recommended(
        service.name,
        memory,
        size.cpu,
        limit,
        size.peak,
        tuple(reasons),
        tuple(_warnings(service, size, limit)),
        sure=size.whole and not (size.killed or size.growth),
    )


def _warnings(service: Service, size: Size, limit: int) -> Iterator[str]:
    claim = claimed(service)
    if size.killed:
        times = "once" if size.killed == 1 else f"{size.killed} times"
        at = f" at {mebibytes(size.too_little)}" if size.too_little else " with no limit of its own"
        yield f"killed for its memory {times}{at}: what it really wants was never seen"
    if size.growth:
        yield f"grows by {mebibytes(size.growth)} an hour all the time: a leak, which no limit mends"
    if limit and claim and claim.size >= limit:
        yield f"its {claim.where} lets it take {mebibytes(claim.size)}, its limit is {mebibytes(limit)}"
    if not size.peak:
        yield "there is no sample of it"
    elif not size.whole:
        yield f"{hours_text(size.hours)} of samples are too few: nights, weekends and jobs may be missing"
