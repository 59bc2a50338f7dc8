"""`pid`: `host` → `hostPID`, with the owner's consent (`allow: [host-pid]`); `service:x` → shared in x's pod.

Containers see each other's processes only inside one pod: `pid: service:x` needs `network_mode: service:x` too. Process
1 is the pod's own there, not x's program as in Docker, which is told where something speaks of it (`kill 1`).
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#pid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.processes import speaks_of_first
from longshore.convert.estate.waivers import unless_waived
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.pid")
def pid(value: str | None, service: Service) -> Iterator[Effect]:
    """Translate the mode."""
    mode, _, name = str(value or "").partition(":")
    if mode == "host":
        yield from unless_waived(
            service,
            "host-pid",
            "the container would see, and may signal, every process of its node",
            "to watch the processes of one other service, put both into one pod by `network_mode: service:…`",
            service.put_pod("hostPID", value=True),
        )
    elif mode == "service" and name in service.estate.services and service.estate.services[name].host is service.host:
        yield service.put_pod("shareProcessNamespace", value=True)
        place = speaks_of_first(service)
        if place:
            yield Approximated(
                f"{path_text(place)} speaks of process 1, which in a pod is the pod's own first process, and not the "
                f"program of `{name}`",
                f"find the process by its name (`pkill -HUP {name}`), or write to `/proc/self/fd/1`",
            )
    elif mode:
        yield Unsupported(
            f"containers share processes inside one pod only, and this is not the pod of `{name or mode}`",
            f"write `network_mode: service:{name or '<service>'}` too: it puts the container into that pod",
            severity=Severity.ERROR,
        )
