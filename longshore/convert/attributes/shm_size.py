"""`shm_size` → an `emptyDir` in memory at `/dev/shm`, of that size. It counts against the memory limit.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#shm_size
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.compose.units import bytes_of
from longshore.convert.kubernetes.names import label
from longshore.convert.kubernetes.pod import volume
from longshore.convert.kubernetes.quantity import memory
from longshore.convert.registry import attribute
from longshore.model import Item, Put, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


PATH = "/dev/shm"  # noqa: S108  the place that POSIX gives shared memory


@attribute("services.*.shm_size")
def shm_size(value: str, service: Service) -> Iterator[Effect]:
    """Translate a number of bytes."""
    size = bytes_of(value)
    if size <= 0:
        return
    if _mounted(service):
        yield Unsupported(f"the service mounts something else at `{PATH}`; its size is given there", code="shm-size")
        return
    name = label(f"{service.slug}-shm")
    yield Put(service.workload, (*volume(name), "emptyDir"), {"medium": "Memory", "sizeLimit": memory(size)})
    yield service.put_container("volumeMounts", Item("mountPath", PATH), "name", value=name)


def _mounted(service: Service) -> bool:
    tmpfs = service.model.get("tmpfs") or ()
    short = (tmpfs,) if isinstance(tmpfs, str) else tmpfs
    targets = [str(mount.get("target")) for mount in service.model.get("volumes") or ()]
    return PATH in targets or PATH in (str(entry).partition(":")[0] for entry in short)
