"""What the StorageClasses of a cluster's shared file systems are called."""

from __future__ import annotations

SHARED_CLASS = "efs"
"""The class of the file system that all share."""


def class_of(team: str = "", owner: str = "") -> str:
    """The class of a team's own file system, or of the one that all share, in which `owner` (`uid:gid`) owns all."""
    return "-".join(filter(None, (SHARED_CLASS, team, *owner.split(":"))))
