"""What a stack file may say of backups of what its cluster keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from longshore.decoding.types import Count, Named, Section, text
from longshore.stack.setting_types import Quantity

TAG: Final = "longshore-backup"
"""Tag by which AWS Backup finds what a cluster keeps; its value is the name of the cluster."""
SNAPSHOT_DAYS: Final = 35

Schedule = Annotated[
    str,
    text(
        r"cron\([0-9A-Za-z*,/?#LW-]+( [0-9A-Za-z*,/?#LW-]+){5}\)",
        "a schedule of AWS Backup with six fields, in UTC, such as `cron(0 3 * * ? *)`",
    ),
]
VolumeId = Annotated[str, text(r"vol-[0-9a-f]{8,17}", "the id of an EBS volume, such as `vol-0123456789abcdef0`")]
Zone = Annotated[str, text(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]", "an availability zone such as `eu-west-1a`")]


@dataclass(frozen=True, slots=True)
class Restored(Section):
    """A volume of EBS that was made from a backup, for a claim that is not there yet."""

    volume: Annotated[VolumeId, Field(min_length=1, examples=["vol-0123456789abcdef0"])]
    """Its id."""
    zone: Annotated[Zone, Field(min_length=1, examples=["eu-west-1a"])]
    """The zone that it is in."""
    size: Annotated[Quantity, Field(min_length=1, examples=["100Gi"])]
    """Its size, which is no less than what the claim asks for."""


@dataclass(frozen=True, slots=True)
class Backup(Section):
    """AWS Backup for the volumes and shared files of a cluster."""

    schedule: Schedule = "cron(0 3 * * ? *)"
    """When, in UTC; left out: every night at three."""
    keep_days: Count = SNAPSHOT_DAYS
    """For how many days each backup is kept; 0 makes none."""
    restore: Named[Restored] = field(default_factory=dict)
    """`<namespace>/<claim>` → the volume that this claim gets, when it is made, in place of an empty one."""
