"""A unix socket in a shared volume: how PHP-FPM and nginx, or a database and its client, meet on one machine.

A socket joins programs of one kernel. In a cluster two services are two pods, mostly on two nodes, and on a shared file
system the socket is there to be seen and nobody answers. One pod for both has the volume and the kernel in common.
Source: https://man7.org/linux/man-pages/man7/unix.7.html and
https://docs.aws.amazon.com/efs/latest/ug/features.html (NFSv4.1, which has no sockets)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.sockets import meetings
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service


@service_policy
def shared_sockets(service: Service) -> Iterator[Problem]:
    """Tell it once for each volume, at the first service of another pod that meets the others there."""
    estate = service.estate
    for key, names in meetings(estate).items():
        first, *others = names
        if others and service.name == others[-1]:
            socket = names[service.name] or next(filter(None, names.values()))
            yield Problem(
                "shared-socket",
                Severity.ERROR,
                f"`{first}` and `{service.name}` meet at the socket `{socket}` in `{key}`, and two pods cannot, on "
                "whatever volume: a socket joins programs of one node",
                f"put both into one pod, by `network_mode: service:{estate.services[first].host.name}` on "
                f"`{service.name}`; or let the program listen at a port, and the other call `{first}` there",
                _place(service, key),
            )


def _place(service: Service, key: str) -> tuple[str | int, ...]:
    mounts = enumerate(service.model.get("volumes") or ())
    return next((("volumes", index) for index, mount in mounts if str(mount.get("source") or "") == key), ())
