"""Mounts inside of a directory that becomes a ConfigMap: nothing can be mounted there, so the directory has them.

Docker makes the place for a mount inside of another one, or finds it on the host. A kubelet mounts a ConfigMap
read-only, so that no place can be made in it. What is a ConfigMap or a Secret too, a file that replaces one of the
directory's for instance, becomes a part of one `projected` volume; anything else needs a place among its files.
Source: https://kubernetes.io/docs/concepts/storage/projected-volumes/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.compose.files import clean
from longshore.convert.estate.binds import bind, bind_items
from longshore.convert.estate.configs import Config, config
from longshore.convert.estate.content import EXECUTABLE, keys
from longshore.convert.estate.groups import DEFAULT_MODE, mode_of
from longshore.convert.estate.storage import config_target, inherited, secret_target, targets
from longshore.convert.kubernetes.names import label
from longshore.convert.secrets.binding import file_volume
from longshore.convert.secrets.remotes import bound_remotes, shared_remote, stored_remotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service


class Part(NamedTuple):
    """What a mount brings that is a ConfigMap or a Secret. held: source of a volume, one key and its value.

    path: of the file in it that is mounted; empty: it is mounted whole, as a directory. volume: what it is called.
    within: where the directory is mounted whose file it is; empty for what is mounted by itself.
    """

    volume: str
    held: Mapping[str, Any]
    path: str
    within: str = ""


def bind_parts(service: Service, mount: Mapping[str, Any]) -> dict[str, Part]:
    """What the bind mount of a service becomes, by where it is mounted; stored files of a directory stand beside it."""
    made, target = bind(service, mount), clean(str(mount.get("target")))
    if made is None:
        return {}
    found = {}
    for file, remote in bound_remotes(service, mount).items():
        place = clean(f"{target}/{file}") if made.directory else target
        mode = EXECUTABLE if made.stored[file].startswith(b"#!") else DEFAULT_MODE
        volume, held, path = file_volume(service.options, remote, place, mode)
        found[place] = Part(volume, {"secret": held}, path, target if made.directory else "")
    if made.directory or made.files:
        path = "" if made.directory else next(iter(made.files))
        found[target] = Part(made.name, {"configMap": bind_items(made)}, path)
    return found


def config_parts(service: Service, mount: Mapping[str, Any]) -> dict[str, Part]:
    """The same for a config that a service mounts, if there is anything of it."""
    name, target, mode = str(mount["source"]), config_target(mount), mode_of(mount)
    declared, found = config(service.estate, name), dict[str, Part]()
    if not declared.usable:
        return {}
    for file, remote in stored_remotes(service.estate, name).items():
        place = clean(f"{target}/{file}") if declared.directory else target
        volume, held, path = file_volume(service.options, remote, place, mode)
        found[place] = Part(volume, {"secret": held}, path, target if declared.directory else "")
    if declared.directory or declared.files or declared.external:
        found[target] = _config_map(declared, mode)
    return found


def secret_part(service: Service, mount: Mapping[str, Any]) -> Part:
    """The same for a compose secret."""
    remote = shared_remote(service.estate, str(mount["source"]))
    volume, held, path = file_volume(service.options, remote, secret_target(mount), mode_of(mount))
    return Part(volume, {"secret": held}, path)


def _config_map(found: Config, mode: int) -> Part:
    name = found.name if mode == DEFAULT_MODE else f"{found.name[:58].rstrip('-')}-{mode:04o}"
    held: dict[str, Any] = {"name": found.name, "defaultMode": mode}
    if found.external:
        return Part(label(name), {"configMap": held}, found.name)
    listed = keys(found.files)
    if found.directory:
        held["items"] = [{"key": key, "path": path} for path, key in listed.items()]
    return Part(label(name), {"configMap": held}, "" if found.directory else next(iter(listed.values())))


def directory_above(service: Service, target: str) -> str:
    """Where the directory is mounted that becomes a ConfigMap and holds `target`; empty where none does."""
    parts = service.memo(_parts)
    if not any(not part.path for part in parts.values()):
        return ""
    mounted = {*targets(service), *(clean(str(given.mount.get("target"))) for given in inherited(service))}
    above = clean(target)
    while above != "/":
        above = above.rpartition("/")[0] or "/"
        if above in mounted:
            part = parts.get(above)
            return above if part and not part.path else ""
    return ""


def is_part(service: Service, target: str) -> bool:
    """Is what is mounted at `target` a ConfigMap or a Secret, which a directory above can have as its own?"""
    return clean(target) in service.memo(_parts)


def has_place(service: Service, above: str, target: str) -> bool:
    """Does the directory at `above` have a file below `target`, so that there is a place to mount something at?"""
    start, parts = f"{clean(target)}/", service.memo(_parts)
    return any(path.startswith(start) for path, _ in _entries(parts[above], above)) or any(
        place.startswith(start) for place, part in parts.items() if part.within == above
    )


def projected(service: Service, target: str) -> dict[str, Any] | None:
    """The source of a volume for the directory at `target` with all that is mounted in it; None where nothing is."""
    parts = service.memo(_parts)
    own = parts.get(clean(target))
    if own is None or own.path:
        return None
    inside = [(clean(target), own)]
    inside += [(place, part) for place, part in parts.items() if _owner(service, place) == clean(target)]
    if len(inside) == 1:
        return None
    written: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, (place, part) in enumerate(inside):
        below = place[len(clean(target).rstrip("/")) + 1 :]
        if not part.path or number:
            hidden = [path for path in written if path.startswith(f"{below}/")] if number and not part.path else []
            for path in hidden:
                del written[path]
            written.update((path, (number, item)) for path, item in _entries(part, below))
    sources = [
        _source(part, [{**item, "path": path} for path, (owner, item) in sorted(written.items()) if owner == number])
        for number, (_, part) in enumerate(inside)
    ]
    return {"projected": {"sources": [source for source in sources if source]}}


def _owner(service: Service, target: str) -> str:
    """The outermost directory that has a place as its own."""
    part = service.memo(_parts).get(target)
    above, found = (part.within if part else "") or directory_above(service, target), ""
    while above:
        found, above = above, directory_above(service, above)
    return found


def _parts(service: Service) -> dict[str, Part]:
    """Where the service mounts a ConfigMap or a Secret → that; from the outside to the inside."""
    first, given = targets(service), list(_of_binds(service))
    for index, mount in enumerate(service.model.get("configs") or ()):
        if first.get(config_target(mount)) == ("configs", index):
            given.append(config_parts(service, mount))
    for index, mount in enumerate(service.model.get("secrets") or ()):
        if first.get(secret_target(mount)) == ("secrets", index):
            given.append({secret_target(mount): secret_part(service, mount)})
    found = {place: part for parts in given for place, part in parts.items() if not part.within}
    for parts in given:
        found |= {
            place: part
            for place, part in parts.items()
            if part.within and place not in found and _nearest(found, place) == part.within
        }
    return dict(sorted(found.items()))


def _nearest(parts: Mapping[str, Part], place: str) -> str:
    """Which of the directories above a place is mounted last, and hides what others have there."""
    above = place.rpartition("/")[0] or "/"
    while above != "/" and not (above in parts and not parts[above].path):
        above = above.rpartition("/")[0] or "/"
    return above


def _of_binds(service: Service) -> Iterator[dict[str, Part]]:
    own = [(service, mount) for mount in service.model.get("volumes") or ()]
    for owner, mount in (*own, *((given.owner, given.mount) for given in inherited(service))):
        if mount.get("type") == "bind":
            yield bind_parts(owner, mount)


def _entries(part: Part, below: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, entry of `items`) of what a part brings, `below` a directory; each with its mode."""
    (held,) = part.held.values()
    mode = {"mode": held["defaultMode"]} if "defaultMode" in held else {}
    for item in held.get("items", [{"key": part.path, "path": part.path}]):
        if not part.path:
            yield f"{below.rstrip('/')}/{item['path']}" if below else item["path"], {**mode, **item}
        elif part.path in {item["path"], item["key"]}:
            yield below, {**mode, **item}


def _source(part: Part, items: list[dict[str, Any]]) -> dict[str, Any]:
    (kind, held), *_ = part.held.items()
    return {kind: {"name": held.get("name") or held.get("secretName"), "items": items}} if items else {}
