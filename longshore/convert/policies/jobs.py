"""Jobs: a program that ends is started again in its pod where it fails, until its first call gets through.

A pod's address is let through by network policies a moment after the pod has started, and where everything is applied
at once what it calls may still be on its way. Docker knows neither: there a migration that dials at once succeeds. So a
Job that fails is started again in the same pod, up to six times in about five minutes, also where compose says
`restart: "no"`: `docker compose up` starts such a container again at each call, so it has to bear that; Kubernetes
itself may start any Job twice. Compose's own number (`on-failure:4`) is kept.

Where a second start does harm, `backoffLimit: 0` of `x-longshore`, or of the service in the stack file, makes the first
failure the last: a pod of its own that is never started again, unless its node was drained or taken away. So does
`network_mode: none`, where no call can be lost.

Its name ends in a digest of its pods, which nobody can change once it is made: a changed Job is a new one, for `kubectl
apply` as for Pulumi, and an unchanged one does not run again. A finished Job is kept: deleting it behind Pulumi's back
(`ttlSecondsAfterFinished`) would run it again at the next deployment.
Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.retries import retries
from longshore.convert.kubernetes.pod import POD
from longshore.convert.registry import service_policy
from longshore.model import Default, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def jobs(service: Service) -> Iterator[Effect]:
    """Fill in what the Job leaves open."""
    workload = service.workload
    if service.host is not service or workload.kind != "Job":
        return
    found = retries(service)
    yield Default(workload, ("spec", "backoffLimit"), found.limit, found.setting)
    if not found.limit:
        lost = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
        yield Default(workload, ("spec", "podFailurePolicy", "rules"), [lost])
    yield Default(workload, (*POD, "restartPolicy"), "OnFailure" if found.limit else "Never", found.setting)
    if found.limit and not found.told:
        yield Problem(
            "tried-again",
            Severity.INFO,
            f"`{service.name}` is started again in its pod where it fails, up to {found.limit} times: its first call "
            "may come before the network lets its pod through, or before what it calls is there",
            "if a second start does harm, write `x-longshore: {backoffLimit: 0}` on the service",
        )
