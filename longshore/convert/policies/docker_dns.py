"""Docker's own DNS server, 127.0.0.11, which files for nginx and HAProxy ask by its address.

Its only reason is that addresses of containers change, and those of Services do not. A cluster's server has another
address, and completes no short names for who asks it past `/etc/resolv.conf`.
Source: https://docs.docker.com/engine/network/#dns-services,
https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver
and https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.dials import named
from longshore.convert.estate.ports import by_address
from longshore.convert.estate.texts import readers, texts
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate, Service
    from longshore.model import Path

ADDRESS: Final = "127.0.0.11"

_ASKED: Final = r"(?m)^(?![ \t]*(?:#|;|//)).*(?<![\w.])127\.0\.0\.11(?![\w.])"
"""The address in a line that is no comment."""


@service_policy
def docker_dns(service: Service) -> Iterator[Problem]:
    """Report each setting, argument and mounted file that names the server."""
    for place, names in service.estate.memo(_places).get(service.name, {}).items():
        yield Problem(
            "docker-dns",
            Severity.ERROR,
            f"`{ADDRESS}` is asked here, Docker's own DNS server, which a cluster has not got",
            "leave it out (`resolver` of nginx, `resolvers` of HAProxy): the address of a Service stays, and is looked "
            f"up once{_but(service.estate, names)}; who must ask takes the server of `/etc/resolv.conf`, and names a "
            "Service in full, `web.<namespace>.svc.cluster.local`",
            place,
        )


def _but(estate: Estate, names: frozenset[str]) -> str:
    """Name the services that are called there and have no address that stays."""
    changing = [f"`{name}`" for name in sorted(names) if not by_address(estate.services[name].host)]
    return f" (for {', '.join(changing)} once `expose` names the port)" if changing else ""


def _places(estate: Estate) -> dict[str, dict[Path, frozenset[str]]]:
    """Service → the places below it that name the server, each once, and the services that the text there calls."""
    found: dict[str, dict[Path, frozenset[str]]] = {}
    asked = [(path, text) for path, text in texts(estate, ADDRESS) if re.search(_ASKED, text)]
    for path, text in asked:
        names = named(estate, text)
        for reader, at in readers(estate, path):
            places = found.setdefault(reader, {})
            places[at] = places.get(at, frozenset()) | names
    return found
