"""The names under which services are known to each other: their own, network aliases, links and container names.

What a Service in Kubernetes is made for, and what two services claim at once, is for `aliases` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path

TASKS: Final = "tasks."
"""What the name of a service begins with that means the addresses of all its containers, on Docker Swarm."""


class Use(NamedTuple):
    """One place that gives `target` another name. networks: where the name is known."""

    target: Service
    networks: frozenset[str]
    path: Path


def network_keys(service: Service) -> tuple[str, ...]:
    """Keys of the networks a service is on; none inside another service's pod, on the host, or cut off."""
    networks = service.model.get("networks")
    if networks:
        return tuple(networks)
    mode = str(service.model.get("network_mode") or "")
    return () if mode in {"none", "host"} or ":" in mode else ("bridge" if mode else "default",)


def aliases(estate: Estate) -> Mapping[str, tuple[Use, ...]]:
    """Alias → everyone who claims it; a service's own name is no alias."""
    return estate.memo(_aliases)


def _aliases(estate: Estate) -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}

    def add(name: str, target: Service, networks: frozenset[str], path: Path) -> None:
        if name not in {target.name, target.slug}:
            found.setdefault(name, []).append(Use(target, networks, path))

    for service in estate:
        for network, wanted in (service.model.get("networks") or {}).items():
            for index, name in enumerate((wanted or {}).get("aliases") or ()):
                path = (*service.path, "networks", network, "aliases", index)
                add(str(name), service.host, frozenset({network}), path)
        own = service.model.get("container_name")
        if own:
            add(str(own), service.host, frozenset(network_keys(service)), (*service.path, "container_name"))
        for index, link in enumerate(service.model.get("links") or ()):
            name, _, alias = str(link).partition(":")
            if alias and name in estate.services:
                known = frozenset(network_keys(estate.services[name]))
                add(alias, estate.services[name].host, known, (*service.path, "links", index))
    return {name: tuple(uses) for name, uses in found.items()}


def hosts(estate: Estate) -> dict[str, str]:
    """Every name that means one service → that service: own names, their labels, and aliases."""
    found = {name: uses[0].target.name for name, uses in aliases(estate).items() if len(targets_of(uses)) == 1}
    for service in estate:
        found[service.slug] = service.name
        found[service.name] = service.name
        found.setdefault(f"{TASKS}{service.name}", service.name)
    return found


def targets_of(uses: tuple[Use, ...]) -> list[Service]:
    """Whom the uses of an alias mean, each once."""
    return list(dict.fromkeys(use.target for use in uses))


def slugs(estate: Estate) -> dict[str, Service]:
    """Name in Kubernetes → service; ask for it by `estate.memo`."""
    return {service.slug: service for service in estate}
