"""`pid`: `host` → `hostPID`, with the owner's consent (`allow: [host-pid]`); `service:x` → shared in x's pod.

Containers see each other's processes only inside one pod: `pid: service:x` needs `network_mode: service:x` too.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#pid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.estate.waivers import unless_waived
from convert.model import Severity, Unsupported
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


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
    elif mode:
        yield Unsupported(
            f"containers share processes inside one pod only, and this is not the pod of `{name or mode}`",
            f"write `network_mode: service:{name or '<service>'}` too: it puts the container into that pod",
            severity=Severity.ERROR,
        )
