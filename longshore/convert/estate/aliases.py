"""The names by which services reach each other, beside their own: network aliases, links, container names.

On Docker a name is known to those who share a network, or to the one service that links it. In Kubernetes a name is a
Service, known to the whole namespace: an alias becomes a Service of its own that selects the same pods. Two services
that share an alias on one network share that Service; two that mean different things by one name cannot be served.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.estate.dials import calls, server_groups
from longshore.convert.estate.made_names import made_name
from longshore.convert.estate.network_names import aliases, hosts, slugs, targets_of
from longshore.convert.estate.peers import peers
from longshore.convert.estate.ports import asks_for_pods, every
from longshore.convert.estate.swarm import is_for_swarm
from longshore.convert.estate.tasks import tasks
from longshore.convert.estate.texts import mentions, places
from longshore.convert.kubernetes.hostnames import Renames
from longshore.convert.kubernetes.names import host_label
from longshore.convert.kubernetes.pod import POD_LABELS
from longshore.model import ObjectKey, Problem, Put, Severity, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.network_names import Use
    from longshore.model import Effect, Path

SKIP_AWAIT: Final = {"pulumi.com/skipAwait": "true"}
"""A Service is ready with its pods, which are awaited themselves; waiting twice hangs where there are none."""

_MOST_SHOWN: Final = 8
"""Places that a message names of those that claim one alias."""

SHARED: Final = "alias.longshore.dev"
"""Prefix of the label that marks the pods behind an alias of several services."""


def renames(estate: Estate) -> Renames:
    """Names that no Service can have, or none has, and that mean one service → its label.

    A name with dots is left alone where it is an alias: it may be a public one, and public URLs must not change. Of the
    names that Docker makes those are here that somebody calls.
    """
    found = {service.name: service.slug for service in estate if service.name != service.slug}
    for name, uses in aliases(estate).items():
        if name not in estate.services and "." not in name and name != host_label(name) and len(targets_of(uses)) == 1:
            found[name] = uses[0].target.slug
    known = hosts(estate)
    called = {call.host for places in calls(estate).values() for call in places if call.host not in known}
    made = {name: meant for name in called if (meant := made_name(estate, name)) and meant.whole}
    found |= {name: made[name].service.host.slug for name in sorted(made)}
    everywhere = tasks(estate) if estate.memo(is_for_swarm) else ()
    return Renames({**tasks(estate), **found}, everywhere, server_groups(estate))


def alias_service(estate: Estate, name: str, at: Path) -> Iterator[Effect]:
    """Make the Service for an alias that `at`, a path below the claimed one, gives; or say why there is none.

    Called by each rule that reads an alias; the first of those that mean the same makes it.
    """
    uses = aliases(estate).get(name, ())
    if not uses:
        return
    meanings = estate.memo(_meanings)
    known = name in meanings
    if not known:
        meanings[name] = Meaning(tuple(targets_of(uses)), _together(uses), _shown(uses))
    targets, together, shown = meanings[name]
    owner = estate.services.get(name) or estate.memo(slugs).get(name)
    if name != host_label(name):
        yield from _unspeakable(estate, name, targets, at)
    elif owner:
        yield Problem(
            "alias-conflict",
            Severity.WARNING,
            f"`{name}` also names the service `{owner.name}`; Docker would ask both, here only `{owner.name}` answers",
            "give one of the two another name",
            at,
        )
    elif len(targets) == 1 or together:
        yield from () if known else _answering(name, targets)
    else:
        yield Problem(
            "alias-conflict",
            Severity.ERROR,
            f"`{name}` means different services in different places: {shown}; in a namespace a name means one thing",
            f"let each of them be called by its own name instead of `{name}`",
            at,
        )


class Meaning(NamedTuple):
    """What an alias means, worked out once: whom, whether on one network, and who claims it, for messages."""

    targets: tuple[Service, ...]
    together: bool
    shown: str


def _meanings(_estate: Estate) -> dict[str, Meaning]:
    return {}


def _answering(name: str, targets: tuple[Service, ...]) -> Iterator[Effect]:
    """Make the Service that all who claim the alias on one network answer to."""
    if len(targets) == 1:
        yield from _service(name, targets[0].selector, targets)
        return
    for target in targets:
        yield Put(target.workload, (*POD_LABELS, f"{SHARED}/{name}"), "true")
    yield from _service(name, {f"{SHARED}/{name}": "true"}, targets)


def _shown(uses: tuple[Use, ...]) -> str:
    first = ", ".join(f"`{use.target.name}` ({path_text(use.path)})" for use in uses[:_MOST_SHOWN])
    return f"{first} and {len(uses) - _MOST_SHOWN} more" if uses[_MOST_SHOWN:] else first


def _together(uses: tuple[Use, ...]) -> bool:
    """Do all who claim the alias claim it on one network?"""
    return bool(frozenset.intersection(*(use.networks for use in uses)))


def _ports(targets: Sequence[Service]) -> list[dict[str, Any]]:
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for target in targets:
        for port in every(target):
            found.setdefault((port.number, port.protocol), {"name": port.name, **port.entry()})
    names = Counter(entry["name"] for entry in found.values())
    for (number, protocol), entry in found.items():
        if names[entry["name"]] > 1:
            entry["name"] = f"{protocol.lower()}-{number}"
    return list(found.values())


def _service(name: str, selector: dict[str, str], targets: Sequence[Service]) -> Iterator[Effect]:
    key = ObjectKey("Service", name)
    ports = _ports(targets)
    spec: dict[str, Any] = {"selector": selector, **({"ports": ports} if ports else {})}
    if not ports or all(asks_for_pods(target) for target in targets):
        spec["clusterIP"] = "None"
    if any(peers(target) for target in targets):
        spec["publishNotReadyAddresses"] = True
    yield Put(key, ("metadata", "annotations"), SKIP_AWAIT)
    yield Put(key, ("spec",), spec)


def _unspeakable(estate: Estate, name: str, targets: Sequence[Service], at: Path) -> Iterator[Effect]:
    """Report an alias that no Service can be called; without dots it was rewritten wherever it stood."""
    instead = targets[0].slug
    if "." not in name:
        if len(targets) > 1:
            yield Problem(
                "alias-conflict",
                Severity.ERROR,
                f"`{name}` cannot be the name of a Service, and it means several services",
                "rename the alias to a DNS label: lower-case letters, digits and `-`, a letter first",
                at,
            )
        return
    users = mentions(estate, name)
    if not users:
        yield Problem(
            "alias-with-dots",
            Severity.INFO,
            f"no Service can be called `{name}`; nothing in the project calls it",
            f"whoever calls it from elsewhere must call `{instead}`",
            at,
        )
        return
    yield Problem(
        "alias-with-dots",
        Severity.ERROR,
        f"no Service can be called `{name}`, and it is called in {places(users)}",
        f"write `{instead}` there; if the name is known to public DNS too, allow `alias-with-dots`",
        at,
    )
