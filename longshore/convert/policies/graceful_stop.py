"""How pods end: they go on serving for 5 s after they are told to go, and then have the time that compose gives them.

A Service takes some seconds to stop sending requests to a pod that ends; a program that stops at once cuts them off.
The pause (`preStop.sleep`) needs nothing in the image. Without `stop_grace_period` a program then has 10 s, as in
Docker, and not Kubernetes' 30: what ignores its signal (a shell as process 1) would be waited for three times as long,
and where the old pod goes first, all of that is time in which nothing runs.
Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.facts import pre_stop_sleep
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


GRACE = 10
"""Seconds that Docker waits for a container to end."""


@service_policy
def graceful_stop(service: Service) -> Iterator[Effect]:
    """Let the container sleep first, and write the grace period out."""
    pause = pre_stop_sleep(service)
    if pause:
        sleep = {"sleep": {"seconds": pause}}
        yield Default(service.workload, (*service.container, "lifecycle", "preStop"), sleep)
    if service.host is service:
        pauses = (pre_stop_sleep(member) for member in service.estate.pods[service.name])
        yield Default(service.workload, (*POD, "terminationGracePeriodSeconds"), GRACE + max(pauses))
