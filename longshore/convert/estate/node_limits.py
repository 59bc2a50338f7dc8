"""What a node gives every container, whatever compose asks for: open files, locked memory, memory maps.

Kubernetes has no field for such limits: a container has those of its node's container runtime. The numbers are those of
the images that EKS offers, Amazon Linux 2023 and Bottlerocket (Auto Mode), which are the same.
Sources: https://github.com/awslabs/amazon-eks-ami (nodeadm/internal/containerd/base-runtime-spec.json,
templates/al2023/runtime/rootfs/etc/sysctl.d/99-amazon.conf),
https://github.com/bottlerocket-os/bottlerocket (sources/shared-defaults/oci-defaults-*.toml),
https://github.com/bottlerocket-os/bottlerocket-core-kit (packages/release/release-sysctl.conf) and
https://www.freedesktop.org/software/systemd/man/latest/systemd-system.conf.html (DefaultLimitMEMLOCK)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from longshore.convert.estate.own_texts import own_texts
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.convert.estate import Service
    from longshore.model import Path

OPEN_FILES: Final = 65_536
"""Files that a program may have open without asking for more."""

MOST_OPEN_FILES: Final = 1_048_576
"""Files up to which a program may raise its own limit."""

LOCKED: Final = 8 << 20
"""Bytes of memory that a program may lock."""

MAP_COUNT: Final = 524_288
"""`vm.max_map_count`: memory maps that a program may have."""

UNLIMITED: Final = -1

_LOCKS: Final = Regex(
    r"(?:memory_{1,2}lock|mlockall|lock_all_memory|mlock_executable)[\"']?\s*[:=>]+\s*[\"']?(?:true|yes|on|1)\b",
    re.IGNORECASE,
)


def limit(value: Any) -> tuple[int, int]:
    """(soft, hard) limit of an entry of `ulimits`: a number for both, or each; -1 is none."""
    if isinstance(value, dict):
        soft, hard = int(value.get("soft", UNLIMITED)), int(value.get("hard", UNLIMITED))
        return soft, hard
    return int(value), int(value)


def above(asked: int, given: int) -> bool:
    """Is more asked for than what is given?"""
    return asked == UNLIMITED or asked > given


def locks_memory(service: Service) -> Path | None:
    """Where the program is told to lock all of its memory (`bootstrap.memory_lock: true`); None: nowhere we see."""
    return next((path for path, text in own_texts(service) if _LOCKS.search(text)), None)


def alone(service: Service) -> bool:
    """Is a search engine told to be a cluster of its own? Then its checks at the start warn, and do not end it."""
    return any("discovery.type=single-node" in text.replace(" ", "") for _, text in own_texts(service))
