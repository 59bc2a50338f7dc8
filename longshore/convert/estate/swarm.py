"""Templates that Docker Swarm fills in when it starts a task: `NODE_ID={{.Node.ID}}`.

Kubernetes tells a pod the same by the downward API, where it has something like it.
Source: https://docs.docker.com/reference/cli/docker/service/create/#create-services-using-templates
and https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate

FIELDS: Final = {
    "Node.Hostname": ("NODE_NAME", "spec.nodeName", "the name of the node"),
    "Node.ID": ("NODE_NAME", "spec.nodeName", "the name of the node"),
    "Task.ID": ("POD_UID", "metadata.uid", "the identity of the pod"),
    "Task.Name": ("POD_NAME", "metadata.name", "the name of the pod"),
}
"""What Swarm knows → (variable for it, field of the pod, what it is in Kubernetes)."""

SERVICE_NAME: Final = "Service.Name"

_OF_SWARM: Final = frozenset({"endpoint_mode", "mode", "placement", "rollback_config", "update_config"})
"""Keys of `deploy` that files write for a Swarm."""

_TEMPLATE: Final = Regex(
    r"\{\{[ \t]{0,9}(?:index[ \t]+)?\.((?:Node|Service|Task)\.\w{1,40}(?:\.\w{1,40})?)[^{}]{0,80}\}\}"
)


class Piece(NamedTuple):
    """A part of a text. template: what Swarm would put here (`Node.ID`); empty: `text` is meant as it stands."""

    text: str
    template: str = ""


def pieces(text: str) -> tuple[Piece, ...]:
    """Take a text apart at its templates; nothing where it has none."""
    return tuple(_pieces(text)) if "{{" in text and _TEMPLATE.search(text) else ()


def _pieces(text: str) -> Iterator[Piece]:
    last = 0
    for match in _TEMPLATE.finditer(text):
        if match.start() > last:
            yield Piece(text[last : match.start()])
        yield Piece(match[0], match[1])
        last = match.end()
    if last < len(text):
        yield Piece(text[last:])


def is_for_swarm(estate: Estate) -> bool:
    """Is the project written for a Swarm, as far as `deploy` and the drivers of networks tell?"""
    networks = (estate.project.model.get("networks") or {}).values()
    return any((network or {}).get("driver") == "overlay" for network in networks) or any(
        not _OF_SWARM.isdisjoint(service.model.get("deploy") or ()) for service in estate
    )
