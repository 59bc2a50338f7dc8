"""`cpus`, or `cpu_quota` over `cpu_period` → CPU limit of the container; `cpu_shares` → its CPU request.

Half of the limit is requested where nothing is reserved (policy `limits`). `cpu_shares` is a weight, 1024 by default:
it becomes the same share of one processor, which nodes use as the weight again.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#cpus
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import resources
from longshore.convert.kubernetes.quantity import cpu
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.cpus", "services.*.cpu_quota", "services.*.cpu_period")
def cpus(value: float, service: Service) -> Iterator[Effect]:
    """Translate the limit."""
    del value
    limit = resources(service).cpu_limit
    if limit:
        yield service.put_container("resources", "limits", "cpu", value=cpu(limit))


@attribute("services.*.cpu_shares")
def cpu_shares(value: int, service: Service) -> Iterator[Effect]:
    """Translate the weight, unless something more exact is asked for."""
    deploy = (service.model.get("deploy") or {}).get("resources") or {}
    if not value or (deploy.get("reservations") or {}).get("cpus"):
        return
    request = cpu(resources(service).cpu_request)
    setting = f"{service.setting}.cpu" if service.settings.cpu else ""
    yield service.put_container("resources", "requests", "cpu", value=request, setting=setting)
    yield Approximated(
        f"a weight of {value} becomes a request of {request}: the node keeps that much free for the pod",
        "write `deploy.resources.reservations.cpus` to say how much it needs",
        code="cpu-shares",
        severity=Severity.INFO,
    )
