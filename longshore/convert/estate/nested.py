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
from longshore.convert.estate.content import keys
from longshore.convert.estate.groups import DEFAULT_MODE, mode_of
from longshore.convert.estate.storage import config_target, inherited, secret_target, targets
from longshore.convert.kubernetes.names import label
from longshore.convert.secrets.binding import secret_volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.convert.estate import Service


class Part(NamedTuple):
    """What a mount brings that is a ConfigMap or a Secret. held: source of a volume, one key and its value.

    path: of the file in it that is mounted; empty: it is mounted whole, as a directory.
    """

    held: Mapping[str, Any]
    path: str


def config_volume(found: Config, mode: int) -> tuple[str, dict[str, Any], str]:
    """Name of the volume for a config that has a ConfigMap, its source, and the path in it (empty: a directory)."""
    name = found.name if mode == DEFAULT_MODE else f"{found.name[:58].rstrip('-')}-{mode:04o}"
    held: dict[str, Any] = {"name": found.name, "defaultMode": mode}
    if found.external:
        return label(name), held, found.name
    listed = keys(found.files)
    if found.directory:
        held["items"] = [{"key": key, "path": path} for path, key in listed.items()]
    return label(name), held, "" if found.directory else next(iter(listed.values()))


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
    start = f"{clean(target)[len(above.rstrip('/')) + 1 :]}/"
    return any(path.startswith(start) for path, _ in _entries(service.memo(_parts)[above], ""))


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
    above, found = directory_above(service, target), ""
    while above:
        found, above = above, directory_above(service, above)
    return found


def _parts(service: Service) -> dict[str, Part]:
    """Where the service mounts a ConfigMap or a Secret → that; from the outside to the inside."""
    found = dict(_of_binds(service))
    first = targets(service)
    for index, mount in enumerate(service.model.get("configs") or ()):
        declared = config(service.estate, str(mount["source"]))
        target = config_target(mount)
        if declared.usable and first.get(target) == ("configs", index):
            _, held, path = config_volume(declared, mode_of(mount))
            found[target] = Part({"configMap": held}, path)
    for index, mount in enumerate(service.model.get("secrets") or ()):
        target = secret_target(mount)
        if first.get(target) == ("secrets", index):
            _, held, path = secret_volume(service.estate, str(mount["source"]), target, mode_of(mount))
            found[target] = Part({"secret": held}, path)
    return dict(sorted(found.items()))


def _of_binds(service: Service) -> Iterator[tuple[str, Part]]:
    own = [(service, mount) for mount in service.model.get("volumes") or ()]
    for owner, mount in (*own, *((given.owner, given.mount) for given in inherited(service))):
        made = bind(owner, mount) if mount.get("type") == "bind" else None
        if made:
            path = "" if made.directory else next(iter(made.files))
            yield clean(str(mount.get("target"))), Part({"configMap": bind_items(made)}, path)


def _entries(part: Part, below: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, entry of `items`) of what a part brings, `below` a directory; each with its mode."""
    (held,) = part.held.values()
    mode = {"mode": held["defaultMode"]} if "defaultMode" in held else {}
    for item in held.get("items") or [{"key": part.path, "path": part.path}]:
        if not part.path:
            yield f"{below}/{item['path']}".lstrip("/"), {**mode, **item}
        elif part.path in {item["path"], item["key"]}:
            yield below, {**mode, **item}


def _source(part: Part, items: list[dict[str, Any]]) -> dict[str, Any]:
    (kind, held), *_ = part.held.items()
    return {kind: {"name": held.get("name") or held.get("secretName"), "items": items}} if items else {}
