"""Settings, commands and files that call the Docker host: `host.docker.internal`, `172.17.0.1` and their kind.

With `extra_hosts` or without it, what runs on the machine beside Docker is not where the pods are. Where the port is
one that a service of the project publishes, the way leads back to that service, which has a name. A service whose
`extra_hosts` gives the name a real address is left alone.
Source: https://docs.docker.com/desktop/features/networking/networking-how-tos/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.addresses import is_address
from longshore.convert.estate.docker_host import docker_host, is_docker_host, published
from longshore.convert.estate.texts import readers
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.docker_host import Named
    from longshore.model import Path


@service_policy
def host_services(service: Service) -> Iterator[Problem]:
    """Report each place that names the host."""
    for at, found in service.estate.memo(_places).get(service.name, {}):
        if _given(service, found.name):
            continue
        yield Problem(
            "host-gateway",
            Severity.WARNING,
            f"`{found.name}` is the Docker host, which a cluster does not have",
            _instead(service, found),
            at,
            found.span,
        )


def _places(estate: Estate) -> dict[str, dict[tuple[Path, Named], None]]:
    found: dict[str, dict[tuple[Path, Named], None]] = {}
    for named in docker_host(estate):
        for reader, at in readers(estate, named.path):
            found.setdefault(reader, {})[at, named] = None
    return found


def _given(service: Service, name: str) -> bool:
    """Does `extra_hosts` give the name an address that is not the Docker host's?"""
    entries = service.model.get("extra_hosts") or ()
    pairs = entries.items() if isinstance(entries, dict) else (str(entry).split("=", 1) for entry in entries)
    known = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}  # noqa: PLR2004  name and address
    given = known.get(name, ())
    addresses = [given] if isinstance(given, str) else list(given)
    return any(is_address(address) and not is_docker_host(service.estate, address) for address in addresses)


def _instead(service: Service, found: Named) -> str:
    owner, port = published(service.estate).get(found.port, (None, 0))
    if owner:
        there = f"`{owner.host.slug}`, and {port} for the port" if found.apart else f"`{owner.host.slug}:{port}`"
        return f"`{owner.name}` publishes port {found.port} there: write {there}"
    instead = (
        "make what runs there a service of this project, or write the name or address by which the cluster reaches it"
    )
    if found.name[0].isdigit():
        return instead
    return f'{instead} (`extra_hosts: ["{found.name}:10.0.0.5"]` gives one to this name)'
