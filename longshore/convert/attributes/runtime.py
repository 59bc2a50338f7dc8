"""`runtime` → `runtimeClassName` of the pod. A RuntimeClass of that name must exist in the cluster.

`runc` is what nodes run by themselves. The runtimes of GPU vendors (`nvidia`, `amd`, `habana`) hand out devices, which
in a cluster the vendor's device plugin does: what `NVIDIA_VISIBLE_DEVICES` lists becomes as many of its resource, `all`
is refused as with `gpus`, and where `gpus` or the reservations say a number that one holds. With the resource the
variable is left out: the plugin sets it, and a value of compose would show the container every GPU of its node.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#runtime
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.attributes.gpus import ask, whichever
from longshore.convert.estate.accelerators import RUNTIMES, requested, visible
from longshore.convert.kubernetes.names import label
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.accelerators import Vendor
    from longshore.model import Effect


BY_ITSELF = frozenset({"runc", "io.containerd.runc.v2"})


@attribute("services.*.runtime")
def runtime(value: str, service: Service) -> Iterator[Effect]:
    """Translate the name of the runtime."""
    vendor = RUNTIMES.get(value)
    if vendor and not requested(service):
        yield from _devices(service, vendor, value)
    if not value or vendor or value in BY_ITSELF:
        return
    name = label(value)
    yield from service.share_pod("runtimeClassName", value=name, attribute="runtime")
    yield Approximated(
        f"pods are refused until the cluster has a RuntimeClass `{name}`",
        "make one (`kubectl get runtimeclass` shows those that exist), or leave `runtime` out",
    )


def _devices(service: Service, vendor: Vendor, name: str) -> Iterator[Effect]:
    count = visible(service, vendor)
    if count is None:
        given = vendor.variable in (service.model.get("environment") or {})
        yield Unsupported(
            f"`{name}` gives the container `all` devices of its node"
            + ("" if given else f", since `{vendor.variable}` does not say which")
            + "; in a cluster a pod says how many",
            f"write `gpus: [{{driver: {name}, count: 1}}]` in its place",
            code="gpus",
            severity=Severity.ERROR,
        )
    elif count:
        yield from ask(service, vendor.resource, count, "runtime")
        yield whichever(count, ())
