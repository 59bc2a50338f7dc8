"""`tmpfs` → `emptyDir` in memory, limited to `size`. It counts against the memory limit, as in Docker.

What is lost: `mode`, `uid` and `gid` (such a directory has mode 1777), and the mount options `noexec`, `nosuid`,
`nodev`.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#tmpfs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.estate.mounts import in_memory, refused
from longshore.convert.estate.storage import byte_size
from longshore.convert.registry import attribute
from longshore.model import Approximated, Severity, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect

_KEPT: Final = frozenset({"", "rw", "ro", "size", "exec", "suid", "dev", "defaults"})
_OPEN: Final = Regex("0?1777")
"""The mode that it has anyway."""


@attribute("services.*.tmpfs")
def tmpfs(entries: View | str, service: Service) -> Iterator[Effect]:
    """Translate `path[:option,…]` entries."""
    for index, entry in enumerate((entries,) if isinstance(entries, str) else entries):
        at = () if isinstance(entries, str) else (index,)
        target, _, text = str(entry).partition(":")
        options = dict(option.partition("=")[::2] for option in text.split(","))
        wrong = list(refused(service, target, ("tmpfs", index), at))
        if wrong:
            yield from wrong
            continue
        size = byte_size(options.get("size", ""))
        if size is None:
            yield Unsupported(f"`size={options['size']}` is no number of bytes", "write it so: `size=64m`", at)
        yield from in_memory(service, target, size or 0, read_only="ro" in options)
        lost = [
            name
            for name, value in options.items()
            if name not in _KEPT and not (name == "mode" and _OPEN.fullmatch(value))
        ]
        if lost:
            yield Approximated(
                f"{', '.join(f'`{name}`' for name in lost)}: a volume in memory has no such option; its mode is 1777",
                at=at,
                severity=Severity.INFO,
            )
