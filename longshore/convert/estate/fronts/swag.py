"""What labels for SWAG's proxy say of the way to a service: `swag: enable`, `swag_url`, `swag_port`, `swag_auth`.

Its module `auto-proxy` reads them from Docker and writes a configuration of nginx for each such container.
Source: https://github.com/linuxserver/docker-mods/tree/swag-auto-proxy
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.fronts.words import (
    TLS,
    Change,
    Front,
    Way,
    asked_first,
    host_name,
    number,
    password,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service


def front(service: Service) -> Front | None:
    """The way that SWAG has to a service; None where it has none."""
    labels = {str(key): str(value) for key, value in (service.model.get("labels") or {}).items()}
    if idle(service):
        return None
    url = labels.get("swag_url", f"{service.name}.*")
    return Front((Way(host_name(url), "/", number(labels.get("swag_port", "")), changes=tuple(_changes(url, labels))),))


def idle(service: Service) -> bool:
    """Is the service not switched on?"""
    return str((service.model.get("labels") or {}).get("swag") or "") != "enable"


def _changes(url: str, labels: Mapping[str, str]) -> Iterator[Change]:
    asked = labels.get("swag_auth", "")
    if asked in {"", "http"}:
        yield from [password("it", "swag_auth")] if asked else []
    else:
        yield asked_first("it", asked, "swag_auth")
    if labels.get("swag_auth_bypass"):
        yield Change(f"asks nobody on {shown(labels['swag_auth_bypass'])} (swag_auth_bypass)")
    if "swag_server_custom_directive" in labels:
        yield Change("rules of nginx of its own (swag_server_custom_directive), which may protect it", guards=True)
    if labels.get("swag_proto", "http") != "http":
        yield Change(f"calls the container by {shown(labels['swag_proto'])}")
    if not host_name(url):
        yield Change(f"answers to all hosts like {shown(url)}")
    yield TLS
