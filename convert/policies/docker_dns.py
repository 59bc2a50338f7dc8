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

from convert.estate.configs import consumers
from convert.estate.texts import texts
from convert.model import Problem, Severity
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Estate, Service
    from convert.model import Path

ADDRESS: Final = "127.0.0.11"

_ASKED: Final = r"(?m)^(?![ \t]*(?:#|;|//)).*(?<![\w.])127\.0\.0\.11(?![\w.])"
"""The address in a line that is no comment."""


@service_policy
def docker_dns(service: Service) -> Iterator[Problem]:
    """Report each setting, argument and mounted file that names the server."""
    for place in service.estate.memo(_places).get(service.name, ()):
        yield Problem(
            "docker-dns",
            Severity.ERROR,
            f"`{ADDRESS}` is asked here, Docker's own DNS server, which a cluster has not got",
            "leave it out (`resolver` of nginx, `resolvers` of HAProxy): the address of a Service stays, and is looked "
            "up once; who must ask takes the server of `/etc/resolv.conf`, and names a Service in full, "
            "`web.<namespace>.svc.cluster.local`",
            place,
        )


def _places(estate: Estate) -> dict[str, dict[Path, None]]:
    """Service → the places below it that name the server, each once."""
    found: dict[str, dict[Path, None]] = {}
    for path, text in texts(estate, ADDRESS):
        if not re.search(_ASKED, text):
            continue
        if path[0] == "services":
            found.setdefault(str(path[1]), {})[path[2:]] = None
            continue
        for user in consumers(estate, str(path[1])):
            for index, mount in enumerate(user.model["configs"]):
                if mount["source"] == path[1]:
                    found.setdefault(user.name, {})["configs", index] = None
    return found
