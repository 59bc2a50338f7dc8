"""Whose pod a service runs in: its own, or that of the service whose network it shares.

`network_mode: service:vpn` names a service; `container:shop-vpn` names a container, which is that of a service here
where `container_name` says so, or where Docker would give it that name.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#network_mode
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.made_names import made_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service


def pod_owner(service: Service) -> Service:
    """The service at the end of the chain; the service itself where the chain is a circle, which Docker refuses."""
    met, found = {service.name}, service
    while (other := _sharing(found)) is not None:
        if other.name in met:
            return service
        met.add(other.name)
        found = other
    return found


def _sharing(service: Service) -> Service | None:
    """The service whose network this one shares, as far as it belongs to the project."""
    kind, _, name = str(service.model.get("network_mode") or "").partition(":")
    estate = service.estate
    if kind == "service":
        return estate.services.get(name)
    if kind != "container" or not name:
        return None
    made = made_name(estate, name)
    return estate.memo(_by_container).get(name) or (made.service if made and made.whole else None)


def _by_container(estate: Estate) -> Mapping[str, Service]:
    return {str(service.model["container_name"]): service for service in estate if service.model.get("container_name")}
