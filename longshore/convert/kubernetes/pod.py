"""Names for the few places in a manifest that many attributes write to."""

from __future__ import annotations

from typing import Final

from longshore.model import Field, Item

TEMPLATE: Final[Field] = ("spec", "template")
POD: Final[Field] = ("spec", "template", "spec")
POD_SECURITY: Final[Field] = (*POD, "securityContext")
POD_ANNOTATIONS: Final[Field] = (*TEMPLATE, "metadata", "annotations")
POD_LABELS: Final[Field] = (*TEMPLATE, "metadata", "labels")


def container(name: str) -> Field:
    """The container `name` of a workload's pod template."""
    return (*POD, "containers", Item("name", name))


def volume(name: str) -> Field:
    """The volume `name` of a workload's pod template."""
    return (*POD, "volumes", Item("name", name))
