"""Unix sockets at which services meet in a volume: what joins them is the kernel of one node, not the volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.compose.files import clean
from longshore.convert.estate.own_texts import own_texts, says
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Estate, Service

_SOCKET: Final = Regex(r"(?<![\w.-])(/(?:[\w.-]{1,100}/){0,9})([\w.-]{0,100}\.sock(?:et)?)(?![\w.-])")


def meetings(estate: Estate) -> Mapping[str, Mapping[str, str]]:
    """Volume → the first service of each pod that mounts it → the socket there that its texts name; empty: none.

    Only volumes of which two pods speak so: others may well hold files.
    """
    return estate.memo(_meetings)


def _meetings(estate: Estate) -> dict[str, dict[str, str]]:
    mounted: dict[str, dict[str, tuple[str, str]]] = {}
    for service in estate:
        mounts = [mount for mount in service.model.get("volumes") or () if mount.get("type") == "volume"]
        sockets = _sockets(service) if mounts and service.workload.kind != "Job" else ()
        for mount in mounts if service.workload.kind != "Job" else ():
            key, target = str(mount.get("source") or ""), clean(str(mount.get("target") or "/"))
            found = sorted(name for folder, name in sockets if clean(folder) == target)
            said = f"{target}/{found[0]}" if found else ""
            mounted.setdefault(key, {}).setdefault(service.host.name, (service.name, said))
    pods = {key: dict(users.values()) for key, users in mounted.items() if key}
    return {key: names for key, names in pods.items() if sum(map(bool, names.values())) > 1}


def _sockets(service: Service) -> set[tuple[str, str]]:
    if not says(service, ".sock"):
        return set()
    return {
        (match[1], match[2]) for _, text in own_texts(service) if ".sock" in text for match in _SOCKET.finditer(text)
    }
