"""Which nodes a service asks for, and what keeps pods off them that these nevertheless let in.

A service names nodes (`nodes: batch`), or asks for their labels (`deploy.placement.constraints`) or their processors
(`platform`, `node.platform.arch`). Who names nodes, or a label that only they carry, means them: their taints are
tolerated. Who asks for processors is let in where a taint speaks of these, and not where nodes are kept for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.convert.kubernetes.nodes import taint_of
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.convert.estate import Service
    from longshore.convert.kubernetes.nodes import Taint
    from longshore.convert.options import Nodes

CONSTRAINT: Final = Regex(r"\s*([\w./-]+)\s*(==|!=)\s*(\S(?:.*\S)?)\s*")
ARCHITECTURES: Final = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"}
_LABELS, _ARCHITECTURE = "node.labels.", "node.platform.arch"
_SYSTEMS: Final = frozenset({"linux", "windows"})


class Platform(NamedTuple):
    """What `platform` says: `linux/arm64/v8`, or an architecture alone."""

    system: str
    architecture: str
    variant: str


def platform_of(value: str) -> Platform:
    """Read `os[/architecture[/variant]]`, or an architecture alone, as Docker reads it."""
    first, _, rest = value.lower().partition("/")
    if first not in _SYSTEMS:
        return Platform("linux", ARCHITECTURES.get(first, first), rest)
    architecture, _, variant = rest.partition("/")
    return Platform(first, ARCHITECTURES.get(architecture, architecture), variant)


class Choice(NamedTuple):
    """What a service asks of its nodes. name: of a group or pool; labels: that they carry; architecture: of theirs."""

    name: str
    labels: Mapping[str, str]
    architecture: str


def choice_of(service: Service) -> Choice:
    """Read what the stack, `x-longshore`, `deploy.placement` and `platform` say."""
    labels, architecture = dict[str, str](), platform_of(str(service.model.get("platform") or "")).architecture
    placement = (service.model.get("deploy") or {}).get("placement") or {}
    for text in placement.get("constraints") or ():
        match = CONSTRAINT.fullmatch(str(text))
        key, operator, value = match.groups() if match else ("", "", "")
        if operator == "==" and key.startswith(_LABELS):
            labels[key.removeprefix(_LABELS)] = value
        elif operator == "==" and key == _ARCHITECTURE:
            architecture = ARCHITECTURES.get(value, value)
    return Choice(service.settings.nodes or service.extension.nodes, labels, architecture)


def carries(nodes: Sequence[Nodes], key: str, value: str) -> bool:
    """Does one of the groups or pools of the cluster have this label?"""
    return any(each.labels.get(key) == value for each in nodes)


def meant(choice: Choice, nodes: Sequence[Nodes]) -> list[Nodes]:
    """Groups and pools that have all that is asked for."""
    return [
        each
        for each in nodes
        if choice.name in {"", each.name}
        and choice.labels.items() <= each.labels.items()
        and (not choice.architecture or choice.architecture in each.architectures)
    ]


def tolerated(choice: Choice, found: Sequence[Nodes]) -> Iterator[Taint]:
    """Taints of the nodes that are meant which do not keep this service off."""
    for each in found:
        for taint in map(taint_of, each.taints):
            if choice.name or choice.labels or _of_architecture(taint, choice.architecture):
                yield taint


def closed(choice: Choice, found: Sequence[Nodes]) -> bool:
    """Are all the nodes that are meant kept for others?"""
    let_in = set(tolerated(choice, found))
    return not any(
        all(taint in let_in or taint.effect == "PreferNoSchedule" for taint in map(taint_of, each.taints))
        for each in found
    )


def _of_architecture(taint: Taint, architecture: str) -> bool:
    return bool(architecture) and (taint.value == architecture or taint.key in {architecture, "kubernetes.io/arch"})
