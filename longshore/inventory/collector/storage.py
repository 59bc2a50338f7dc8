"""How much lies in volumes and binds, and whose it is.

The engine says how large its volumes are (`docker system df -v`); of a folder of the host that is mounted, the files
are counted here, as far as they may be read. Owner and mode are those that the container sees.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, Any, Iterable

if TYPE_CHECKING:
    from longshore.inventory.collector.engine import Engine

_MOST_FILES = 200_000
_SECONDS = 3.0
_ANONYMOUS = 64
_BLOCK = 512


def volumes(engine: Engine, unseen: list[str]) -> dict[str, dict[str, Any]]:
    """All volumes by name, with their size where the engine says it; options are named, and no more.

    Raises:
        EngineError: the engine can't be reached.
    """
    counted = engine.known("system/df")
    if counted is None:
        unseen.append("sizes of volumes: the engine does not say")
    listed = (engine.known("volumes") or counted or {}).get("Volumes") or ()
    sized = {volume["Name"]: volume.get("UsageData") for volume in (counted or {}).get("Volumes") or ()}
    found = {str(volume["Name"]): _volume({**volume, "UsageData": sized.get(volume["Name"])}) for volume in listed}
    return dict(sorted(found.items()))


def _volume(volume: dict[str, Any]) -> dict[str, Any]:
    name = str(volume["Name"])
    size = (volume.get("UsageData") or {}).get("Size", -1)
    labels = volume.get("Labels") or {}
    return {
        "driver": str(volume.get("Driver") or ""),
        "options": sorted(map(str, volume.get("Options") or ())),
        "compose": str(labels.get("com.docker.compose.volume") or ""),
        "project": str(labels.get("com.docker.compose.project") or ""),
        "anonymous": len(name) == _ANONYMOUS and all(digit in "0123456789abcdef" for digit in name),
        "size": int(size) if isinstance(size, int) and size >= 0 else None,
        "owner": None,
    }


def owner(engine: Engine, identifier: str, target: str) -> dict[str, int] | None:
    """Owner and mode of what is mounted at a place in a container; None: the engine does not say."""
    # With the dot at its end the head of the archive is the directory's, not that of a link to it.
    place = engine.place(identifier, target.rstrip("/") + "/.") or engine.place(identifier, target)
    return None if place is None else {"uid": place.uid, "gid": place.gid, "mode": place.mode}


def binds(sources: Iterable[str], *, local: bool, unseen: list[str]) -> dict[str, dict[str, Any]]:
    """What lies at each place of the host that is mounted: kind, owner, bytes on disk, files."""
    found: dict[str, dict[str, Any]] = {}
    for source in sorted(set(sources)) if local else ():
        try:
            status = os.stat(source)
        except OSError as error:
            unseen.append(f"{source}: {error.strerror}")
            continue
        if stat.S_ISDIR(status.st_mode):
            counted = _count(source, unseen)
            kind = "folder"
        else:
            counted = {"size": status.st_blocks * _BLOCK, "files": 1, "whole": True}
            kind = "file" if stat.S_ISREG(status.st_mode) else "socket" if stat.S_ISSOCK(status.st_mode) else "other"
        place = {"uid": status.st_uid, "gid": status.st_gid, "mode": stat.S_IMODE(status.st_mode)}
        found[source] = {"kind": kind, "owner": place, **counted}
    if sources and not local:
        unseen.append("sizes of mounted folders: the engine runs on another machine")
    return found


def _count(folder: str, unseen: list[str]) -> dict[str, Any]:
    """Bytes and files of a folder on its own file system; not `whole` where something could not be read, or in time."""
    size, files, denied, waiting = 0, 0, False, [folder]
    device, until = os.stat(folder).st_dev, time.process_time() + _SECONDS
    while waiting and files < _MOST_FILES and time.process_time() < until:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    if status.st_dev != device:
                        continue
                    size, files = size + status.st_blocks * _BLOCK, files + 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            denied = True
    if denied or waiting:
        unseen.append(folder + (": some of it may not be read" if denied else ": too many files to count them all"))
    return {"size": size, "files": files, "whole": not (denied or waiting)}
