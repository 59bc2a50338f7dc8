"""Settings that send people to a port of the Docker host: `FRONT_URL: http://localhost:4200`.

On Docker that is where a browser on the same machine finds what another service publishes; no container calls it, since
`localhost` is the container itself there too. In a cluster nobody finds it. What a service says of its own ports is
left alone: it may mean itself. What it tells its callers is looked at beside this (`advertised_addresses`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.docker_host import published
from longshore.convert.kubernetes.host_places import advertises
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service

_ADDRESS: Final = Regex(
    r"(?:(?P<scheme>https?|wss?)://)?(?<![\w.-])(?P<host>localhost|127\.0\.0\.1)(?::(?P<port>\d{1,5}))?(?![\w.:-])"
)
_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@service_policy
def host_addresses(service: Service) -> Iterator[Problem]:
    """Report each setting that names a port of the Docker host which another service publishes."""
    for key, value in (service.model.get("environment") or {}).items():
        if not value or ("localhost" not in value and "127.0.0.1" not in value) or advertises(key):
            continue
        for match in _ADDRESS.finditer(value):
            port = int(match["port"] or _PORTS.get(match["scheme"] or "", 0))
            owner, _ = published(service.estate).get(port, (None, 0))
            if owner and not _own(service, owner, port):
                yield Problem(
                    "host-address",
                    Severity.WARNING,
                    f"`{key}` names `{match[0]}`, a port of the Docker host, which `{owner.name}` publishes; in a "
                    "cluster nobody finds it there",
                    "let a variable give the address, and set it to what the stack's `exposure` opens; where a service "
                    f"calls it, write `{owner.name}` and the port of the container",
                    ("environment", key),
                )
                break


def _own(service: Service, owner: Service, port: int) -> bool:
    """May the address mean the pod itself?"""
    members = service.estate.pods.get(service.host.name, ())
    return owner.host is service.host or any(port == number for each in members for number, _ in each.container_ports)
