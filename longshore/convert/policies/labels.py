"""Labels by which people and tools find what belongs together, and the two by which a workload finds its pods.

A selector cannot be changed, so it has only the name of the service and of the application; the rest can be added to.
Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.kubernetes.pod import POD_LABELS
from longshore.convert.registry import service_policy
from longshore.model import Default, Each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def labels(service: Service) -> Iterator[Effect]:
    """Label the workload and its pods. A Job selects its pods by a label that Kubernetes makes up."""
    if service.host is not service:
        return
    workload = service.workload
    yield Default(workload, ("metadata", "labels"), service.labels)
    yield Default(workload, POD_LABELS, Each(service.labels))
    if workload.kind != "Job":
        yield Default(workload, ("spec", "selector", "matchLabels"), service.selector)
