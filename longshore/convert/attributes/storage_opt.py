"""`storage_opt.size` → a limit on `ephemeral-storage`: what the container may write outside of its volumes.

Docker refuses a write past it; Kubernetes evicts the pod, some seconds later.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#storage_opt
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.units import bytes_of
from longshore.convert.kubernetes.quantity import memory
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.storage_opt")
def storage_opt(value: View, service: Service) -> Iterator[Effect]:
    """Translate the size; other options are those of a storage driver that no node has."""
    for key, option in value.items():
        size = _size(option) if key == "size" else None
        if key == "size" and not size:
            yield Unsupported(
                "this is no size of a disk", "write a number and a unit, such as `10G`", at=(key,), code="storage-opt"
            )
        elif size:
            yield service.put_container("resources", "limits", "ephemeral-storage", value=memory(size))
            yield Approximated(
                "a pod that writes more is evicted and started anew; Docker refuses the write",
                at=(key,),
                code="storage-opt",
                severity=Severity.INFO,
            )
        else:
            yield Unsupported(f"`{key}` is an option of a storage driver of Docker's", at=(key,), code="storage-opt")


def _size(option: str | float) -> int:
    """The bytes that an option means; 0 where it means none."""
    try:
        return max(0, bytes_of(option))
    except ValueError:
        return 0
