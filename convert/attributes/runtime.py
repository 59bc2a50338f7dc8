"""`runtime` → `runtimeClassName` of the pod. A RuntimeClass of that name must exist in the cluster.

`runc` is what nodes run by themselves, and `nvidia` comes with the device: neither needs a class.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#runtime
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convert.kubernetes.names import label
from convert.model import Approximated
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect


BY_ITSELF = frozenset({"runc", "io.containerd.runc.v2", "nvidia"})


@attribute("services.*.runtime")
def runtime(value: str, service: Service) -> Iterator[Effect]:
    """Translate the name of the runtime."""
    if not value or value in BY_ITSELF:
        return
    name = label(value)
    yield from service.share_pod("runtimeClassName", value=name, attribute="runtime")
    yield Approximated(
        f"pods are refused until the cluster has a RuntimeClass `{name}`",
        "make one (`kubectl get runtimeclass` shows those that exist), or leave `runtime` out",
    )
