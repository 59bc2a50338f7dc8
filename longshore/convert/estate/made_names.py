"""Names that Docker makes: a container is `shop-db-1` where nobody names it, and `db.shop_default` on its network.

Nobody wrote them down, and people call them all the same, since Docker's DNS knows them. In Kubernetes the Service has
the name; a second or third container of a service has none there.
Source: https://docs.docker.com/compose/how-tos/networking/ and
https://github.com/docker/compose/blob/main/pkg/compose/convergence.go (names of containers)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from longshore.convert.estate.network_names import network_keys
from longshore.convert.estate.networks import declaration
from longshore.convert.estate.swarm import is_for_swarm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service


class Made(NamedTuple):
    """What a name that Docker makes means. number: of the container; 0 where it means the service."""

    service: Service
    number: int = 0

    @property
    def whole(self) -> bool:
        """Does the name mean all of the service, so that its Service answers in its place?"""
        return not self.number or (self.number == 1 and self.service.replicas <= 1)


def made_name(estate: Estate, name: str) -> Made | None:
    """The service that Docker would find by a name that it makes itself; None for any other name."""
    first, dot, network = name.partition(".")
    if not dot:
        return _container(estate, name)
    found = estate.memo(_named).get(first)
    made = Made(found) if found else _container(estate, first)
    return made if made and network in _networks(estate, made.service) else None


def _container(estate: Estate, name: str) -> Made | None:
    for prefix in container_prefixes(estate):
        if name.startswith(prefix):
            stem, _, number = name[len(prefix) :].rpartition(prefix[-1])
            service = estate.services.get(stem)
            if service and number.isdecimal() and number[0] != "0" and not service.model.get("container_name"):
                return Made(service, int(number))
            whole = estate.services.get(name[len(prefix) :])
            if whole and prefix[-1] == "_" and estate.memo(is_for_swarm):
                return Made(whole)
    return None


def container_prefixes(estate: Estate) -> tuple[str, ...]:
    """How the names that Docker gives to the project's containers begin; nothing where the project has no name."""
    return estate.memo(_prefixes)


def _prefixes(estate: Estate) -> tuple[str, ...]:
    """`shop-` of Compose today; `shop_` of its first version, which left `-` and `_` out, and of Swarm."""
    project = estate.project.name
    return tuple(dict.fromkeys((f"{project}-", f"{project}_", f"{re.sub('[-_]', '', project)}_"))) if project else ()


def _named(estate: Estate) -> Mapping[str, Service]:
    given = {str(service.model.get("container_name") or service.name): service for service in estate}
    return given | {service.name: service for service in estate}


def _networks(estate: Estate, service: Service) -> frozenset[str]:
    """The names of the networks that a service is on, as Docker and as the compose file call them."""
    keys = network_keys(service)
    return frozenset(str(declaration(estate, key).get("name") or f"{estate.project.name}_{key}") for key in keys) | {
        key for key in keys if key != "default"
    }
