"""How long EKS supports a Kubernetes version, and what to say of one that it does not, or soon will not.

Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, by way of https://endoflife.date/amazon-eks
and https://aws-samples.github.io/sample-apex-skills/ (eks-operation-review), which agree.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.decoding.errors import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.stack.eks_settings import EksCluster

CHECKED: Final = date(2026, 4, 24)
"""When the table was last compared with its sources; `make versions` compares it with what AWS says."""


class Ends(NamedTuple):
    """The last days of a version's standard support, and of the extended one at about six times the price."""

    standard: date
    extended: date


ENDS: Final[Mapping[str, Ends]] = {
    "1.30": Ends(date(2025, 7, 23), date(2026, 7, 23)),
    "1.31": Ends(date(2025, 11, 26), date(2026, 11, 26)),
    "1.32": Ends(date(2026, 3, 23), date(2027, 3, 23)),
    "1.33": Ends(date(2026, 7, 29), date(2027, 7, 29)),
    "1.34": Ends(date(2026, 12, 2), date(2027, 12, 2)),
    "1.35": Ends(date(2027, 3, 27), date(2028, 3, 27)),
}
"""Of a version that is older than these, support has ended; of a newer one, nothing is known here."""

NOTICE: Final = timedelta(days=90)
"""How long before standard support ends it is told."""


def today() -> date:
    """The day it is, or that `SOURCE_DATE_EPOCH` says: https://reproducible-builds.org/specs/source-date-epoch/."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdecimal() else datetime.now(UTC).date()


def minor(version: str) -> tuple[int, int]:
    """`1.35` as numbers, which compare as versions do."""
    first, second = version.split(".")
    return int(first), int(second)


def unsupported(cluster: EksCluster, day: date) -> Iterator[Wrong]:
    """Find a version that AWS has left, or leaves, behind: the next `up` would ask for a downgrade."""
    if minor(cluster.version) < min(map(minor, ENDS)):
        yield _ended(cluster.version, "support of EKS", "")
    ends = ENDS.get(cluster.version)
    if ends is None:
        return
    if day > ends.extended:
        yield _ended(cluster.version, "extended support", f" since {ends.extended}")
    elif day > ends.standard and cluster.support == "standard":
        yield _ended(cluster.version, "standard support", f" since {ends.standard}", ends.extended)


def _ended(version: str, what: str, since: str, until: date | None = None) -> Wrong:
    message = f"{version} is out of {what}{since}: AWS upgrades the cluster by itself, and this asks for the old one"
    longer = f", or `support: extended` keeps it until {until}, at about six times the price" if until else ""
    return Wrong(("cluster", "version"), message, f"`longshore upgrade` says the steps to the next one{longer}")


def ending(cluster: EksCluster, day: date) -> Iterator[Wrong]:
    """Find a version whose support ends within three months, or costs more already."""
    ends = ENDS.get(cluster.version)
    if ends is None or day > ends.extended:
        return
    place, steps = ("cluster", "version"), "`longshore upgrade` says the steps to the next one"
    if day > ends.standard:
        if cluster.support == "extended":
            yield Wrong(place, f"{cluster.version} costs about six times as much, until {ends.extended}", steps)
    elif day > ends.standard - NOTICE:
        then = "AWS upgrades the cluster by itself" if cluster.support == "standard" else "it costs six times as much"
        yield Wrong(place, f"{cluster.version} is in standard support until {ends.standard}; then {then}", steps)
