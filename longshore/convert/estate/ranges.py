"""Port numbers that follow each other, as one range: `10000-12000/udp`.

A Service lists every port by itself, and compose writes two thousand in one line. What is said of them, and what
Kubernetes lets one say so (`endPort` of a NetworkPolicy), is a range again.
Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-range-of-ports
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Range(NamedTuple):
    """Ports `first` to `last` of one protocol (`TCP`); outside: the number that stands for `first` on Docker's host.

    more: what is said of them beside (` on the host`).
    """

    first: int
    last: int
    protocol: str
    outside: int = 0
    more: str = ""

    def __str__(self) -> str:
        own = _span(self.first, self.last)
        shifted = self.outside and self.outside != self.first
        outside = f"{_span(self.outside, self.outside + self.last - self.first)}→" if shifted else ""
        return f"{outside}{own}{'' if self.protocol == 'TCP' else f'/{self.protocol.lower()}'}{self.more}"

    def follows(self, other: Range) -> bool:
        """Does it begin where `other` ends, and is it alike in all else?"""
        length = self.first - other.first
        return (
            (self.first, self.protocol, self.more) == (other.last + 1, other.protocol, other.more)
            and bool(self.outside) == bool(other.outside)
            and (not self.outside or self.outside - other.outside == length)
        )


def ranges(ports: Iterable[Range]) -> list[Range]:
    """Join what follows each other, in the order given."""
    found: list[Range] = []
    for port in ports:
        if found and port.follows(found[-1]):
            found[-1] = found[-1]._replace(last=port.last)
        else:
            found.append(port)
    return found


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
