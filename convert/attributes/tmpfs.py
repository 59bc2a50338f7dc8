"""`tmpfs` → `emptyDir` in memory, limited to `size`. It counts against the memory limit, as in Docker.

What is lost: `mode`, `uid` and `gid` (such a directory has mode 1777), and the mount options `noexec`, `nosuid`,
`nodev`.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#tmpfs
"""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, Final

from convert.compose.units import bytes_of
from convert.model import Approximated, Problem, Severity, Unsupported
from convert.mounts import in_memory
from convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convert.estate import Service
    from convert.model import Effect
    from convert.view import View

_KEPT: Final = frozenset({"", "rw", "ro", "size", "exec", "suid", "dev", "defaults"})


@attribute("services.*.tmpfs")
def tmpfs(entries: View | str, service: Service) -> Iterator[Effect]:
    """Translate `path[:option,…]` entries."""
    taken = {normpath(str(mount.get("target"))) for mount in service.model.get("volumes") or []}
    for index, entry in enumerate((entries,) if isinstance(entries, str) else entries):
        at = () if isinstance(entries, str) else (index,)
        target, _, text = str(entry).partition(":")
        options = dict(option.partition("=")[::2] for option in text.split(","))
        if normpath(target) in taken:
            yield Problem("mount-twice", Severity.ERROR, f"`{target}` is a volume of this service too", "drop one", at)
            continue
        taken.add(normpath(target))
        size = options.get("size", "")
        if size.endswith("%"):
            yield Unsupported(
                f"`size={size}` is a share of the Docker host's memory", "give it in bytes: `size=64m`", at
            )
            size = ""
        yield from in_memory(service, target, bytes_of(size) if size else 0, read_only="ro" in options)
        lost = [name for name in options if name not in _KEPT]
        if lost:
            yield Approximated(
                f"{', '.join(f'`{name}`' for name in lost)}: a volume in memory has no such option; its mode is 1777",
                at=at,
                severity=Severity.INFO,
            )
