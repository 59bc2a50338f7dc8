"""Folders of the Docker host that keep data, and the named volumes that would: the way out of most `bind` errors.

Nothing is converted by this. It is what somebody would write into a second compose file, by what `binds` says of each
mount; `longshore init` writes it for a new stack, and Docker goes on with its folders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from longshore.compose.files import clean, within
from longshore.convert.estate.binds import CLOCKS, SOCKETS, names_file, volume_for
from longshore.convert.estate.content import content, is_code, is_text
from longshore.convert.estate.leaks import leaks_at
from longshore.convert.estate.service_images import of
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from longshore.convert.estate import Estate, Service
    from longshore.convert.estate.content import Content

_OF_THE_HOST: Final = Regex(
    r"/(?:(?:boot|dev|etc|lib|lib64|proc|run|sys|tmp|usr|var/(?:lib/(?:containerd|docker)|log|run))(?:/|$)|$)"
)
"""What is about the host itself. Source: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html"""

_NO_DATA: Final = Regex(
    r"/(?:app|workspace|usr/src(?:/[\w.-]{1,99})?|var/www(?:/html)?)/?$|(?:/[^/]{1,255}){0,30}/(?:code|src)/?$"
    r"|/(?:usr/(?:local/)?)?(?:bin|sbin|etc)/|/tmp/|/docker-entrypoint(?:-init[\w-]{0,20})?\.d(?:/|$)"
)
"""Where images have the program, over which people lay its source; settings and scripts; what is there for a while."""


class DataBind(NamedTuple):
    """A bind mount that keeps data. shown: the folder, as the project names it. volume: what would take its place."""

    service: str
    shown: str
    target: str
    volume: str
    read_only: bool


def data_binds(estate: Estate) -> tuple[DataBind, ...]:
    """The mounts of folders that somebody writes data to, in the order of the services; a folder is one volume.

    Folders of which one lies within the other are left out: two volumes would not show the same files.
    """
    mounts = [(service, mount) for service in estate for mount in _binds(service)]
    volumes: dict[str, str] = {}
    taken = set(estate.project.model.get("volumes") or ())
    for service, mount in mounts:
        path = str(mount["source"])
        if path not in volumes and _keeps_data(service, mount):
            volumes[path] = _free(volume_for(service, mount), taken)
    apart = {path for path in volumes if not any(path != other and _overlap(path, other) for other in volumes)}
    return tuple(
        DataBind(
            service.name,
            estate.project.shown(str(mount["source"])),
            str(mount["target"]),
            volumes[str(mount["source"])],
            bool(mount.get("read_only")),
        )
        for service, mount in mounts
        if str(mount["source"]) in apart
    )


def _binds(service: Service) -> Iterator[Mapping[str, Any]]:
    return (
        mount
        for mount in service.model.get("volumes") or ()
        if mount.get("type") == "bind" and mount.get("source") and mount.get("target")
    )


def _free(name: str, taken: set[str]) -> str:
    """Give a name that no other volume has, and take it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _overlap(one: str, other: str) -> bool:
    return within(one, other) or within(other, one)


def _keeps_data(service: Service, mount: Mapping[str, Any]) -> bool:
    """Is it a folder that the program writes to, and neither its source, nor its settings, nor the host's own?"""
    path, target = str(mount["source"]), clean(str(mount["target"]))
    if mount.get("read_only") or names_file(path) or path in CLOCKS or path.endswith(SOCKETS):
        return False
    if is_code(service.estate, mount) or _NO_DATA.match(target):
        return False
    if not within(path, service.estate.project.directory):
        return not (_OF_THE_HOST.match(path) or "/." in path)  # hidden folders have keys and settings
    if target in of(service).data:
        return True
    return _is_folder_with_data(content(service.estate, path), service.estate, path)


def _is_folder_with_data(found: Content, estate: Estate, path: str) -> bool:
    """Is it empty, too much for settings, or has it more than texts and key stores?"""
    if not any(found.files.values()):
        return found.directory or found.missing or bool(found.trouble)
    kept = any(hit.whole for hit in leaks_at(estate, path).values())
    return found.directory and not kept and not is_text(*found.files.values())
