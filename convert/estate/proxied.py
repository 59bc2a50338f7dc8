"""What labels for Traefik say of a service's way to the outside, as the `exposure` that the stack file asks for.

Source: https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from convert.estate import Service

_ROUTER: Final = re.compile(r"traefik\.http\.routers\.[^.]{1,100}\.rule$|traefik\.frontend\.rule$", re.IGNORECASE)
_PORT: Final = re.compile(
    r"traefik\.http\.services\.[^.]{1,100}\.loadbalancer\.server\.port$|traefik\.port$", re.IGNORECASE
)
_STREAM: Final = re.compile(r"traefik\.(?:tcp|udp)\.services\.[^.]{1,100}\.loadbalancer\.server\.port$", re.IGNORECASE)
_HOST: Final = re.compile(r"\bHost(?:\([ ]?[`'\"]|:)([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?=[`'\",; ]|$)")
_PATH: Final = re.compile(r"\bPathPrefix(?:\([ ]?[`'\"]|:)(/[\w./~-]{0,200})(?=[`'\",; ]|$)")


def proposal(service: Service) -> str:
    """The setting of the stack file that does what the labels say; empty where they say too little."""
    return service.memo(_proposal)


def _proposal(service: Service) -> str:
    labels = {**(service.model.get("labels") or {}), **((service.model.get("deploy") or {}).get("labels") or {})}
    known = {key: str(value) for key, value in labels.items() if key.startswith("traefik.")}
    if not known or known.get("traefik.enable", "").lower() == "false" or service.settings.exposure:
        return ""
    rules = [value for key, value in known.items() if _ROUTER.match(key)]
    host = next((match[1] for rule in rules if (match := _HOST.search(rule))), "")
    if host:
        path = next((match[1] for rule in rules if (match := _PATH.search(rule))), "/")
        port = next((value for key, value in known.items() if _PORT.match(key) and value.isdecimal()), "")
        more = (f", path: {path}" if path != "/" else "") + (f", port: {port}" if port else "")
        return _written(service, f"kind: ingress, host: {host}{more}")
    port = next((value for key, value in known.items() if _STREAM.match(key) and value.isdecimal()), "")
    return _written(service, f"kind: loadbalancer, port: {port}") if port else ""


def _written(service: Service, exposure: str) -> str:
    return f"services: {{{service.host.name}: {{exposure: {{{exposure}}}}}}}"
