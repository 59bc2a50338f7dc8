"""`init` → `shareProcessNamespace` of the pod: the pod's own first process takes the place of Docker's `tini`.

Docker's init does two things: it reaps orphaned processes, and the program is not process 1, whose signals the kernel
ignores unless it handles them. With a shared process namespace both hold: the pause process is the first and reaps.
What is different: containers of one pod see each other's processes.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#init
and https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


@attribute("services.*.init")
def init(value: bool, service: Service) -> Iterator[Effect]:  # noqa: FBT001  the value of the attribute
    """Translate the flag; on the host's processes the host's own init reaps."""
    if value and service.model.get("pid") != "host":
        yield from service.share_pod("shareProcessNamespace", value=True, attribute="init")
