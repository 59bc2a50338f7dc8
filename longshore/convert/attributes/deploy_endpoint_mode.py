"""`deploy.endpoint_mode`: `vip` → a Service with its own address; `dnsrr` → a headless one, whose name gives all pods.

Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#endpoint_mode
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.deploy.endpoint_mode")
def deploy_endpoint_mode(value: str, service: Service) -> Iterator[Effect]:
    """Translate the mode; a Service has an address of its own by itself."""
    if value == "dnsrr" and service.host is service:
        yield Put(service.service, ("spec", "clusterIP"), "None")
