"""What a stack says of backups, and cannot be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from longshore.decoding.errors import Wrong
from longshore.stack.eks_settings import EksCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.stack.settings import Settings

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_CLAIM = re.compile(rf"{_LABEL}/{_LABEL}").fullmatch


def backups(settings: Settings) -> Iterator[Wrong]:
    """Find backups of no cluster of ours, and volumes for claims that have no such name, or that others get too."""
    if settings.backup is None:
        return
    if not isinstance(settings.cluster, EksCluster):
        help_text = "write it in the stack that makes the cluster"
        yield Wrong(("backup",), "is of an EKS cluster, and this stack makes none", help_text, key=True)
    seen: dict[str, str] = {}
    for claim, restored in settings.backup.restore.items():
        place = ("backup", "restore", claim)
        if not _CLAIM(claim):
            yield Wrong(place, "is no claim in a namespace", "write `shop/db-data`", key=True)
        if restored.volume in seen:
            yield Wrong((*place, "volume"), f"is that of `{seen[restored.volume]}` too", "a volume serves one claim")
        seen.setdefault(restored.volume, claim)


def unsaved(settings: Settings) -> Iterator[Wrong]:
    """Find a cluster in production of which nobody keeps anything."""
    if isinstance(settings.cluster, EksCluster) and settings.in_production and settings.backup is None:
        help_text = "write `longshore:backup: {}`, or `{keepDays: 0}` where something else keeps them"
        yield Wrong(("cluster",), "keeps volumes of which nothing makes a backup", help_text, key=True)
