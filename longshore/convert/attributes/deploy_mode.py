"""`deploy.mode`: `replicated` → Deployment, `global` → DaemonSet, `replicated-job` → Job.

`global-job` ran once on each node; a Job runs once.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#mode
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import Approximated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.deploy.mode")
def deploy_mode(value: str, service: Service) -> Iterator[Effect]:
    """Report what the kind of workload, chosen by `longshore.convert.estate.workload_kind`, does not carry."""
    if value == "global-job" and service.workload.kind == "Job":
        yield Approximated(
            "a job runs once in the cluster, not once on each node",
            "what must happen on every node belongs into a DaemonSet: `mode: global`",
            code="deploy-mode",
        )
