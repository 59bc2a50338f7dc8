"""`ipc`: containers of one pod share System V IPC and POSIX message queues; those of two pods cannot.

`host` → `hostIPC`, with the owner's consent (`allow: [host-ipc]`). `private` and `shareable` are what a pod does
anyway. `service:x` needs `network_mode: service:x` too, which puts the container into x's pod. `none` has no
equivalent.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ipc
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.waivers import unless_waived
from longshore.convert.registry import attribute
from longshore.model import LocalOnly, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.ipc")
def ipc(value: str, service: Service) -> Iterator[Effect]:
    """Translate the mode."""
    mode, _, name = value.partition(":")
    if mode == "host":
        yield from unless_waived(
            service,
            "host-ipc",
            "the container would share the memory segments of every process of its node",
            "put the services that share memory into one pod by `network_mode: service:…`",
            service.put_pod("hostIPC", value=True),
        )
    elif mode == "none":
        yield LocalOnly("a pod has its own IPC namespace; there is no way to take it away")
    elif mode in {"service", "container"}:
        other = service.estate.services.get(name)
        if mode == "container" or other is None or other.host is not service.host:
            yield Unsupported(
                f"memory is shared inside one pod only, and this is not the pod of `{name}`",
                f"write `network_mode: service:{name}` too: it puts the container into that pod",
                severity=Severity.ERROR,
            )
