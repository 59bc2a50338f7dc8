"""A variable that asks a vendor's runtime for GPUs, where no runtime, no `gpus` and no reservation does.

`NVIDIA_VISIBLE_DEVICES` means something to Docker only where nvidia's runtime is the engine's default one. In a cluster
it gives the container no device, or on nodes with such a default every device, which the scheduler knows nothing of.
Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.accelerators import RUNTIMES, requested, visible
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def visible_devices(service: Service) -> Iterator[Effect]:
    """Tell of such a variable."""
    environment = service.model.get("environment") or {}
    for name, (variable, resource) in RUNTIMES.items():
        if variable not in environment or requested(service) or service.model.get("runtime") in RUNTIMES:
            continue
        count = visible(service, RUNTIMES[name])
        if count != 0:
            yield Problem(
                "gpus",
                Severity.WARNING,
                f"`{variable}` asks for GPUs where `{name}` is the default runtime of Docker; a pod gets them by "
                f"asking for `{resource}`, and this one does not",
                f"write `gpus: [{{driver: {name}, count: {count or 1}}}]`; or leave the variable out",
                ("environment", variable),
            )
