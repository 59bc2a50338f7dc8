"""`init` → `shareProcessNamespace` of the pod: the pod's own first process takes the place of Docker's `tini`.

Docker's init does two things: it reaps orphaned processes, and the program is not process 1, whose signals the kernel
ignores unless it handles them. With a shared process namespace both hold: the pause process is the first and reaps.
What is different: containers of one pod see each other's processes, and process 1 is none of theirs. So where a
command, a hook, a health check or a mounted script speaks of process 1 (`/proc/1/fd/1`, `kill 1`), nothing is shared:
the program itself is process 1, which is what such words mean.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#init
and https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.processes import speaks_of_first
from longshore.convert.registry import attribute
from longshore.model import Approximated, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.init")
def init(value: bool, service: Service) -> Iterator[Effect]:  # noqa: FBT001  the value of the attribute
    """Translate the flag; on the host's processes the host's own init reaps."""
    if not value or service.model.get("pid") == "host":
        return
    place = speaks_of_first(service)
    if place is None:
        yield from service.share_pod("shareProcessNamespace", value=True, attribute="init")
        return
    yield Approximated(
        f"{path_text(place)} speaks of process 1, so that is the program itself, without an init before it: nothing "
        "reaps orphaned processes, and it gets no signal that it does not handle",
        "let it write to `/proc/self/fd/1` and signal the program by its name or its pid file, and `init` is kept; or "
        "leave `init` out; or let the image begin with `tini`",
    )
