"""Services that nginx-proxy led people to, which asks Docker for their variables: the exposure that does it here.

Labels for other proxies are told of where they stand, by the rule of `labels`. A service that had a way in by
`VIRTUAL_HOST` has none in a cluster until the stack opens one; what that does not do is named, and where it would let
in whom the proxy keeps out it is an error.
Source: https://github.com/nginx-proxy/nginx-proxy/tree/main/docs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.proxies import HOST, MULTIPORTS
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service


@service_policy
def front(service: Service) -> Iterator[Problem]:
    """Tell it at the variable that names the host."""
    environment = service.model.get("environment") or {}
    if HOST not in environment and MULTIPORTS not in environment:
        return
    from longshore.convert.estate.fronts import told  # noqa: PLC0415  eight modules, which few projects need
    from longshore.convert.estate.fronts.nginx_proxy import variables  # noqa: PLC0415  likewise

    names = variables(service)
    said = told(service, "nginx-proxy") if names else None
    if said is None:
        return
    many = f"this variable and {len(names) - 1} more" if names[1:] else "this variable"
    at = ("environment", names[0])
    if said.lost:
        yield Problem(
            "lost-protection",
            Severity.ERROR,
            f"nginx-proxy reads {many} from Docker; in a cluster nobody does, and what protects `{service.name}` is "
            f"lost: {said.lost}",
            said.help,
            at,
        )
    else:
        yield Problem(
            "proxy-variable",
            Severity.WARNING,
            f"nginx-proxy reads {many} from Docker; in a cluster nobody does",
            said.help,
            at,
        )
