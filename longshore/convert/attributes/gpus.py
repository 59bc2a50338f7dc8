"""`gpus`, and `devices` of `deploy.resources.reservations` → a resource of the container: `nvidia.com/gpu: 2`.

The driver decides which resource: nvidia (also where `capabilities` say `gpu` and no driver is named), amd, habana.
Nodes with GPUs usually keep other pods away by a taint of the resource's name; the pod tolerates it. `all` is refused:
a pod must say how many. Which devices (`device_ids`) is chosen by the node; only their number is kept.
Source: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#devices
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.accelerators import request_of, total
from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import Approximated, Item, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect, Path


@attribute("services.*.gpus")
def gpus(value: View, service: Service) -> Iterator[Effect]:
    """Translate the list of requests; the loader writes `gpus: all` as one with the count -1."""
    for index, request in enumerate(value):
        yield from device(request, service, (index,), "gpu")


def device(request: View, service: Service, at: Path, capability: str = "") -> Iterator[Effect]:
    """Translate one request, found `at` a path below the claimed one. capability: what the place itself asks for."""
    written = {key: plain(request.get(key)) for key in ("driver", "capabilities", "device_ids", "count")}
    found = request_of(written, gpu=bool(capability))
    if found.vendor is None:
        yield Unsupported(
            f"no resource is known for the driver `{written['driver'] or 'none'}` and "
            f"{', '.join(sorted(map(str, written['capabilities'] or ())))}",
            "install the device plugin and ask for its resource in a patch",
            at,
            "gpus",
            Severity.ERROR,
        )
        return
    if not found.number:
        yield Unsupported(
            "`all` devices of a node cannot be asked for; a pod says how many",
            "write `count: 1`",
            at,
            "gpus",
            Severity.ERROR,
        )
        return
    resource = found.vendor.resource
    yield from ask(service, resource, total(service, resource), "gpus" if capability else "deploy")
    if written["device_ids"]:
        yield whichever(found.number, (*at, "device_ids"))
    options = request.get("options")
    if options:
        options.plain()
        yield Unsupported("options are for Docker's device driver", at=(*at, "options"), code="gpus")


def ask(service: Service, resource: str, count: int, attribute: str) -> Iterator[Effect]:
    """Ask for `count` of a device plugin's resource, on nodes that keep others away by a taint of its name too."""
    yield service.put_container("resources", "limits", resource, value=str(count))
    yield from service.share_pod(
        "tolerations",
        Item("key", resource),
        value={"operator": "Exists", "effect": "NoSchedule"},
        attribute=attribute,
    )


def whichever(count: int, at: Path) -> Approximated:
    """Tell that devices cannot be chosen; at: where compose chooses them."""
    return Approximated(
        f"the pod gets {count} device{'s' if count > 1 else ''}; which, the node decides",
        at=at,
        code="gpus",
        severity=Severity.INFO,
    )
