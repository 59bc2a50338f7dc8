"""Jobs: never tried again unless compose says so, except when it was not the program's fault.

`restart: "no"` means once. A pod that is lost because its node was drained or taken away does not count. Attempts are
new pods, so that the log of each stays. A finished Job is kept: deleting it behind Pulumi's back
(`ttlSecondsAfterFinished`) would run it again at the next deployment. The name of a Job does not change. Its pods
cannot be changed once it is made, so when its image, command or settings change, Pulumi replaces it: the old Job is
deleted, the new one runs and is awaited. Whoever applies rendered manifests by hand does the same with `kubectl
replace --force`.
Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.kubernetes.pod import POD
from convert.model import Default
from convert.registry import service_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


@service_policy
def jobs(service: Service) -> Iterator[Effect]:
    """Fill in what the Job leaves open."""
    workload = service.workload
    if service.host is not service or workload.kind != "Job":
        return
    lost = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    yield Default(workload, ("spec", "backoffLimit"), 0)
    yield Default(workload, ("spec", "podFailurePolicy", "rules"), [lost])
    yield Default(workload, (*POD, "restartPolicy"), "Never")
