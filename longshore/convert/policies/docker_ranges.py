"""Ranges of Docker's networks that a program lets in or trusts: `allow 172.16.0.0/12`, `host all all 172.18.0.0/16`.

Containers of a project have addresses of 172.17.0.0/16 and the ranges after it, or of a `subnet` of the project. Pods
have those of the cluster: who was let in, or believed as a proxy, is not there. A text that names a range of pods too,
such as `10.0.0.0/8`, lets them in as before.
Source: https://docs.docker.com/engine/network/#subnet-allocation
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.estate.texts import holding, is_file, readers, without_comments
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity, Span
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.texts import Text
    from longshore.model import Path

_POOLS: Final = r"172\.16\.0\.0/12|172\.(?:1[7-9]|2[0-9]|30)\.0\.0/16"
"""What Docker takes for networks without a subnet, but for 172.31.0.0/16, which is also the default VPC of AWS."""

_BEGINNING: Final = "172."

_OF_PODS: Final = Regex(r"(?<![\w.])(?:10\.\d{1,3}\.\d{1,3}\.\d{1,3}|0\.0\.0\.0|100\.64\.0\.0)/\d|::/0|private_ranges")
_LETS_IN: Final = Regex(
    r"(?i)allow|trust|white|permit|real_?ip|(?:remote|client)_?ip|\bsrc\b|\brequire\b|mynetworks|known_?networks|proxies"
    r"|\bproxy|forward|outbound|\bfrom\b|source_?range|^[ \t]{0,9}host(?:ssl|nossl|gssenc|nogssenc)?[ \t]"
)
"""Words of a key, or of a line, by which the range is let in, trusted or reached."""


class Found(NamedTuple):
    """A range in a text. span: of the line of a file; None for what stands in a compose file."""

    range: str
    span: Span | None


@service_policy
def docker_ranges(service: Service) -> Iterator[Problem]:
    """Report each range, once in each place."""
    for at, found in service.estate.memo(_places).get(service.name, {}):
        yield Problem(
            "docker-range",
            Severity.WARNING,
            f"`{found.range}` is a range of Docker's networks, and lets in nobody in a cluster: pods have other "
            "addresses",
            "write the range that pods have (`network.cidr` of the platform stack, `10.0.0.0/16` where it says "
            "nothing), and let network policies say who may come",
            at,
            found.span,
        )


def _places(estate: Estate) -> dict[str, dict[tuple[Path, Found], None]]:
    """Service → (place below it, range)."""
    places: dict[str, dict[tuple[Path, Found], None]] = {}
    own = tuple(_subnets(estate))
    ranges = Regex(rf"(?<![\w.])(?:{'|'.join([_POOLS, *map(re.escape, own)])})(?![\w.])")
    for text in holding(estate, _BEGINNING, *own):
        if "labels" not in text.path:
            for path, found in _found(text, ranges):
                for reader, at in readers(estate, path):
                    places.setdefault(reader, {})[at, found] = None
    return places


def _subnets(estate: Estate) -> Iterator[str]:
    for network in (estate.project.model.get("networks") or {}).values():
        for pool in ((network or {}).get("ipam") or {}).get("config") or ():
            subnet = str(pool.get("subnet") or "")
            if subnet and not _OF_PODS.match(subnet):
                yield subnet


def _found(text: Text, ranges: Regex) -> Iterator[tuple[Path, Found]]:
    written = without_comments(text.text) if is_file(text.path) else text.text
    if _OF_PODS.search(written):
        return
    for match in ranges.finditer(written):
        start = written.rfind("\n", 0, match.start()) + 1
        line = written[max(start, match.start() - _NEAR) : match.start() + _NEAR].partition("\n")[0]
        if _LETS_IN.search(f"{text.key} {line}" if text.key else line):
            span = Span(text.file, text.text.count("\n", 0, start) + 1, match.start() - start + 1, len(match[0]))
            yield text.at(match.start()), Found(match[0], span if text.file else None)


_NEAR: Final = 200
"""Characters of a line before and behind a range that are read."""
