"""`stop_grace_period` → `terminationGracePeriodSeconds` of the pod, rounded up to whole seconds.

The program keeps the whole of it: where the policy `graceful_stop` lets a pod sleep before it is told to stop, that
time is added. Compose waits 10 s by default, Kubernetes 30 s; where the attribute is absent the policy decides.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#stop_grace_period
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.units import seconds
from longshore.convert.estate.facts import pre_stop_sleep
from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.stop_grace_period")
def stop_grace_period(value: str, service: Service) -> Iterator[Effect]:
    """Translate a duration such as `1m30s`."""
    yield from service.share_pod(
        "terminationGracePeriodSeconds",
        value=seconds(value) + pre_stop_sleep(service),
        attribute="stop_grace_period",
    )
