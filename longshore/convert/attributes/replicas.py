"""`deploy.replicas`, `scale` → `replicas` of the workload; the stack's `services.<name>.replicas` wins. 0 is kept.

Where the stack has `services.<name>.scale`, an autoscaler decides, and the workload says no number.

A Job runs so many pods, all of which must succeed; a DaemonSet runs one on each node whatever is asked.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#replicas
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.deploy.replicas", "services.*.scale")
def replicas(value: int, service: Service) -> Iterator[Effect]:
    """Translate the number of pods."""
    count, kind = service.replicas, service.workload.kind
    setting = f"{service.setting}.replicas" if service.settings.replicas is not None else ""
    if service.host is not service:
        if count != service.host.replicas:
            yield Unsupported(
                f"the container runs in the pods of `{service.host.name}`, of which there are {service.host.replicas}",
                code="replicas",
            )
    elif kind == "DaemonSet":
        if value != 1:
            yield Unsupported("a DaemonSet runs one pod on each node", code="replicas", severity=Severity.INFO)
    elif kind == "Job":
        if count != 1:
            yield service.put("spec", "completions", value=count, setting=setting)
            yield service.put("spec", "parallelism", value=count, setting=setting)
    elif service.settings.scale:
        yield LocalOnly("")
    else:
        yield service.put("spec", "replicas", value=count, setting=setting)
