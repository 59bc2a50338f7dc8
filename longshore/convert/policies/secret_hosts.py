"""Hosts inside of secrets: `DATABASE_URL=postgres://app:…@my_db/shop`, where `my_db` is called `my-db` in a cluster.

`longshore secrets push` writes the new name where such a host stands, as it is written in settings, commands and files.
A value that comes into the store by another way keeps the old one, and the program finds no such host; nobody here
reads it. Told at every variable that may hold an address and is a secret as a whole.
Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#rfc-1035-label-names
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.dials import is_called
from longshore.convert.estate.ports import is_server
from longshore.convert.registry import service_policy
from longshore.convert.secrets.detection.names import words
from longshore.convert.secrets.needs import settings
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service

_ADDRESSES: Final = frozenset(
    "addr address addresses broker brokers connection conn database datasource db dsn endpoint endpoints host hosts "
    "server servers string uri uris url urls".split()
)
"""What the name of a variable ends with that holds an address."""

_FEW: Final = 3


@service_policy
def secret_hosts(service: Service) -> Iterator[Problem]:
    """Report each variable of the service that may name a service by a name that is no host."""
    renamed = [other for other in service.estate.memo(_renamed) if other is not service.host]
    if not renamed:
        return
    names = ", ".join(f"`{other.name}` is called `{other.slug}`" for other in renamed[:_FEW])
    more = f", and {len(renamed) - _FEW} more have new names" if renamed[_FEW:] else ""
    for key, setting in settings(service).items():
        if setting.kind in {"variable", "env_file"} and _ADDRESSES.intersection(words(key)[-1:]):
            yield Problem(
                "host-in-secret",
                Severity.INFO,
                f"`{key}` is a secret, which may name a host; {names} in a cluster{more}",
                "`longshore secrets push` writes the new name; what is stored by other means must have it already",
                ("environment", key),
            )


def _renamed(estate: Estate) -> list[Service]:
    """Services with another name than in compose that somebody may dial."""
    return [
        service
        for service in estate
        if service.host is service
        and service.name != service.slug
        and (is_server(service) or service.container_ports or is_called(service))
    ]
